/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The results of an earlier batch: which jobs need not be run again. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "command_input.h"
#include "command_job.h"
#include "fd.h"

/* A result that was cut off, or is a cancelled job's, does not count. */
static void note_result(json_t *ids, const char *line)
{
	json_t *result = json_loads(line, 0, NULL);
	const char *id = json_string_value(json_object_get(result, "job"));
	const char *verdict = json_string_value(json_object_get(result, "verdict"));

	if (id && verdict && strcmp(verdict, remand_verdict_name(REMAND_VERDICT_CANCELLED)) != 0)
		json_object_set_new(ids, id, json_true());
	json_decref(result);
}

int job_ids_done(const char *path, json_t *ret_ids)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct input input;
	char *line;
	int r = fd < 0 ? -errno : 0;

	input_open(&input, fd);
	while (r == 0 && !input_is_empty(&input)) {
		r = input_read(&input);
		while (r == 0 && (line = input_line(&input)))
			note_result(ret_ids, line);
	}
	input_done(&input);
	return r;
}
