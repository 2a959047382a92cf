/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a child of ours, by pidfd. */
#ifndef REAP_H
#define REAP_H

#include <errno.h>
#include <sys/wait.h>

/* Wait until it is dead and take its status away. A handler of the caller's may interrupt the
 * wait; ECHILD: a wait loop of the caller with __WALL was faster, dead it is all the same. */
static inline void reap(int pidfd)
{
	siginfo_t info;

	while (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | __WALL) < 0 && errno == EINTR)
		;
}

#endif
