/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the report of a run goes. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fd.h"
#include "syscalls.h"

/* "fd:N": a number and nothing else, of a descriptor that can be written. */
static int open_report_fd(const char *text)
{
	char *end;
	long number;
	int flags;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || number > INT_MAX)
		return -EBADF;
	flags = fcntl((int)number, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	flags = fcntl((int)number, F_DUPFD_CLOEXEC, 3);
	return flags < 0 ? syscall_errno() : flags;
}

static int complain_about_report(const char *where, int r)
{
	char message[512];

	snprintf(message, sizeof(message), "--report: cannot write to %s: %s", where, strerror(-r));
	command_complain(message);
	return r;
}

/* Opened before anything starts: a report that cannot be written is known at once. */
int command_open_report(const struct remand_options *options, const struct remand_spec *spec,
	struct command_report *ret)
{
	const char *where = remand_options_text(options, "report");

	*ret = (struct command_report){ .fd = -1, .where = where };
	if (command_format(remand_options_text(options, "format"), &ret->text) < 0)
		return -EINVAL;
	if (!where)
		return 0;
	ret->fd = strncmp(where, "fd:", 3) == 0 ? open_report_fd(where + 3)
						: remand_open_output(spec, where);
	return ret->fd < 0 ? complain_about_report(where, ret->fd) : 0;
}

int command_write_report(const struct command_report *report, const char *body)
{
	int r = body ? 0 : -ENOMEM;

	if (r == 0 && dprintf(report->fd, "%s\n", body) < 0)
		r = syscall_errno();
	return r < 0 ? complain_about_report(report->where, r) : 0;
}
