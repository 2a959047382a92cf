/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The groups: which call belongs where. A call may be in several. Every call that we know is in
 * one besides @known (the unit test enumerates them); a new kernel's calls are added here and in
 * syscall_names.c, after thought, since @known is what deny-list policies allow.
 */
#include "syscall_groups.h"

#include <string.h>

#define MEMBERS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Names only 32-bit and other architectures have stand with their 64-bit sisters. */
static const struct syscall_group groups[] = {
	{ "@default", "what the C library needs to start, run threads, wait, end",
		MEMBERS("@sandbox", "arch_prctl", "brk", "cacheflush", "clock_getres",
			"clock_getres_time64", "clock_gettime", "clock_gettime64",
			"clock_nanosleep", "clock_nanosleep_time64", "execve", "exit", "exit_group",
			"futex", "futex_requeue", "futex_time64", "futex_wait", "futex_waitv",
			"futex_wake", "get_robust_list", "get_thread_area", "getcpu", "getegid",
			"getegid32", "geteuid", "geteuid32", "getgid", "getgid32", "getgroups",
			"getgroups32", "getpgid", "getpgrp", "getpid", "getppid", "getrandom",
			"getresgid", "getresgid32", "getresuid", "getresuid32", "getrlimit",
			"getsid", "gettid", "gettimeofday", "getuid", "getuid32",
			"map_shadow_stack", "membarrier", "mmap", "mmap2", "mprotect", "mremap",
			"mseal", "munmap", "nanosleep", "pause", "prlimit64", "restart_syscall",
			"riscv_flush_icache", "rseq", "rt_sigreturn", "sched_getaffinity",
			"sched_yield", "set_robust_list", "set_thread_area", "set_tid_address",
			"set_tls", "sigreturn", "time", "ugetrlimit", "uprobe", "uretprobe") },
	{ "@aio", "asynchronous input and output",
		MEMBERS("io_cancel", "io_destroy", "io_getevents", "io_pgetevents",
			"io_pgetevents_time64", "io_setup", "io_submit", "io_uring_enter",
			"io_uring_register", "io_uring_setup") },
	{ "@basic-io", "reading and writing open files",
		MEMBERS("_llseek", "close", "close_range", "dup", "dup2", "dup3", "lseek",
			"pread64", "preadv", "preadv2", "pwrite64", "pwritev", "pwritev2", "read",
			"readv", "write", "writev") },
	{ "@chown", "owners of files",
		MEMBERS("chown", "chown32", "fchown", "fchown32", "fchownat", "lchown",
			"lchown32") },
	{ "@clock", "setting the system's clocks",
		MEMBERS("adjtimex", "clock_adjtime", "clock_adjtime64", "clock_settime",
			"clock_settime64", "settimeofday", "stime") },
	{ "@cpu-emulation", "special modes of the processor",
		MEMBERS("modify_ldt", "subpage_prot", "switch_endian", "vm86", "vm86old") },
	{ "@debug", "looking into and changing other processes, tracing, performance counters",
		MEMBERS("kcmp", "lookup_dcookie", "perf_event_open", "pidfd_getfd",
			"process_madvise", "process_vm_readv", "process_vm_writev", "ptrace",
			"multiplexer", "rtas", "s390_runtime_instr", "sys_debug_setcontext") },
	{ "@file-system", "files, directories, links, attributes",
		MEMBERS("access", "chdir", "chmod", "creat", "faccessat", "faccessat2", "fallocate",
			"fchdir", "fchmod", "fchmodat", "fchmodat2", "fcntl", "fcntl64",
			"fgetxattr", "file_getattr", "file_setattr", "flistxattr", "fremovexattr",
			"fsetxattr", "fstat", "fstat64", "fstatat64", "fstatfs", "fstatfs64",
			"ftruncate", "ftruncate64", "futimesat", "getcwd", "getdents", "getdents64",
			"getxattr", "getxattrat", "inotify_add_watch", "inotify_init",
			"inotify_init1", "inotify_rm_watch", "lgetxattr", "link", "linkat",
			"listmount", "listxattr", "listxattrat", "llistxattr", "lremovexattr",
			"lsetxattr", "lstat", "lstat64", "mkdir", "mkdirat", "mknod", "mknodat",
			"newfstatat", "oldfstat", "oldlstat", "oldstat", "open", "openat",
			"openat2", "readdir", "readlink", "readlinkat", "removexattr",
			"removexattrat", "rename", "renameat", "renameat2", "rmdir", "setxattr",
			"setxattrat", "stat", "stat64", "statfs", "statfs64", "statmount", "statx",
			"symlink", "symlinkat", "truncate", "truncate64", "umask", "unlink",
			"unlinkat", "utime", "utimensat", "utimensat_time64", "utimes") },
	{ "@io-event", "waiting for files: poll, select, epoll, eventfd",
		MEMBERS("_newselect", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old",
			"epoll_pwait", "epoll_pwait2", "epoll_wait", "epoll_wait_old", "eventfd",
			"eventfd2", "poll", "ppoll", "ppoll_time64", "pselect6", "pselect6_time64",
			"select") },
	{ "@ipc", "pipes, System V and POSIX message queues, shared memory, semaphores",
		MEMBERS("ipc", "memfd_create", "mq_getsetattr", "mq_notify", "mq_open",
			"mq_timedreceive", "mq_timedreceive_time64", "mq_timedsend",
			"mq_timedsend_time64", "mq_unlink", "msgctl", "msgget", "msgrcv", "msgsnd",
			"pipe", "pipe2", "semctl", "semget", "semop", "semtimedop",
			"semtimedop_time64", "shmat", "shmctl", "shmdt", "shmget") },
	{ "@keyring", "the kernel's keys", MEMBERS("add_key", "keyctl", "request_key") },
	{ "@memlock", "memory that stays in core, or that nobody else can read",
		MEMBERS("memfd_secret", "mlock", "mlock2", "mlockall", "munlock", "munlockall") },
	{ "@memory", "advice on, and questions about, a program's own memory",
		MEMBERS("cachestat", "fadvise64", "fadvise64_64", "arm_fadvise64_64", "madvise",
			"mincore", "readahead", "remap_file_pages") },
	{ "@module", "kernel modules", MEMBERS("delete_module", "finit_module", "init_module") },
	{ "@mount", "mounts and the root directory",
		MEMBERS("chroot", "fsconfig", "fsmount", "fsopen", "fspick", "mount",
			"mount_setattr", "move_mount", "open_tree", "open_tree_attr", "pivot_root",
			"umount", "umount2") },
	{ "@network-io", "sockets",
		MEMBERS("accept", "accept4", "bind", "connect", "getpeername", "getsockname",
			"getsockopt", "listen", "recv", "recvfrom", "recvmmsg", "recvmmsg_time64",
			"recvmsg", "send", "sendmmsg", "sendmsg", "sendto", "setsockopt",
			"shutdown", "socket", "socketcall", "socketpair") },
	{ "@network", "@network-io by its short name", MEMBERS("@network-io") },
	{ "@obsolete", "calls that modern kernels keep for very old programs, or not at all",
		MEMBERS("_sysctl", "afs_syscall", "bdflush", "break", "create_module",
			"epoll_ctl_old", "epoll_wait_old", "ftime", "get_kernel_syms", "getpmsg",
			"gtty", "idle", "lock", "lookup_dcookie", "mpx", "nfsservctl", "prof",
			"profil", "putpmsg", "query_module", "security", "sgetmask", "ssetmask",
			"stime", "stty", "sysfs", "tuxcall", "ulimit", "uselib", "ustat",
			"vserver") },
	{ "@pkey", "memory protection keys", MEMBERS("pkey_alloc", "pkey_free", "pkey_mprotect") },
	{ "@privileged", "what only an administrator may do",
		MEMBERS("@chown", "@clock", "@module", "@raw-io", "@reboot", "@swap", "acct", "bpf",
			"capset", "chroot", "fanotify_init", "fanotify_mark", "lsm_set_self_attr",
			"name_to_handle_at", "nfsservctl", "open_by_handle_at", "pivot_root",
			"quotactl", "quotactl_fd", "setdomainname", "setfsuid", "setfsuid32",
			"setgroups", "setgroups32", "sethostname", "setresuid", "setresuid32",
			"setreuid", "setreuid32", "setuid", "setuid32", "vhangup") },
	{ "@process", "starting, waiting for and controlling processes",
		MEMBERS("capget", "clone", "clone3", "execveat", "fork", "getpriority", "getrusage",
			"kill", "lsm_get_self_attr", "lsm_list_modules", "nice", "personality",
			"pidfd_open", "pidfd_send_signal", "prctl", "process_mrelease",
			"rt_sigqueueinfo", "rt_tgsigqueueinfo", "setns", "setpgid", "setsid",
			"spu_create", "spu_run", "swapcontext", "sysinfo", "tgkill", "times",
			"tkill", "uname", "olduname", "oldolduname", "unshare", "vfork", "wait4",
			"waitid", "waitpid") },
	{ "@raw-io", "ports and buses",
		MEMBERS("ioperm", "iopl", "pciconfig_iobase", "pciconfig_read", "pciconfig_write",
			"s390_pci_mmio_read", "s390_pci_mmio_write", "s390_sthyi") },
	{ "@reboot", "ending or replacing the running kernel",
		MEMBERS("kexec_file_load", "kexec_load", "reboot") },
	{ "@resources", "scheduling, priorities, limits, placement of memory",
		MEMBERS("get_mempolicy", "ioprio_get", "ioprio_set", "mbind", "migrate_pages",
			"move_pages", "nice", "sched_get_priority_max", "sched_get_priority_min",
			"sched_getattr", "sched_getparam", "sched_getscheduler",
			"sched_rr_get_interval", "sched_rr_get_interval_time64",
			"sched_setaffinity", "sched_setattr", "sched_setparam",
			"sched_setscheduler", "set_mempolicy", "set_mempolicy_home_node",
			"setpriority", "setrlimit") },
	{ "@sandbox", "a program restricting itself",
		MEMBERS("landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self",
			"seccomp") },
	{ "@setuid", "changing user and group identity",
		MEMBERS("setfsgid", "setfsgid32", "setfsuid", "setfsuid32", "setgid", "setgid32",
			"setgroups", "setgroups32", "setregid", "setregid32", "setresgid",
			"setresgid32", "setresuid", "setresuid32", "setreuid", "setreuid32",
			"setuid", "setuid32") },
	{ "@signal", "handling signals",
		MEMBERS("rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigsuspend",
			"rt_sigtimedwait", "rt_sigtimedwait_time64", "sigaction", "sigaltstack",
			"signal", "signalfd", "signalfd4", "sigpending", "sigprocmask",
			"sigsuspend") },
	{ "@swap", "swap space", MEMBERS("swapoff", "swapon") },
	{ "@sync", "writing files back to disk",
		MEMBERS("arm_sync_file_range", "fdatasync", "fsync", "msync", "sync",
			"sync_file_range", "sync_file_range2", "syncfs") },
	{ "@timer", "timers and alarms",
		MEMBERS("alarm", "getitimer", "setitimer", "timer_create", "timer_delete",
			"timer_getoverrun", "timer_gettime", "timer_gettime64", "timer_settime",
			"timer_settime64", "timerfd", "timerfd_create", "timerfd_gettime",
			"timerfd_gettime64", "timerfd_settime", "timerfd_settime64", "times") },
	{ "@transfer", "moving data between files inside the kernel, locks on files, ioctl",
		MEMBERS("copy_file_range", "flock", "ioctl", "sendfile", "sendfile64", "splice",
			"tee", "vmsplice") },
	{ "@unsafe", "kernel features with a bad record that few programs need",
		MEMBERS("bpf", "io_uring_enter", "io_uring_register", "io_uring_setup",
			"perf_event_open", "syslog", "userfaultfd") },
	{ "@system-service", "what an ordinary program or service uses, nothing administrative",
		MEMBERS("@aio", "@basic-io", "@chown", "@default", "@file-system", "@io-event",
			"@ipc", "@keyring", "@memlock", "@memory", "@network-io", "@process",
			"@resources", "@setuid", "@signal", "@sync", "@timer", "@transfer",
			"capset") },
	{ "@known", "every call that this version of remand knows",
		MEMBERS("@cpu-emulation", "@debug", "@mount", "@obsolete", "@pkey", "@privileged",
			"@system-service", "@unsafe") },
};

const struct syscall_group *syscall_groups_get(size_t index)
{
	return index < sizeof(groups) / sizeof(groups[0]) ? &groups[index] : NULL;
}

const struct syscall_group *syscall_groups_find(const char *name)
{
	const struct syscall_group *group;

	for (size_t i = 0; (group = syscall_groups_get(i)); i++)
		if (strcmp(group->name, name) == 0)
			return group;
	return NULL;
}

int syscall_groups_walk(const struct syscall_group *group,
	int (*visit)(const char *name, void *context), void *context)
{
	int r = 0;

	for (const char *const *member = group->members; r == 0 && *member; member++) {
		const struct syscall_group *inner =
			**member == '@' ? syscall_groups_find(*member) : NULL;

		r = inner ? syscall_groups_walk(inner, visit, context) : visit(*member, context);
	}
	return r;
}

struct wanted {
	const char *name;
};

static int is_wanted(const char *name, void *context)
{
	const struct wanted *wanted = context;

	return strcmp(name, wanted->name) == 0;
}

bool syscall_groups_hold(const struct syscall_group *group, const char *name)
{
	struct wanted wanted = { name };

	return syscall_groups_walk(group, is_wanted, &wanted) != 0;
}
