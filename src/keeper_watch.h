/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keeper once the target goes on: reaps, reports, and ends in time. */
#ifndef KEEPER_WATCH_H
#define KEEPER_WATCH_H

#include <stdbool.h>
#include <sys/types.h>

struct keeper_watch {
	int control_fd, supervisor_fd, kill_fd; /* as in struct plan */
	int signal_fd;                          /* SIGCHLD */
	int target_fd;                          /* pidfd */
	pid_t target_pid;                       /* only ever compared with what wait reports */
	bool detached, ended, childless;
	int raw_status; /* of the target, once it has ended */
};

/* Until the supervisor says end, or is gone; or, where it said to go on without it (detach.c),
 * until the target ends. */
_Noreturn void keeper_watch(struct keeper_watch *watch);

#endif
