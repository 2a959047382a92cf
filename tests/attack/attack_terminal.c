/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Types into, takes over or spoils the terminal of the caller. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tiocl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int open_terminal(char **args)
{
	(void)args;
	return attack_open("/dev/tty", O_RDWR);
}

static int push(const char *text)
{
	for (int fd = 0; fd < 3; fd++) {
		int pushed = 0;

		for (const char *c = text; *c; c++)
			if (ioctl(fd, TIOCSTI, c) == 0)
				pushed++;
		if (pushed)
			return 0;
	}
	return -errno;
}

static int push_input(char **args)
{
	(void)args;
	return push("#");
}

/* A filter that compares all 64 bits of the request misses this one: the kernel takes only 32. */
static int push_input_wide(char **args)
{
	char c = '#';

	(void)args;
	for (int fd = 0; fd < 3; fd++)
		if (ioctl(fd, TIOCSTI | 0x100000000UL, &c) == 0)
			return 0;
	return -errno;
}

static int paste(char **args)
{
	char request[16] = { TIOCL_GETSHIFTSTATE };
	int fd = open(args[0], O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return attack_result(ioctl(fd, TIOCLINUX, request));
}

static int open_path(char **args)
{
	return attack_open(args[0], O_RDWR);
}

static int steal_in_session(void *unused)
{
	(void)unused;
	setsid();
	for (int fd = 0; fd < 3; fd++)
		if (ioctl(fd, TIOCSCTTY, 1) == 0)
			return 0;
	return errno;
}

/* A child is no group's leader, and so may lead a session. */
static int steal_terminal(char **args)
{
	int status = attack_fork(steal_in_session, NULL);

	(void)args;
	return status < 0 ? status : -WEXITSTATUS(status);
}

static int take_foreground(char **args)
{
	(void)args;
	signal(SIGTTOU, SIG_IGN);
	setpgid(0, 0);
	for (int fd = 0; fd < 3; fd++)
		if (tcsetpgrp(fd, getpgrp()) == 0)
			return 0;
	return -errno;
}

static int session_of_caller(char **args)
{
	(void)args;
	return getsid(0) == getpid() || getsid(0) == 0 ? -EPERM : 0;
}

const struct attack attacks[] = {
	{ "tty", open_terminal },
	{ "push", push_input, true },
	{ "push-wide", push_input_wide, true },
	{ "paste", paste, true },
	{ "open", open_path },
	{ "steal", steal_terminal },
	{ "foreground", take_foreground },
	{ "session", session_of_caller },
	{ 0 },
};
