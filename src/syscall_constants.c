/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Argument values by name: those that system call policies ask about. Values come from this
 * machine's headers; the few that Debian 12's are too old for are given by number.
 */
#include "syscall_constants.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define SAME(name)                      \
	{                               \
#name, (uint64_t)(name) \
	}

static const struct {
	const char *name;
	uint64_t value;
} constants[] = {
	/* socket(2), socketpair(2) */
	SAME(AF_UNSPEC),
	SAME(AF_UNIX),
	SAME(AF_LOCAL),
	SAME(AF_INET),
	SAME(AF_INET6),
	SAME(AF_AX25),
	SAME(AF_IPX),
	SAME(AF_APPLETALK),
	SAME(AF_X25),
	SAME(AF_KEY),
	SAME(AF_NETLINK),
	SAME(AF_PACKET),
	SAME(AF_RDS),
	SAME(AF_PPPOX),
	SAME(AF_LLC),
	SAME(AF_CAN),
	SAME(AF_TIPC),
	SAME(AF_BLUETOOTH),
	SAME(AF_ALG),
	SAME(AF_NFC),
	SAME(AF_VSOCK),
	SAME(AF_KCM),
	SAME(AF_QIPCRTR),
	SAME(AF_SMC),
	SAME(AF_XDP),
	SAME(SOCK_STREAM),
	SAME(SOCK_DGRAM),
	SAME(SOCK_RAW),
	SAME(SOCK_RDM),
	SAME(SOCK_SEQPACKET),
	SAME(SOCK_DCCP),
	SAME(SOCK_PACKET),
	SAME(SOCK_CLOEXEC),
	SAME(SOCK_NONBLOCK),
	SAME(IPPROTO_IP),
	SAME(IPPROTO_TCP),
	SAME(IPPROTO_UDP),
	SAME(IPPROTO_ICMP),
	SAME(IPPROTO_ICMPV6),
	SAME(IPPROTO_SCTP),
	SAME(IPPROTO_DCCP),
	SAME(IPPROTO_RAW),
	{ "IPPROTO_MPTCP", 262 },
	SAME(NETLINK_ROUTE),
	SAME(NETLINK_AUDIT),
	SAME(NETLINK_NETFILTER),
	SAME(NETLINK_GENERIC),
	SAME(NETLINK_KOBJECT_UEVENT),
	SAME(NETLINK_SOCK_DIAG),
	SAME(NETLINK_XFRM),
	SAME(NETLINK_CRYPTO),
	SAME(SOL_SOCKET),
	SAME(SOL_IP),
	SAME(SOL_TCP),
	SAME(SOL_IPV6),
	/* clone(2), unshare(2), setns(2) */
	SAME(CLONE_VM),
	SAME(CLONE_FS),
	SAME(CLONE_FILES),
	SAME(CLONE_SIGHAND),
	SAME(CLONE_PIDFD),
	SAME(CLONE_PTRACE),
	SAME(CLONE_VFORK),
	SAME(CLONE_PARENT),
	SAME(CLONE_THREAD),
	SAME(CLONE_NEWNS),
	SAME(CLONE_SYSVSEM),
	SAME(CLONE_SETTLS),
	SAME(CLONE_PARENT_SETTID),
	SAME(CLONE_CHILD_CLEARTID),
	SAME(CLONE_UNTRACED),
	SAME(CLONE_CHILD_SETTID),
	SAME(CLONE_NEWCGROUP),
	SAME(CLONE_NEWUTS),
	SAME(CLONE_NEWIPC),
	SAME(CLONE_NEWUSER),
	SAME(CLONE_NEWPID),
	SAME(CLONE_NEWNET),
	SAME(CLONE_IO),
	SAME(CLONE_NEWTIME),
	/* mmap(2), mprotect(2), madvise(2), memfd_create(2) */
	SAME(PROT_NONE),
	SAME(PROT_READ),
	SAME(PROT_WRITE),
	SAME(PROT_EXEC),
	SAME(PROT_GROWSDOWN),
	SAME(PROT_GROWSUP),
	SAME(MAP_SHARED),
	SAME(MAP_PRIVATE),
	SAME(MAP_SHARED_VALIDATE),
	SAME(MAP_FIXED),
	SAME(MAP_ANONYMOUS),
	SAME(MAP_GROWSDOWN),
	SAME(MAP_LOCKED),
	SAME(MAP_NORESERVE),
	SAME(MAP_POPULATE),
	SAME(MAP_STACK),
	SAME(MAP_HUGETLB),
	SAME(MAP_FIXED_NOREPLACE),
	SAME(MADV_NORMAL),
	SAME(MADV_WILLNEED),
	SAME(MADV_DONTNEED),
	SAME(MADV_FREE),
	SAME(MADV_DONTFORK),
	SAME(MADV_DOFORK),
	SAME(MADV_MERGEABLE),
	SAME(MADV_HUGEPAGE),
	SAME(MADV_NOHUGEPAGE),
	SAME(MADV_HWPOISON),
	SAME(MFD_CLOEXEC),
	SAME(MFD_ALLOW_SEALING),
	SAME(MFD_HUGETLB),
	{ "MFD_NOEXEC_SEAL", 8 },
	{ "MFD_EXEC", 16 },
	/* open(2), openat(2), fcntl(2), unlinkat(2), mknod(2), chmod(2) */
	SAME(O_RDONLY),
	SAME(O_WRONLY),
	SAME(O_RDWR),
	SAME(O_ACCMODE),
	SAME(O_CREAT),
	SAME(O_EXCL),
	SAME(O_NOCTTY),
	SAME(O_TRUNC),
	SAME(O_APPEND),
	SAME(O_NONBLOCK),
	SAME(O_DSYNC),
	SAME(O_SYNC),
	SAME(O_DIRECT),
	SAME(O_DIRECTORY),
	SAME(O_NOFOLLOW),
	SAME(O_NOATIME),
	SAME(O_CLOEXEC),
	SAME(O_PATH),
	SAME(O_TMPFILE),
	SAME(AT_FDCWD),
	SAME(AT_EMPTY_PATH),
	SAME(AT_REMOVEDIR),
	SAME(AT_SYMLINK_NOFOLLOW),
	SAME(AT_SYMLINK_FOLLOW),
	SAME(F_DUPFD),
	SAME(F_DUPFD_CLOEXEC),
	SAME(F_GETFD),
	SAME(F_SETFD),
	SAME(F_GETFL),
	SAME(F_SETFL),
	SAME(F_GETLK),
	SAME(F_SETLK),
	SAME(F_SETLKW),
	SAME(F_SETOWN),
	SAME(F_SETSIG),
	SAME(F_SETLEASE),
	SAME(F_NOTIFY),
	SAME(F_SETPIPE_SZ),
	SAME(F_ADD_SEALS),
	SAME(S_IFMT),
	SAME(S_IFREG),
	SAME(S_IFDIR),
	SAME(S_IFCHR),
	SAME(S_IFBLK),
	SAME(S_IFIFO),
	SAME(S_IFSOCK),
	SAME(S_ISUID),
	SAME(S_ISGID),
	SAME(S_ISVTX),
	/* ioctl(2) */
	SAME(TCGETS),
	SAME(TCSETS),
	SAME(TCSETSW),
	SAME(TCSETSF),
	SAME(TIOCGWINSZ),
	SAME(TIOCSWINSZ),
	SAME(TIOCGPGRP),
	SAME(TIOCSPGRP),
	SAME(TIOCSCTTY),
	SAME(TIOCNOTTY),
	SAME(TIOCSTI),
	SAME(TIOCLINUX),
	SAME(TIOCSETD),
	SAME(TIOCCONS),
	SAME(TIOCGPTN),
	SAME(TIOCSPTLCK),
	SAME(FIONREAD),
	SAME(FIONBIO),
	SAME(FIOASYNC),
	SAME(FIOCLEX),
	SAME(FIONCLEX),
	{ "FICLONE", 0x40049409 },
	{ "FICLONERANGE", 0x4020940d },
	/* prctl(2), personality(2), ptrace(2) */
	SAME(PR_SET_PDEATHSIG),
	SAME(PR_GET_DUMPABLE),
	SAME(PR_SET_DUMPABLE),
	SAME(PR_SET_NAME),
	SAME(PR_GET_NAME),
	SAME(PR_SET_SECCOMP),
	SAME(PR_CAPBSET_READ),
	SAME(PR_CAPBSET_DROP),
	SAME(PR_SET_TIMERSLACK),
	SAME(PR_SET_MM),
	SAME(PR_SET_PTRACER),
	SAME(PR_SET_CHILD_SUBREAPER),
	SAME(PR_SET_NO_NEW_PRIVS),
	SAME(PR_SET_THP_DISABLE),
	SAME(PR_CAP_AMBIENT),
	SAME(PR_SET_SPECULATION_CTRL),
	SAME(PR_SCHED_CORE),
	SAME(PR_SET_VMA),
	{ "PR_SET_MDWE", 65 },
	{ "PER_LINUX", PER_LINUX },
	{ "PER_LINUX32", PER_LINUX32 },
	{ "UNAME26", UNAME26 },
	{ "ADDR_NO_RANDOMIZE", ADDR_NO_RANDOMIZE },
	{ "READ_IMPLIES_EXEC", READ_IMPLIES_EXEC },
	{ "ADDR_COMPAT_LAYOUT", ADDR_COMPAT_LAYOUT },
	SAME(PTRACE_TRACEME),
	SAME(PTRACE_ATTACH),
	SAME(PTRACE_SEIZE),
	/* kill(2), setrlimit(2), waitid(2) and others */
	SAME(SIGHUP),
	SAME(SIGINT),
	SAME(SIGQUIT),
	SAME(SIGILL),
	SAME(SIGTRAP),
	SAME(SIGABRT),
	SAME(SIGBUS),
	SAME(SIGFPE),
	SAME(SIGKILL),
	SAME(SIGUSR1),
	SAME(SIGSEGV),
	SAME(SIGUSR2),
	SAME(SIGPIPE),
	SAME(SIGALRM),
	SAME(SIGTERM),
	SAME(SIGCHLD),
	SAME(SIGCONT),
	SAME(SIGSTOP),
	SAME(SIGTSTP),
	SAME(SIGSYS),
	SAME(RLIMIT_AS),
	SAME(RLIMIT_CORE),
	SAME(RLIMIT_CPU),
	SAME(RLIMIT_DATA),
	SAME(RLIMIT_FSIZE),
	SAME(RLIMIT_MEMLOCK),
	SAME(RLIMIT_NOFILE),
	SAME(RLIMIT_NPROC),
	SAME(RLIMIT_STACK),
};

int syscall_constants_find(const char *name, uint64_t *ret_value)
{
	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
		if (strcmp(constants[i].name, name) == 0) {
			*ret_value = constants[i].value;
			return 0;
		}
	}
	return -ENOENT;
}

const char *syscall_constants_name(const char *prefix, uint64_t value)
{
	size_t length = strlen(prefix);

	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
		if (constants[i].value == value && strncmp(constants[i].name, prefix, length) == 0)
			return constants[i].name;
	return NULL;
}

/* Above the largest errno of every architecture; the kernel itself caps at 4095. */
#define ERRNO_END 200

int syscall_constants_errno(const char *name)
{
	/* The second names of errors that have two; strerrorname_np(3) knows the first. */
	if (strcmp(name, "EWOULDBLOCK") == 0)
		return EWOULDBLOCK;
	if (strcmp(name, "ENOTSUP") == 0)
		return ENOTSUP;
	for (int number = 1; number < ERRNO_END; number++) {
		const char *known = strerrorname_np(number);

		if (known && strcmp(known, name) == 0)
			return number;
	}
	return -ENOENT;
}
