/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tries to make new namespaces and to enter those of others. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned long flag;
} kinds[] = {
	{ "user", CLONE_NEWUSER },
	{ "mnt", CLONE_NEWNS },
	{ "net", CLONE_NEWNET },
	{ "pid", CLONE_NEWPID },
	{ "ipc", CLONE_NEWIPC },
	{ "uts", CLONE_NEWUTS },
	{ "cgroup", CLONE_NEWCGROUP },
	{ "time", 0x80 },
};

static unsigned long flag_of(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].flag;
	return 0;
}

static int unshare_one(char **args)
{
	return attack_result(unshare((int)flag_of(args[0])));
}

static int reap(long pid)
{
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return -errno;
	waitpid((pid_t)pid, NULL, __WALL);
	return 0;
}

static int clone_one(char **args)
{
	return reap(syscall(SYS_clone, flag_of(args[0]) | SIGCHLD, NULL, NULL, NULL, NULL));
}

static int clone3_one(char **args)
{
	struct clone_args clone = { .flags = flag_of(args[0]), .exit_signal = SIGCHLD };

	return reap(syscall(SYS_clone3, &clone, sizeof(clone)));
}

/* Choosing the pid of a child is for those who restore checkpoints. */
static int clone3_choose_pid(char **args)
{
	pid_t wanted = 4242;
	struct clone_args clone = {
		.exit_signal = SIGCHLD, .set_tid = (unsigned long)&wanted, .set_tid_size = 1
	};

	(void)args;
	return reap(syscall(SYS_clone3, &clone, sizeof(clone)));
}

static int enter(char **args)
{
	int fd = open(args[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return attack_result(setns(fd, 0));
}

static int enter_by_pidfd(char **args)
{
	long fd = syscall(SYS_pidfd_open, atoi(args[0]), 0);

	if (fd < 0)
		return -errno;
	return attack_result(setns((int)fd, CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC));
}

/* All capabilities in a namespace of one's own: the usual first step of a kernel exploit. */
static int gain_capabilities(char **args)
{
	(void)args;
	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	return attack_result(unshare(CLONE_NEWNET));
}

const struct attack attacks[] = {
	{ "unshare", unshare_one, true },
	{ "clone", clone_one, true },
	{ "clone3", clone3_one, true },
	{ "choose-pid", clone3_choose_pid, true },
	{ "setns", enter, true },
	{ "setns-pidfd", enter_by_pidfd, true },
	{ "gain", gain_capabilities, true },
	{ 0 },
};
