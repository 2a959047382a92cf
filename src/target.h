/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From birth to execve. */
#ifndef TARGET_H
#define TARGET_H

#include "plan.h"

/* Written to the failure pipe as the last act before execve: what comes after is the program's own.
 * EOF after it: the program was executed. */
struct target_ready {
	uint64_t cpu_ns;       /* CPU time that our code has used in the group so far */
	uint64_t monotonic_ns; /* now: the program's wall time begins */
};

/* The target's whole life as our code. go_fd: readable when the cell is built, EOF when it failed.
 */
_Noreturn void target_main(const struct plan *plan, int go_fd);

#endif
