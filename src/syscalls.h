/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Raw system calls that Debian 12's glibc (2.36) does not wrap. Kernel floor: 5.14, so all of
 * clone3 (5.3), openat2 (5.6), close_range (5.9), mount_setattr (5.12) and cgroup.kill (5.14) exist
 * unless a seccomp profile hides them.
 */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the call that just failed left behind, as our functions return it: negative, and never 0,
 * even if somebody forgot to set errno, so that a failure cannot be taken for success. */
static inline int syscall_errno(void)
{
	int r = -errno;

	return r < 0 ? r : -EIO;
}

/* clone3(2). Like fork when no stack is given: returns twice, -1 and errno on failure. */
static inline pid_t syscall_clone3(struct clone_args *args)
{
	return (pid_t)syscall(SYS_clone3, args, sizeof(*args));
}

/* The same, or clone(2) with the same flags where a container's filter hides clone3 (ENOSYS). Not
 * CLONE_INTO_CGROUP, which clone(2) cannot say. The order of arguments is that of most
 * architectures: only with CLONE_BACKWARDS2 (s390) are the first two exchanged. */
static inline pid_t syscall_clone(struct clone_args *args)
{
	pid_t pid = syscall_clone3(args);

	if (pid >= 0 || errno != ENOSYS)
		return pid;
#ifdef __s390__
	return (pid_t)syscall(
		SYS_clone, 0, args->flags | args->exit_signal, (uintptr_t)args->pidfd, 0, 0);
#else
	return (pid_t)syscall(
		SYS_clone, args->flags | args->exit_signal, 0, (uintptr_t)args->pidfd, 0, 0);
#endif
}

/* waitid(2), with the usage that the C library's wrapper leaves out. */
static inline int syscall_waitid(
	idtype_t type, int id, siginfo_t *info, int options, struct rusage *ret_usage)
{
	return (int)syscall(SYS_waitid, type, id, info, options, ret_usage);
}

/* openat2(2) */
static inline int syscall_openat2(int dirfd, const char *path, struct open_how *how)
{
	return (int)syscall(SYS_openat2, dirfd, path, how, sizeof(*how));
}

/* pivot_root(2): put_old may equal new_root, the old root is then stacked on top and detachable. */
static inline int syscall_pivot_root(const char *new_root, const char *put_old)
{
	return (int)syscall(SYS_pivot_root, new_root, put_old);
}

/* seccomp(2) */
static inline int syscall_seccomp(unsigned int operation, unsigned int flags, void *args)
{
	return (int)syscall(SYS_seccomp, operation, flags, args);
}

/* capset(2) with three empty sets: libcap would take the memory for them from malloc. */
static inline int syscall_capset_none(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return (int)syscall(SYS_capset, &header, none);
}

/* keyctl(2): the keyutils library would be a dependency for one call. */
static inline long syscall_keyctl_join_session(void)
{
	return syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL, 0, 0, 0);
}

#endif
