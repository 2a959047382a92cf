/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reaches into other processes: the keeper (pid 1), the supervisor, a victim on the host. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int attach(char **args)
{
	pid_t pid = atoi(args[0]);

	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) < 0)
		return -errno;
	waitpid(pid, NULL, __WALL);
	return attack_result(ptrace(PTRACE_DETACH, pid, NULL, NULL));
}

static int seize(char **args)
{
	pid_t pid = atoi(args[0]);

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
		return -errno;
	return 0;
}

/* 0x400000 is where a static program's header lies; EFAULT means that the way was open. */
static int copy_memory(char **args)
{
	char bytes[16];
	struct iovec local = { bytes, sizeof(bytes) };
	struct iovec remote = { (void *)0x400000, sizeof(bytes) };
	ssize_t n = process_vm_readv(atoi(args[0]), &local, 1, &remote, 1, 0);

	return n >= 0 || errno == EFAULT ? 0 : -errno;
}

static int overwrite_memory(char **args)
{
	char bytes[16] = "";
	struct iovec local = { bytes, sizeof(bytes) };
	struct iovec remote = { (void *)8, sizeof(bytes) };
	ssize_t n = process_vm_writev(atoi(args[0]), &local, 1, &remote, 1, 0);

	return n >= 0 || errno == EFAULT ? 0 : -errno;
}

static int open_memory(char **args)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/mem", args[0]);
	return attack_open(path, O_RDWR);
}

static int steal_fd(char **args)
{
	long fd = syscall(SYS_pidfd_open, atoi(args[0]), 0);

	if (fd < 0)
		return -errno;
	for (int wanted = 0; wanted < 64; wanted++) {
		if (syscall(SYS_pidfd_getfd, fd, wanted, 0) >= 0)
			return 0;
		if (errno != EBADF)
			return -errno;
	}
	return -EBADF;
}

static int compare(char **args)
{
	return attack_result(syscall(SYS_kcmp, atoi(args[0]), getpid(), KCMP_FILES, 0UL, 0UL));
}

static int page_out(char **args)
{
	struct iovec range = { (void *)0x400000, 4096 };
	long fd = syscall(SYS_pidfd_open, atoi(args[0]), 0);

	if (fd < 0)
		return -errno;
	return attack_result(syscall(SYS_process_madvise, fd, &range, 1UL, 20 /* cold */, 0U));
}

static int watch_counters(char **args)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_TASK_CLOCK };

	return attack_result(syscall(SYS_perf_event_open, &attributes, atoi(args[0]), -1, -1, 0UL));
}

static int other_limits(char **args)
{
	struct rlimit limit;

	return attack_result(prlimit(atoi(args[0]), RLIMIT_NOFILE, NULL, &limit));
}

static int robust_list(char **args)
{
	void *head;
	size_t length;

	return attack_result(syscall(SYS_get_robust_list, atoi(args[0]), &head, &length));
}

static int move_pages_of(char **args)
{
	void *page = (void *)0x400000;
	int status = 0;

	return attack_result(syscall(SYS_move_pages, atoi(args[0]), 1UL, &page, NULL, &status, 0));
}

/* A tracer that never asked: the parent would have to answer for every stop. */
static int trace_me(char **args)
{
	(void)args;
	return attack_result(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

const struct attack attacks[] = {
	{ "attach", attach, true },
	{ "seize", seize, true },
	{ "readv", copy_memory, true },
	{ "writev", overwrite_memory, true },
	{ "mem", open_memory },
	{ "getfd", steal_fd, true },
	{ "kcmp", compare, true },
	{ "madvise", page_out, true },
	{ "perf", watch_counters, true },
	{ "prlimit", other_limits, true },
	{ "robust-list", robust_list, true },
	{ "move-pages", move_pages_of, true },
	{ "traceme", trace_me },
	{ 0 },
};
