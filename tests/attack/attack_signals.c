/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals to whoever can be named; and the victim that notes what reached it. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int note;

static void note_it(int number)
{
	(void)number;
	if (write(note, "signalled\n", 10) < 0)
		_exit(1);
}

/*
 * A victim: SIGURG is the signal which harms nobody else when everybody gets it. When the parent
 * returns, having told the pid, the victim can take it.
 */
static int victim(char **args)
{
	pid_t pid;

	signal(SIGURG, note_it);
	note = open(args[0], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (note < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		if (dup2(note, 0) < 0)
			_exit(1);
		note = 0;
		for (int fd = 1; fd < 256; fd++)
			close(fd);
		alarm(300);
		for (;;)
			pause();
	}
	printf("%d\n", pid);
	fflush(stdout);
	_exit(0);
}

static int signal_one(char **args)
{
	return attack_result(kill(atoi(args[0]), atoi(args[1])));
}

static int signal_all(char **args)
{
	(void)args;
	return attack_result(kill(-1, SIGURG));
}

static int signal_group(char **args)
{
	(void)args;
	return attack_result(kill(0, SIGURG));
}

static int signal_thread(char **args)
{
	int pid = atoi(args[0]);

	return attack_result(syscall(SYS_tgkill, pid, pid, SIGURG));
}

static int signal_queue(char **args)
{
	union sigval value = { .sival_int = 7 };

	return attack_result(sigqueue(atoi(args[0]), SIGURG, value));
}

static int signal_by_pidfd(char **args)
{
	long fd = syscall(SYS_pidfd_open, atoi(args[0]), 0);

	if (fd < 0)
		return -errno;
	return attack_result(syscall(SYS_pidfd_send_signal, fd, SIGURG, NULL, 0));
}

/* Signal-driven input and output: the kernel sends on behalf of whoever set the owner. */
static int signal_by_owner(char **args)
{
	int ends[2];

	if (pipe(ends) < 0)
		return -errno;
	if (fcntl(ends[0], F_SETOWN, atoi(args[0])) < 0 || fcntl(ends[0], F_SETSIG, SIGURG) < 0 ||
		fcntl(ends[0], F_SETFL, O_ASYNC) < 0)
		return -errno;
	if (write(ends[1], "x", 1) != 1)
		return -errno;
	return 0;
}

/* Floods the keeper with all that it might take. Its success shows in the verdict. */
static int storm(char **args)
{
	(void)args;
	for (int round = 0; round < 64; round++)
		for (int number = 1; number < NSIG; number++)
			if (number != SIGKILL && number != SIGSTOP)
				kill(1, number);
	return attack_result(kill(1, SIGKILL));
}

/* Kills all that it can see, and itself last. */
static int massacre(char **args)
{
	(void)args;
	kill(-1, SIGKILL);
	kill(1, SIGKILL);
	kill(0, SIGKILL);
	return -EPERM;
}

const struct attack attacks[] = {
	{ "victim", victim },
	{ "kill", signal_one },
	{ "kill-all", signal_all },
	{ "kill-group", signal_group },
	{ "tgkill", signal_thread },
	{ "sigqueue", signal_queue },
	{ "pidfd", signal_by_pidfd },
	{ "owner", signal_by_owner },
	{ "storm", storm },
	{ "massacre", massacre },
	{ 0 },
};
