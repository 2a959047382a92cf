/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and numbers: libseccomp's tables, the calls newer than those, and which arguments are ints.
 */
#include "syscall_names.h"

#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Since Linux 5.1 all architectures number new calls alike (arch/.../syscall.tbl; but for alpha
 * and mips, which add an offset). What our oldest libseccomp, 2.5.0, does not know yet.
 */
static const struct {
	const char *name;
	unsigned int number;
} newer[] = {
	{ "process_madvise", 440 },
	{ "epoll_pwait2", 441 },
	{ "mount_setattr", 442 },
	{ "quotactl_fd", 443 },
	{ "landlock_create_ruleset", 444 },
	{ "landlock_add_rule", 445 },
	{ "landlock_restrict_self", 446 },
	{ "memfd_secret", 447 },
	{ "process_mrelease", 448 },
	{ "futex_waitv", 449 },
	{ "set_mempolicy_home_node", 450 },
	{ "cachestat", 451 },
	{ "fchmodat2", 452 },
	{ "map_shadow_stack", 453 },
	{ "futex_wake", 454 },
	{ "futex_wait", 455 },
	{ "futex_requeue", 456 },
	{ "statmount", 457 },
	{ "listmount", 458 },
	{ "lsm_get_self_attr", 459 },
	{ "lsm_set_self_attr", 460 },
	{ "lsm_list_modules", 461 },
	{ "mseal", 462 },
	{ "setxattrat", 463 },
	{ "getxattrat", 464 },
	{ "listxattrat", 465 },
	{ "removexattrat", 466 },
	{ "open_tree_attr", 467 },
	{ "file_getattr", 468 },
	{ "file_setattr", 469 },
#ifdef __x86_64__
	{ "uretprobe", 335 }, /* only the kernel's own trampolines call these two */
	{ "uprobe", 336 },
#endif
};

/*
 * Arguments declared int, unsigned int, or cut to 32 bits first thing (clone's flags by
 * lower_32_bits), from include/linux/syscalls.h: only calls whose arguments policies ask about.
 * File descriptors and flags first of all; a pointer or a size must never be listed.
 */
static const struct {
	const char *name;
	unsigned char narrow;
} widths[] = {
	{ "accept4", 1 << 0 | 1 << 3 },
	{ "arch_prctl", 1 << 0 },
	{ "bpf", 1 << 0 | 1 << 2 },
	{ "clone", 1 << 0 },
	{ "clock_getres", 1 << 0 },
	{ "clock_gettime", 1 << 0 },
	{ "clock_nanosleep", 1 << 0 | 1 << 1 },
	{ "clock_settime", 1 << 0 },
	{ "close", 1 << 0 },
	{ "close_range", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "dup", 1 << 0 },
	{ "dup2", 1 << 0 | 1 << 1 },
	{ "dup3", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "epoll_create1", 1 << 0 },
	{ "epoll_ctl", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "eventfd2", 1 << 0 | 1 << 1 },
	{ "execveat", 1 << 0 | 1 << 4 },
	{ "faccessat2", 1 << 0 | 1 << 2 | 1 << 3 },
	{ "fallocate", 1 << 0 | 1 << 1 },
	{ "fanotify_init", 1 << 0 | 1 << 1 },
	{ "fchmod", 1 << 0 | 1 << 1 },
	{ "fchmodat", 1 << 0 | 1 << 2 },
	{ "fcntl", 1 << 0 | 1 << 1 },
	{ "flock", 1 << 0 | 1 << 1 },
	{ "futex", 1 << 1 | 1 << 2 | 1 << 5 },
	{ "getpriority", 1 << 0 | 1 << 1 },
	{ "getrandom", 1 << 2 },
	{ "getrlimit", 1 << 0 },
	{ "getsockopt", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "inotify_init1", 1 << 0 },
	{ "ioctl", 1 << 0 | 1 << 1 },
	{ "ioprio_set", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "keyctl", 1 << 0 },
	{ "kill", 1 << 0 | 1 << 1 },
	{ "linkat", 1 << 0 | 1 << 2 | 1 << 4 },
	{ "listen", 1 << 0 | 1 << 1 },
	{ "lseek", 1 << 0 | 1 << 2 },
	{ "madvise", 1 << 2 },
	{ "membarrier", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "memfd_create", 1 << 1 },
	{ "mkdirat", 1 << 0 },
	{ "mlockall", 1 << 0 },
	{ "mknodat", 1 << 0 | 1 << 3 },
	{ "mknod", 1 << 2 },
	{ "newfstatat", 1 << 0 | 1 << 3 },
	{ "open", 1 << 1 },
	{ "openat", 1 << 0 | 1 << 2 },
	{ "personality", 1 << 0 },
	{ "pidfd_open", 1 << 0 | 1 << 1 },
	{ "pidfd_send_signal", 1 << 0 | 1 << 1 | 1 << 3 },
	{ "pipe2", 1 << 1 },
	{ "prctl", 1 << 0 },
	{ "prlimit64", 1 << 0 | 1 << 1 },
	{ "read", 1 << 0 },
	{ "renameat2", 1 << 0 | 1 << 2 | 1 << 4 },
	{ "rt_sigaction", 1 << 0 },
	{ "rt_sigprocmask", 1 << 0 },
	{ "sched_setaffinity", 1 << 0 | 1 << 1 },
	{ "sched_setattr", 1 << 0 | 1 << 2 },
	{ "sched_setparam", 1 << 0 },
	{ "sched_setscheduler", 1 << 0 | 1 << 1 },
	{ "seccomp", 1 << 0 | 1 << 1 },
	{ "sendto", 1 << 0 | 1 << 3 | 1 << 5 },
	{ "setns", 1 << 0 | 1 << 1 },
	{ "setpriority", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "setrlimit", 1 << 0 },
	{ "setsockopt", 1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 },
	{ "shmget", 1 << 0 | 1 << 2 },
	{ "signalfd4", 1 << 0 | 1 << 3 },
	{ "socket", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "socketpair", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "splice", 1 << 0 | 1 << 2 | 1 << 5 },
	{ "statx", 1 << 0 | 1 << 2 | 1 << 3 },
	{ "tgkill", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "timer_create", 1 << 0 },
	{ "timerfd_create", 1 << 0 | 1 << 1 },
	{ "tkill", 1 << 0 | 1 << 1 },
	{ "umask", 1 << 0 },
	{ "unlinkat", 1 << 0 | 1 << 2 },
	{ "userfaultfd", 1 << 0 },
	{ "wait4", 1 << 0 | 1 << 2 },
	{ "waitid", 1 << 0 | 1 << 1 | 1 << 3 },
	{ "write", 1 << 0 },
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum syscall_known syscall_names_number(const char *name, unsigned int *ret_number)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number >= 0) {
		*ret_number = (unsigned int)number;
		return SYSCALL_NATIVE;
	}
	for (size_t i = 0; i < LENGTH(newer); i++) {
		if (strcmp(newer[i].name, name) == 0) {
			*ret_number = newer[i].number;
			return SYSCALL_NATIVE;
		}
	}
	/* libseccomp numbers calls that only other architectures have below -1. */
	return number == __NR_SCMP_ERROR ? SYSCALL_UNKNOWN : SYSCALL_ELSEWHERE;
}

const char *syscall_names_name(unsigned int number, char ret[32])
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)number);

	snprintf(ret, 32, "syscall_%u", number);
	for (size_t i = 0; !name && i < LENGTH(newer); i++)
		if (newer[i].number == number)
			snprintf(ret, 32, "%s", newer[i].name);
	if (name)
		snprintf(ret, 32, "%s", name);
	free(name);
	return ret;
}

unsigned int syscall_names_narrow(const char *name)
{
	for (size_t i = 0; i < LENGTH(widths); i++)
		if (strcmp(widths[i].name, name) == 0)
			return widths[i].narrow;
	return 0;
}

#define WORD_MAX 40

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: row i holds the distances of a's first i letters to all beginnings of
 * b. */
size_t syscall_names_distance(const char *a, const char *b, size_t limit)
{
	size_t rows = strlen(a), columns = strlen(b), memory[3][WORD_MAX + 1];
	size_t *row = memory[0], *above = memory[1], *second = memory[2], *spare;

	if (rows > WORD_MAX || columns > WORD_MAX)
		return limit + 1;
	for (size_t j = 0; j <= columns; j++)
		row[j] = j;
	for (size_t i = 1; i <= rows; i++) {
		spare = second;
		second = above;
		above = row;
		row = spare;
		row[0] = i;
		for (size_t j = 1; j <= columns; j++) {
			row[j] = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = smaller(row[j], smaller(row[j - 1], above[j]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = smaller(row[j], second[j - 2] + 1);
		}
	}
	return smaller(row[columns], limit + 1);
}
