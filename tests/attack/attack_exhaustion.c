/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses up what the machine has only so much of: discs, inodes, watches, signals, names. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int fill_disc(char **args)
{
	static char block[1 << 20];
	char path[4096];
	int count = atoi(args[1]);

	for (int i = 0; i < count; i++) {
		int fd;

		snprintf(path, sizeof(path), "%s/attack-fill-%d", args[0], i);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return -errno;
		if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
			return -(errno ? errno : ENOSPC);
		close(fd);
	}
	return 0;
}

static int use_inodes(char **args)
{
	char path[4096];
	char name[240];
	int count = atoi(args[1]);

	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = 0;
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%d%s", args[0], i, name);
		if (mknod(path, S_IFREG | 0600, 0) < 0)
			return -errno;
	}
	return 0;
}

static int inotify_one(char **args)
{
	(void)args;
	return attack_result(inotify_init1(IN_CLOEXEC));
}

/* Takes all that can be had, says so, holds it until there is input; what others still get is the
 * test's question. */
static int inotify_hoard(char **args)
{
	struct rlimit limit;
	int count = 0;
	int full[2];
	char byte;

	(void)args;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (pipe(full) < 0)
		return -errno;
	while (inotify_init1(IN_CLOEXEC) >= 0)
		count++;
	for (int child = 0; child < 3; child++) {
		if (fork() > 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int fd = 3; fd < 1024; fd++)
			if (fd != full[1])
				close(fd);
		while (inotify_init1(IN_CLOEXEC) >= 0)
			;
		if (write(full[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	for (int child = 0; child < 3; child++)
		if (read(full[0], &byte, 1) != 1)
			return -errno;
	printf("full %d\n", count);
	fflush(stdout);
	return read(0, &byte, 1) == 1 ? 0 : -EIO;
}

/* Blocked signals wait in kernel memory, counted by user. */
static int queue_signals(char **args)
{
	union sigval value = { 0 };
	int count = atoi(args[0]);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < count; i++)
		if (sigqueue(getpid(), SIGRTMIN, value) < 0)
			return -errno;
	return 0;
}

/* Sleeps for longer than any of its limits: nobody may wait for it. */
static int sleep_long(char **args)
{
	struct timespec time = { atoi(args[0]), 0 };

	while (nanosleep(&time, &time) < 0)
		;
	return 0;
}

static int spin(char **args)
{
	struct timespec now;
	time_t until;

	clock_gettime(CLOCK_MONOTONIC, &now);
	until = now.tv_sec + atoi(args[0]);
	while (now.tv_sec < until)
		clock_gettime(CLOCK_MONOTONIC, &now);
	return 0;
}

/* Many short-lived children: none lives long enough to be seen at the clock's tick. */
static int spin_in_children(char **args)
{
	struct timespec now;
	time_t until;

	clock_gettime(CLOCK_MONOTONIC, &now);
	until = now.tv_sec + atoi(args[0]);
	signal(SIGCHLD, SIG_IGN);
	while (now.tv_sec < until) {
		if (fork() == 0) {
			for (volatile int i = 0; i < 100000; i++)
				;
			_exit(0);
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
	}
	return 0;
}

const struct attack attacks[] = {
	{ "disc", fill_disc },
	{ "inodes", use_inodes },
	{ "inotify-one", inotify_one },
	{ "inotify-hoard", inotify_hoard },
	{ "signals", queue_signals },
	{ "sleep", sleep_long },
	{ "spin", spin },
	{ "spin-children", spin_in_children },
	{ 0 },
};
