/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The system call rules of the policy `default`: for programs that compute, read and write files,
 * start threads and children. A deny-list on purpose: the cell (no capabilities, own namespaces,
 * no network) already makes most of these calls fail; refusing them here keeps the kernel
 * code behind them out of reach. Nothing kills: runtimes probe, and must be answered.
 */
#include <stddef.h>

#include "syscall_rules.h"

static const struct {
	enum syscall_action action;
	const char *text;
} lines[] = {
	{ SYSCALL_ALLOW, "@known" },

	/* Not there, as on an old kernel; whoever asks has another way. clone3 passes its flags in
	 * memory, where no filter can look (C libraries then use clone); io_uring starts calls
	 * that no filter sees at all; the obsolete ones most kernels lack. */
	{ SYSCALL_DENY, "(ENOSYS) clone3, io_uring_*, memfd_secret, @obsolete" },

	/* Mounts, roots, quotas, swap: the cell is built before and stays as it is. */
	{ SYSCALL_DENY, "@mount, @swap, quotactl*" },

	/* New namespaces: a user namespace hands out the capabilities that open most kernel holes
	 * of the last years. CLONE_NEWTIME (0x80) is left out for clone: there it lies inside the
	 * exit signal's byte and makes no namespace (man 2 clone, CLONE_NEWTIME needs clone3). */
	{ SYSCALL_DENY, "setns, clone(0: &CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|"
			"CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET)" },
	{ SYSCALL_DENY, "unshare(0: &CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|"
			"CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET|CLONE_NEWTIME)" },

	/* Other processes' memory and descriptors, performance counters, BPF, kernel keys, faults
	 * served by user space (they make kernel races winnable). */
	{ SYSCALL_DENY, "@debug, bpf, @keyring, userfaultfd" },

	/* The machine as a whole: clocks, modules, reboot, ports, kernel log, accounting, names,
	 * the terminal. A judged program has no business there even with all capabilities. */
	{ SYSCALL_DENY,
		"@clock, @module, @reboot, @raw-io, syslog, acct, sethostname, setdomainname, "
		"vhangup, lsm_set_self_attr" },

	/* Files by handle pass by the cell's mounts; fanotify watches whole mounts; sync waits for
	 * everybody's dirty pages (fsync and syncfs remain). */
	{ SYSCALL_DENY, "*_handle_at, fanotify_*, sync" },

	/* Where memory lies is the supervisor's choice (cpuset); get_mempolicy only asks. */
	{ SYSCALL_DENY, "mbind, migrate_pages, move_pages, set_mempolicy*" },

	/* Segment descriptors, 16-bit code: only emulators of old systems. */
	{ SYSCALL_DENY, "@cpu-emulation" },

	/* Execution domains are rarely trodden code; asking, plain Linux, and switching one's own
	 * address randomization off (SBCL and ThreadSanitizer restart themselves so) are harmless.
	 */
	{ SYSCALL_DENY, "personality" },
	{ SYSCALL_ALLOW, "personality(0: PER_LINUX|ADDR_NO_RANDOMIZE|0xffffffff)" },

	/* Set-user-id and set-group-id files: harmless in the cell (nosuid), but in a directory of
	 * the host they stay, owned by whoever owns the directory. openat2 has its mode in memory.
	 */
	{ SYSCALL_DENY, "chmod(1: &06000), fchmod(1: &06000), fchmodat(2: &06000), "
			"creat(1: &06000), mknod(1: &06000), mknodat(2: &06000), "
			"mkdir(1: &06000), mkdirat(2: &06000), "
			"open(1: &O_CREAT|020000000, 2: &06000), "
			"openat(2: &O_CREAT|020000000, 3: &06000)" },
	{ SYSCALL_DENY, "(ENOSYS) openat2, fchmodat2" },

	/* The keeper, PID 1: without privilege it has the target's own user id, and by that rule
	 * the target could set its resource limits, priority and CPUs. */
	{ SYSCALL_DENY, "prlimit64(0: 1), sched_setaffinity(0: 1), sched_setscheduler(0: 1), "
			"sched_setparam(0: 1), sched_setattr(0: 1), setpriority(0: 0, 1: 1), "
			"setpriority(0: !0), ioprio_set(0: 1, 1: 1), ioprio_set(0: !1)" },

	/* The core limit of 1 is what keeps a crash from starting the host's core helper, which
	 * runs as root: it may be read, not changed. */
	{ SYSCALL_DENY, "setrlimit(0: RLIMIT_CORE), prlimit64(1: RLIMIT_CORE, 2: !0)" },

	/* Instances and watches are charged to whoever made the user namespace, so a target could
	 * use up the caller's; programs that watch files fall back on looking. */
	{ SYSCALL_DENY, "(EMFILE) inotify_init, inotify_init1" },

	/* Typing into the terminal that the caller returns to (CVE-2017-5226, CVE-2023-1523), and
	 * line disciplines, which load old modules. */
	{ SYSCALL_DENY, "ioctl(1: TIOCSTI|TIOCLINUX|TIOCSETD)" },

	/* Sockets: local ones, IP with TCP, UDP, ping, and the routing tables that getaddrinfo and
	 * getifaddrs read. All other families and protocols load modules that few have looked at.
	 */
	{ SYSCALL_DENY, "(EAFNOSUPPORT) socket, socketpair" },
	{ SYSCALL_ALLOW, "socketpair(0: AF_UNIX), socket(0: AF_UNIX|AF_INET|AF_INET6), "
			 "socket(0: AF_NETLINK, 2: NETLINK_ROUTE)" },
	{ SYSCALL_DENY, "(EPROTONOSUPPORT) socket(0: AF_INET|AF_INET6, "
			"2: !0|IPPROTO_TCP|IPPROTO_UDP|IPPROTO_ICMP|IPPROTO_ICMPV6)" },
	{ SYSCALL_DENY, "socket(0: AF_INET|AF_INET6, 1: !SOCK_STREAM/0xf|SOCK_DGRAM/0xf)" },
};

int syscall_rules_default(struct syscall_rules *ret, struct remand_error *error)
{
	struct syscall_rules rules = { 0 };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int r = syscall_rules_add(&rules, lines[i].action, lines[i].text, error);

		if (r < 0) {
			syscall_rules_done(&rules);
			return r;
		}
	}
	*ret = rules;
	return 0;
}
