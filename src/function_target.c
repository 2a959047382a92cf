/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In keeper and target: what exec would have done, and then the call. */
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "fd.h"
#include "function.h"
#include "plan.h"
#include "syscalls.h"

static int fail(struct failure *failure, enum remand_stage stage, const char *object)
{
	failure->stage = stage;
	failure->errnum = errno;
	strncpy(failure->object, object, sizeof(failure->object) - 1);
	return -1;
}

/* The number names our own child, whom nobody else can reap. */
pid_t function_fork(int *ret_pidfd)
{
	pid_t pid = _Fork();

	if (pid > 0)
		*ret_pidfd = pidfd_open(pid, 0);
	return pid > 0 && *ret_pidfd < 0 ? -1 : pid;
}

/* execve(2): saved ids become the effective ones. A caller that has put root aside for later keeps
 * it there. (Where root was saved, setresuid takes the ambient capabilities as well; exec would
 * not.)
 */
static int drop_saved_ids(void)
{
	return syscall(SYS_setresgid, -1, -1, getegid()) < 0 ||
			       syscall(SYS_setresuid, -1, -1, geteuid()) < 0
		       ? -1
		       : 0;
}

/* capabilities(7), "Transformation of capabilities during execve()", for a file that has none: an
 * ordinary user keeps the ambient ones. Root would get all that are not barred; it keeps what it
 * has. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	(void)prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	if (getuid() == 0 || geteuid() == 0)
		return 0;
	if (syscall(SYS_capget, &header, sets) < 0)
		return -1;
	for (unsigned int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		uint32_t ambient = 0;

		for (unsigned int bit = 0; bit < 32; bit++)
			if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i * 32 + bit, 0, 0) == 1)
				ambient |= UINT32_C(1) << bit;
		sets[i].permitted &= ambient;
		sets[i].effective = sets[i].permitted;
	}
	return (int)syscall(SYS_capset, &header, sets);
}

/* What the caller has read ahead or not yet written is neither the function's to read nor to write
 * once more. With threads in the caller, one may have been at it. */
static void forget_stdio(void)
{
	FILE *const streams[] = { stdin, stdout, stderr };

	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		if (!streams[i])
			continue;
		__fpurge(streams[i]);
		clearerr_unlocked(streams[i]);
	}
}

int function_settle(const struct plan *plan, struct failure *failure)
{
	const stack_t none = { .ss_flags = SS_DISABLE };

	if (sigaltstack(&none, NULL) < 0)
		return fail(failure, REMAND_STAGE_SESSION, "(signal stack)");
	if (drop_saved_ids() < 0)
		return fail(failure, REMAND_STAGE_CREDENTIALS, "(saved ids)");
	if (!plan->isolation.confined && drop_capabilities() < 0)
		return fail(failure, REMAND_STAGE_CREDENTIALS, "(capabilities of the caller)");
	environ = plan->env;
	if (!plan->function.signal_safe)
		forget_stdio();
	return 0;
}

static int end_permit(const struct plan *plan)
{
	const struct filter_program *end = &plan->function.permit_end;
	struct sock_fprog program = { .len = end->count, .filter = end->instructions };

	if (!plan->isolation.confined)
		return 0;
	return (int)permit_syscall(&plan->permit, SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_SPEC_ALLOW, (long)&program, 0);
}

/*
 * The registers of a system call's fifth and sixth argument are those of a function's, and still
 * hold the permit: the first call with fewer arguments would be refused for it. So they are
 * overwritten.
 */
__attribute__((noinline)) static int call(const struct function *function, long second, long third,
	long fourth, long fifth, long sixth)
{
	__asm__ volatile("" : : "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth));
	errno = 0;
	return function->call(function->argument);
}

int function_begin(const struct plan *plan, struct failure *failure)
{
	const struct function *function = &plan->function;
	/* Unknown to the compiler, or it would not hand it over. */
	volatile long zero = 0;
	int r = fd_close_all_but(function->keep, function->keep_count, &plan->permit);

	errno = -r;
	if (r < 0)
		return fail(failure, REMAND_STAGE_STDIO, "(close_range)");
	if (end_permit(plan) < 0)
		return fail(failure, REMAND_STAGE_SECCOMP, "(the end of the permit)");
	(void)permit_syscall(
		&plan->permit, SYS_close_range, plan->failure_fd, plan->failure_fd, 0, 0);
	r = call(function, zero, zero, zero, zero, zero);
	if (!function->signal_safe && stdout)
		(void)fflush(stdout);
	/* No handlers of the caller's, as by exit(3), and no other stream: some are the caller's.
	 */
	_exit(r & 0xff);
}
