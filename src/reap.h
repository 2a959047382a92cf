/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a child of ours, by pidfd. */
#ifndef REAP_H
#define REAP_H

#include "syscalls.h"
#include <errno.h>

/* Wait until it is dead and take its status away. A handler of the caller's may interrupt the
 * wait; ECHILD: a wait loop of the caller with __WALL was faster, dead it is all the same.
 * ret_usage: of it and of all that it has reaped; may be NULL. */
static inline void reap(int pidfd, struct rusage *ret_usage)
{
	siginfo_t info;

	while (syscall_waitid(pidfd, &info, WEXITED | __WALL, ret_usage) < 0 && errno == EINTR)
		;
}

#endif
