/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system calls that custody is made of, tried with arguments that do nothing. */
#include <errno.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "fd.h"
#include "landlock.h"
#include "probe.h"
#include "syscalls.h"

#define SECTION "Kernel"

#define HIDDEN                                                                                     \
	"boot Linux 5.14 or later; in a container, use an engine whose seccomp profile knows the " \
	"call: Docker 20.10.10, Podman 4, or --security-opt seccomp=unconfined"

/* ENOSYS: the kernel, or a filter that plays an older one; EPERM: a filter. */
static bool is_hidden(long r)
{
	return r < 0 && (errno == ENOSYS || errno == EPERM);
}

static long try_clone3(void)
{
	return syscall(SYS_clone3, NULL, 0);
}

/* No such cgroup: refused before anything is born, but only by a kernel that knows the flag. */
static long try_clone3_into_cgroup(void)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .cgroup = INT_MAX };
	long r = syscall_clone3(&args);

	if (r == 0) /* born after all: it must not go on as the caller */
		_exit(0);
	if (r < 0 && (errno == EINVAL || errno == E2BIG))
		errno = ENOSYS;
	return r;
}

static long try_pidfd(void)
{
	CLEANUP_FD int fd = pidfd_open(getpid(), 0);

	return fd < 0 ? -1 : pidfd_send_signal(fd, 0, NULL, 0);
}

static long try_close_range(void)
{
	return syscall(SYS_close_range, UINT_MAX, UINT_MAX, 0);
}

static long try_openat2(void)
{
	struct open_how how = { .flags = O_PATH };

	return syscall_openat2(-1, "", &how);
}

static long try_mount_setattr(void)
{
	return syscall(SYS_mount_setattr, -1, "", 0, NULL, 0);
}

static void probe_calls(struct remand_probe *probe)
{
	static const struct {
		const char *name, *since;
		long (*try)(void);
		enum remand_fact_state without;
	} calls[] = {
		/* There is another way for these two: clone(2), and a target that moves. */
		{ "clone3", "5.3", try_clone3, REMAND_FACT_NOTE },
		{ "clone3 into a cgroup", "5.7", try_clone3_into_cgroup, REMAND_FACT_NOTE },
		{ "pidfds", "5.3", try_pidfd, REMAND_FACT_MISSING },
		{ "openat2", "5.6", try_openat2, REMAND_FACT_MISSING },
		{ "close_range", "5.9", try_close_range, REMAND_FACT_MISSING },
		{ "mount_setattr", "5.12", try_mount_setattr, REMAND_FACT_MISSING },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		bool hidden = is_hidden(calls[i].try());

		probe_add(probe,
			&(struct remand_fact){ SECTION, calls[i].name, calls[i].since,
				hidden ? calls[i].without : REMAND_FACT_OK, .mend = HIDDEN },
			hidden ? "the call is not there, or a seccomp filter hides it" : "yes");
	}
}

/* PIDFD_GET_INFO, whose header is younger than Debian 12's. */
static void probe_pidfd_info(struct remand_probe *probe)
{
	uint64_t info[8] = { 0 };
	CLEANUP_FD int fd = pidfd_open(getpid(), 0);
	bool there = fd >= 0 && ioctl(fd, _IOWR(0xFF, 11, uint64_t[8]), info) == 0;

	probe_add(probe,
		&(struct remand_fact){ SECTION, "pidfd information", "6.13", REMAND_FACT_OK },
		there ? "yes" : "no; nothing depends on it");
}

static void probe_landlock(struct remand_probe *probe)
{
	int abi = landlock_probe_abi();
	const struct remand_fact fact = { SECTION, "Landlock", "5.13",
		abi > 0 ? REMAND_FACT_OK : REMAND_FACT_NOTE,
		.mend = "add landlock to the list lsm= on the kernel's command line (cat "
			"/sys/kernel/security/lsm shows it), or boot a kernel with "
			"CONFIG_SECURITY_LANDLOCK=y" };

	if (abi > 0)
		probe_add(probe, &fact, "ABI %d%s", abi,
			abi < 6 ? "; walls around signals and abstract sockets come with Linux 6.12"
				: "");
	else
		probe_add(probe, &fact, "no second wall around the file system");
}

static void probe_seccomp(struct remand_probe *probe)
{
	static const struct {
		uint32_t action;
		const char *name;
	} actions[] = {
		{ SECCOMP_RET_KILL_PROCESS, "kill-process" },
		{ SECCOMP_RET_ERRNO, "errno" },
		{ SECCOMP_RET_LOG, "log" },
		{ SECCOMP_RET_USER_NOTIF, "user-notification" },
	};
	char missing[128] = "";

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		uint32_t action = actions[i].action;
		size_t used = strlen(missing);

		if (syscall_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0)
			snprintf(missing + used, sizeof(missing) - used, " %s", actions[i].name);
	}
	probe_add(probe,
		&(struct remand_fact){ SECTION, "seccomp", "5.0",
			*missing ? REMAND_FACT_WEAK : REMAND_FACT_OK,
			.mend = "boot a kernel with CONFIG_SECCOMP_FILTER=y" },
		*missing ? "missing actions:%s" : "yes, with user notification%s", missing);
}

void probe_kernel(struct remand_probe *probe)
{
	struct utsname name;

	if (uname(&name) == 0)
		probe_add(probe,
			&(struct remand_fact){ SECTION, "kernel", .state = REMAND_FACT_OK },
			"%s %s %s", name.sysname, name.release, name.machine);
	probe_calls(probe);
	probe_pidfd_info(probe);
	probe_seccomp(probe);
	probe_landlock(probe);
}
