/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The beginning and the end of a child of ours. */
#ifndef CHILD_H
#define CHILD_H

#include <errno.h>
#include <signal.h>

#include "syscalls.h"

/* clone with every signal blocked, in the child for good: no handler of the caller's may run in a
 * program that it was not written for, and none may interrupt its steps. */
static inline pid_t child_clone(struct clone_args *args)
{
	sigset_t all, before;
	pid_t pid;
	int saved;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = syscall_clone(args);
	if (pid == 0)
		return 0;
	saved = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return pid;
}

/* In a child that will exec: every signal back to its default, none blocked, since an ignored
 * SIGPIPE or SIGCHLD outlives exec. -1 and errno. */
static inline int child_reset_signals(void)
{
	sigset_t none;

	for (int signum = 1; signum < NSIG; signum++)
		(void)signal(signum, SIG_DFL); /* KILL, STOP and glibc's own two refuse */
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Wait until it is dead and take its status away. A handler of the caller's may interrupt the
 * wait. -ECHILD: a wait loop of the caller with __WALL was faster, dead it is all the same.
 * ret_usage: of it and of all that it has reaped; may be NULL. */
static inline int child_reap(int pidfd, siginfo_t *ret_info, struct rusage *ret_usage)
{
	int r;

	do
		r = syscall_waitid(P_PIDFD, pidfd, ret_info, WEXITED | __WALL, ret_usage);
	while (r < 0 && errno == EINTR);
	return r < 0 ? syscall_errno() : 0;
}

/* The same without waiting. 1: done, 0: it lives, or a debugger has yet to let go of it; -errno. */
static inline int child_try_reap(int pidfd, struct rusage *ret_usage)
{
	siginfo_t info = { 0 };
	int r;

	do
		r = syscall_waitid(P_PIDFD, pidfd, &info, WEXITED | __WALL | WNOHANG, ret_usage);
	while (r < 0 && errno == EINTR);
	return r < 0 ? syscall_errno() : info.si_pid != 0;
}

#endif
