/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the examples of event loops share: the run that each of them follows, and its end. */
#ifndef LOOP_H
#define LOOP_H

#include <remand.h>
#include <stdio.h>

/* Without the limits that need controllers, so that the example runs on every host. */
static inline struct remand *loop_start(void)
{
	static const char *const argv[] = { "sh", "-c", "sleep 0.2; echo from the cell", NULL };
	const struct remand_spec spec = {
		.size = sizeof(spec),
		.argv = argv,
		.memory_bytes = REMAND_UNLIMITED,
		.pids = REMAND_UNLIMITED,
		.output = { .kind = REMAND_STREAM_CAPTURE },
	};
	struct remand_error error;
	struct remand *run = NULL;

	if (remand_start(&spec, &run, &error) < 0)
		fprintf(stderr, "%s\n", error.message);
	return run;
}

/* When the descriptor is readable. True: the run is over, and was reported. */
static inline bool loop_is_over(struct remand *run, const char *loop, int ticks)
{
	struct remand_result result;
	struct remand_error error;
	int r = remand_dispatch(run, &error);

	if (r == 0)
		return false;
	if (r < 0 || remand_result(run, &result) < 0) {
		fprintf(stderr, "%s\n", error.message);
		return true;
	}
	/* The loop's own timer went on meanwhile. */
	printf("%s: %s, %s: %s", loop, remand_verdict_name(result.verdict),
		ticks > 0 ? "ticking" : "stuck", result.output.data);
	remand_result_clear(&result);
	return true;
}

#endif
