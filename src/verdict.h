/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From gathered evidence to one word. Pure: no system calls, no clock, no state. */
#ifndef VERDICT_H
#define VERDICT_H

#include "remand.h"

/* What made the supervisor end the run. */
enum verdict_cause {
	VERDICT_CAUSE_NONE, /* nothing: the program ended by itself */
	VERDICT_CAUSE_TIME,
	VERDICT_CAUSE_WALL,
	VERDICT_CAUSE_IDLE,
	VERDICT_CAUSE_MEMORY,
	VERDICT_CAUSE_OUTPUT,
	VERDICT_CAUSE_PIDS,
	VERDICT_CAUSE_DENIED,
	VERDICT_CAUSE_CANCEL,
};

struct verdict_evidence {
	bool internal_error; /* remand itself failed while supervising */
	bool not_started;    /* set-up or exec failed */
	enum verdict_cause cause;
	bool exited;
	bool exit_failed; /* the exit code is not one of those that are ok */
	int signal;       /* 0: none */
	uint64_t cpu_ns, time_limit_ns;
	uint64_t wall_ns, wall_limit_ns;
	uint64_t stdout_bytes, stderr_bytes, output_limit_bytes;
	uint64_t oom_kills;
	uint64_t fork_refusals;
	bool pids_fatal;
};

enum remand_verdict verdict_decide(const struct verdict_evidence *evidence);

#endif
