/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a cell keeps out of reach by its namespaces and mounts, and a target without one could still
 * touch: other processes of its user, the host's sockets and message queues, the attributes of
 * files, which Landlock does not guard. Added after all other rules, so that no policy can open it.
 */
#include <errno.h>

#include "isolation.h"
#include "syscall_rules.h"

/* No namespace stands between the target and these, whoever it is. */
static const struct {
	const char *rules;
} always[] = {
	/* System V and POSIX queues, semaphores and memory outlive the run and are everybody's. */
	{ "(ENOSYS) msgctl, msgget, msgrcv, msgsnd, semctl, semget, semop, semtimedop, shmat, "
	  "shmctl, shmdt, shmget, mq_getsetattr, mq_notify, mq_open, mq_timedreceive, "
	  "mq_timedsend, mq_unlink" },
	/* The services of the host listen on local sockets, paths of which Landlock lets pass. */
	{ "(EAFNOSUPPORT) socket(0: AF_UNIX)" },
	/* Other processes, by number. */
	{ "prlimit64(0: !0), sched_setaffinity(0: !0), sched_setscheduler(0: !0), "
	  "sched_setparam(0: !0), sched_setattr(0: !0), setpriority(1: !0), ioprio_set(1: !0)" },
};

/* As the caller's own user: attributes of any file of that user, named or opened for reading. */
static const char no_attributes[] =
	"chmod, fchmod, fchmodat, @chown, utime, utimes, futimesat, utimensat, setxattr, "
	"lsetxattr, fsetxattr, removexattr, lremovexattr, fremovexattr";

static const char no_sockets[] = "(EAFNOSUPPORT) socket";

/* Before ABI 6, and as the caller's own user. A C library's abort() then ends by its last resort,
 * an illegal instruction. */
static const char no_signals[] = "kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo, "
				 "pidfd_send_signal";

/* Before ABI 3 Landlock did not know truncate(2), which needs no open file. */
static const char no_truncate[] = "truncate, truncate64";

int syscall_rules_without_cell(
	struct syscall_rules *rules, const struct isolation *isolation, struct remand_error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(always) / sizeof(always[0]); i++)
		r = syscall_rules_add(rules, SYSCALL_DENY, always[i].rules, error);
	if (r == 0 && isolation->bar_network)
		r = syscall_rules_add(rules, SYSCALL_DENY, no_sockets, error);
	if (r == 0 && !isolation->separate_ids)
		r = syscall_rules_add(rules, SYSCALL_DENY, no_attributes, error);
	if (r == 0 && !isolation->separate_ids && isolation->landlock_abi < 6)
		r = syscall_rules_add(rules, SYSCALL_DENY, no_signals, error);
	if (r == 0 && isolation->landlock_abi < 3)
		r = syscall_rules_add(rules, SYSCALL_DENY, no_truncate, error);
	return r;
}
