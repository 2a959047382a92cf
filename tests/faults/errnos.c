/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each system call can really answer: its man page, and for cgroup and proc files the kernel's
 * own handlers. Not listed are errors that would say that our own arguments are wrong. */
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "faults.h"

#define MOST 6

static const struct row {
	int nr;
	int errnums[MOST];
} rows[] = {
	{ SYS_capset, { EPERM } },
	{ SYS_chdir, { EACCES, ENOMEM } },
	{ SYS_clone3, { EAGAIN, ENOMEM, EPERM, ENOSPC, EMFILE } },
	{ SYS_close, { EINTR, EIO } },
	{ SYS_close_range, { ENOMEM } },
	{ SYS_dup2, { EBUSY, EINTR } },
	{ SYS_epoll_create1, { EMFILE, ENOMEM } },
	{ SYS_epoll_ctl, { ENOMEM, ENOSPC } },
	{ SYS_epoll_wait, { EINTR } },
	{ SYS_execve, { EACCES, ENOENT, ENOMEM, EAGAIN, ETXTBSY, EIO } },
	{ SYS_faccessat2, { EACCES, ENOMEM } },
	{ SYS_fchdir, { EACCES } },
	{ SYS_fchmodat, { ENOSPC } },
	{ SYS_fchown, { EPERM, EIO } },
	{ SYS_fchownat, { EPERM, EDQUOT } },
	{ SYS_fcntl, { EMFILE, ENOMEM } },
	{ SYS_fgetxattr, { EACCES } },
	{ SYS_flock, { EINTR, ENOLCK } },
	{ SYS_fsconfig, { EPERM, ENOMEM } },
	{ SYS_fsetxattr, { EOPNOTSUPP, ENOSPC, EPERM } },
	{ SYS_fsmount, { EMFILE, ENOMEM, EPERM } },
	{ SYS_fsopen, { EMFILE, ENODEV, EPERM } },
	{ SYS_fspick, { EMFILE, EPERM } },
	{ SYS_fstatfs, { ENOMEM, EIO } },
	/* Not ENOENT, of a directory that was removed: to the C library it is the end of it. */
	{ SYS_getdents64, { EIO } },
	{ SYS_getrandom, { EINTR } },
	{ SYS_ioctl, { EINTR, EPERM } },
	{ SYS_ioprio_set, { EPERM } },
	{ SYS_keyctl, { EDQUOT, ENOMEM } },
	{ SYS_landlock_add_rule, { ENOMEM } },
	{ SYS_landlock_create_ruleset, { ENOMEM, EMFILE } },
	{ SYS_landlock_restrict_self, { ENOMEM, E2BIG } },
	{ SYS_mkdirat, { ENOSPC, ENOMEM, EACCES, EAGAIN } },
	{ SYS_mknodat, { ENOSPC, EACCES } },
	{ SYS_mmap, { ENOMEM } },
	{ SYS_mount_setattr, { EPERM, ENOMEM } },
	{ SYS_move_mount, { ENOMEM, ENOSPC, EPERM } },
	{ SYS_newfstatat, { ENOMEM, EACCES } },
	{ SYS_open_tree, { EMFILE, ENOMEM, EPERM } },
	{ SYS_openat, { EMFILE, ENOMEM, EACCES, EINTR } },
	{ SYS_openat2, { EMFILE, ENOMEM, EAGAIN } },
	{ SYS_pidfd_open, { EMFILE, ENOMEM } },
	{ SYS_pidfd_send_signal, { EPERM } },
	{ SYS_pipe2, { EMFILE, ENFILE } },
	{ SYS_pivot_root, { EBUSY, EPERM } },
	{ SYS_poll, { EINTR, ENOMEM } },
	{ SYS_ppoll, { EINTR, ENOMEM } },
	{ SYS_prctl, { EPERM } },
	{ SYS_pread64, { EINTR, ENOMEM, ENODEV } },
	{ SYS_prlimit64, { EPERM } },
	{ SYS_read, { EINTR, ENOMEM } },
	{ SYS_readlink, { ENOMEM } },
	{ SYS_readlinkat, { ENOMEM } },
	{ SYS_recvfrom, { EINTR, ENOMEM } },
	{ SYS_recvmsg, { EINTR, ENOMEM } },
	{ SYS_rt_sigtimedwait, { EINTR } },
	{ SYS_sched_setscheduler, { EPERM } },
	{ SYS_seccomp, { EBUSY, EACCES, ENOMEM } },
	{ SYS_sendmsg, { ENOBUFS, EPIPE } },
	{ SYS_sendto, { ENOBUFS, EPIPE } },
	{ SYS_sethostname, { EPERM } },
	{ SYS_setgroups, { EPERM, ENOMEM } },
	{ SYS_setpriority, { EACCES } },
	{ SYS_setresgid, { EPERM } },
	{ SYS_setresuid, { EPERM, EAGAIN } },
	{ SYS_setsid, { EPERM } },
	{ SYS_signalfd4, { EMFILE, ENOMEM } },
	{ SYS_socket, { EMFILE, EAFNOSUPPORT, EACCES } },
	{ SYS_socketpair, { EMFILE, ENFILE } },
	{ SYS_statx, { ENOMEM, EACCES } },
	{ SYS_symlinkat, { ENOSPC, EACCES } },
	{ SYS_timerfd_create, { EMFILE, ENOMEM } },
	{ SYS_timerfd_settime, { EINVAL } },
	{ SYS_umount2, { EBUSY, EPERM } },
	{ SYS_unlinkat, { EBUSY } },
	{ SYS_unshare, { ENOSPC, ENOMEM, EPERM } },
	{ SYS_waitid, { EINTR } },
	{ SYS_write, { EINTR, ENOSPC, ENOMEM } },
};

const int errnos_hidden[] = { SYS_clone3, SYS_openat2, SYS_mount_setattr, SYS_open_tree,
	SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_close_range,
	SYS_pidfd_open, SYS_pidfd_send_signal, SYS_landlock_create_ruleset,
	SYS_landlock_restrict_self, SYS_faccessat2, SYS_statx, SYS_seccomp, SYS_keyctl, SYS_unshare,
	SYS_pivot_root, SYS_getrandom, SYS_rseq, SYS_epoll_create1, SYS_timerfd_create,
	SYS_signalfd4, SYS_prlimit64, SYS_fsetxattr, SYS_fgetxattr, SYS_ioprio_set, SYS_pipe2,
	SYS_personality, -1 };

const int *errnos_of(int nr)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].nr == nr)
			return rows[i].errnums;
	return NULL;
}

bool errnos_are_late(int nr)
{
	return nr == SYS_close;
}

const char *errnos_name(int errnum)
{
	return strerrorname_np(errnum);
}

/* Never freed: the harness names few, and only when something is wrong. */
const char *errnos_call(int nr)
{
	return seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);
}
