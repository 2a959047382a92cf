/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See passes.h. */
#include "passes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "error.h"
#include "fd.h"
#include "syscalls.h"

int passes_open(
	struct passes *ret_passes, const struct remand_spec *spec, struct remand_error *error)
{
	struct passes passes = PASSES_EMPTY;

	passes.pass = calloc(spec->passes_count + 1, sizeof(*passes.pass));
	if (!passes.pass)
		return error_errno(error, REMAND_STAGE_STDIO, -ENOMEM, "cannot pass descriptors");
	for (size_t i = 0; i < spec->passes_count; i++)
		if (spec->passes[i].target_fd >= passes.floor)
			passes.floor = spec->passes[i].target_fd + 1;
	for (size_t i = 0; i < spec->passes_count; i++) {
		const struct remand_pass *given = &spec->passes[i];
		int own = fcntl(given->fd, F_DUPFD_CLOEXEC, passes.floor);

		if (own < 0) {
			int r = syscall_errno();

			passes_done(&passes);
			return error_errno(error, REMAND_STAGE_STDIO, r,
				"cannot pass descriptor %d on as %d", given->fd, given->target_fd);
		}
		passes.pass[passes.count++] = (struct remand_pass){ own, given->target_fd };
	}
	*ret_passes = passes;
	return 0;
}

void passes_done(struct passes *passes)
{
	for (size_t i = 0; i < passes->count; i++)
		fd_close(passes->pass[i].fd);
	free(passes->pass);
	*passes = (struct passes)PASSES_EMPTY;
}
