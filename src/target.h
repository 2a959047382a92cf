/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From birth to execve. */
#ifndef TARGET_H
#define TARGET_H

#include <sys/resource.h>

#include "id_map.h"
#include "plan.h"

/* Written to the failure pipe as the last act before execve: what comes after is the program's own.
 * EOF after it: the program was executed, or the function called. */
struct target_ready {
	struct rusage usage;   /* of our code in this process so far */
	uint64_t cpu_ns;       /* CPU time that our code has used in the group so far */
	uint64_t monotonic_ns; /* now: the program's wall time begins */
};

struct target_birth {
	const struct id_map_inside *ids;
	bool in_group; /* else it joins the group as its first act */
	int go_fd;     /* readable when the cell is built, EOF when it failed */
	int proc_fd;   /* a function's: the host's /proc */
};

/* The target's whole life as our code. */
_Noreturn void target_main(const struct plan *plan, const struct target_birth *birth);

#endif
