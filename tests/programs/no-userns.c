/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a program under a filter like that of a container: no clone3, no user namespace. */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	const struct scmp_arg_cmp user = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER);

	if (argc < 2 || !filter ||
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) < 0 ||
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, user) < 0 ||
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare), 1, user) < 0 ||
		seccomp_load(filter) < 0) {
		perror("no-userns");
		return 1;
	}
	seccomp_release(filter);
	execv(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
