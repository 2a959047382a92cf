/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clocks of a run: wall, CPU and idle limits, the grace time, the time after which it is stuck.
 */
#ifndef DEADLINES_H
#define DEADLINES_H

#include "run.h"

/* At launch: the wall clock covers the set-up, the CPU clock begins. */
void deadlines_start(struct remand *run);
/* At exec: wall and idle time count from here. */
void deadlines_exec(struct remand *run);
/* No limit matters any more, the run is ending. */
void deadlines_cancel_limits(struct remand *run);
/* Do what is due. */
void deadlines_check(struct remand *run, uint64_t now);
/* Set the timer for what is due next. */
void deadlines_arm(struct remand *run);

/* CPU time of the run so far, by its group or by adding up its members. -errno. */
int deadlines_cpu_ns(struct remand *run, uint64_t *ret_cpu_ns);

#endif
