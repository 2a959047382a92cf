/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* user_namespaces(7), and the switches that distributions and containers put in front of them. */
#include "userns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "fd.h"
#include "file.h"

/* AppArmor lets an unconfined program make the namespace and takes its capabilities away in it, so
 * that only their use tells. */
_Noreturn static void use_capabilities(void)
{
	_exit(sethostname("remand", 6) < 0 ? errno : 0);
}

int userns_try(uint64_t namespaces, void (*work)(void))
{
	CLEANUP_FD int pidfd = -1;
	struct clone_args args = { .flags = namespaces | CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd };
	siginfo_t info = { 0 };
	pid_t pid = child_clone(&args);

	if (pid < 0)
		return syscall_errno();
	if (pid == 0)
		work();
	/* A wait loop of the caller took it, and what it said; the run will find out. */
	if (child_reap(pidfd, &info, NULL) < 0)
		return 0;
	return info.si_code == CLD_EXITED ? info.si_status : EPERM;
}

int userns_probe(void)
{
	int r = userns_try(CLONE_NEWUSER | CLONE_NEWUTS, use_capabilities);

	return r > 0 ? -r : r;
}

static bool reads(const char *path, const char *value)
{
	char text[32];

	return file_read(AT_FDCWD, path, text, sizeof(text)) == 0 && strcmp(text, value) == 0;
}

static bool is_filtered(void)
{
	char text[4096];

	return file_read(AT_FDCWD, "/proc/self/status", text, sizeof(text)) == 0 &&
	       strstr(text, "\nSeccomp:\t2\n");
}

void userns_explain(int r, char *text, size_t size)
{
	static const struct {
		const char *path, *value, *sentence;
	} switches[] = {
		{ "/proc/sys/user/max_user_namespaces", "0",
			"user.max_user_namespaces is 0; allow them with "
			"'sysctl -w user.max_user_namespaces=15000'" },
		{ "/proc/sys/kernel/unprivileged_userns_clone", "0",
			"kernel.unprivileged_userns_clone is 0; allow them with "
			"'sysctl -w kernel.unprivileged_userns_clone=1'" },
		{ "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
			"AppArmor restricts them; give remand a profile with 'userns,' in it, or "
			"'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'" },
	};

	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (reads(switches[i].path, switches[i].value) && (i == 0 || geteuid() != 0)) {
			snprintf(text, size, "%s", switches[i].sentence);
			return;
		}
	if (r == -EPERM && is_filtered())
		snprintf(text, size,
			"a seccomp filter is above this process, as a container's is; Docker's "
			"profile forbids them without --security-opt seccomp=FILE");
	else if (r == -ENOSPC || r == -EUSERS)
		snprintf(text, size,
			"user.max_user_namespaces is used up, or they are nested 32 deep");
	else if (r == -EINVAL || r == -ENOSYS)
		snprintf(text, size, "the kernel was built without CONFIG_USER_NS");
	else
		snprintf(text, size,
			"a security module or a chroot around this process forbids them (see "
			"dmesg)");
}
