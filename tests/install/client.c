/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Somebody's program that uses the installed library. Without memory and pids limits, so that it
 * runs where cgroup v2 has no such controllers too. */
#include <remand.h>
#include <stdio.h>

int main(void)
{
	const char *const argv[] = { "echo", "in custody", NULL };
	const struct remand_spec spec = {
		.size = sizeof(spec),
		.argv = argv,
		.memory_bytes = REMAND_UNLIMITED,
		.pids = REMAND_UNLIMITED,
		.output = { .kind = REMAND_STREAM_CAPTURE },
	};
	struct remand_result result;
	struct remand_error error;

	if (remand_run(&spec, &result, &error) < 0) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	printf("%s: %s", remand_verdict_name(result.verdict), result.output.data);
	remand_result_clear(&result);
	return 0;
}
