/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Floods the streams, or changes the caller's file descriptions behind them. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int flood(char **args)
{
	static char block[65536];
	int fd = atoi(args[0]);
	long long left = strtoll(args[1], NULL, 10);

	memset(block, 'x', sizeof(block));
	for (; left > 0; left -= (long long)sizeof(block))
		if (write(fd, block, sizeof(block)) < 0)
			return -errno;
	return 0;
}

/* Says nothing itself when it wins: standard output is the weapon. */
static int stretch(char **args)
{
	return attack_result(ftruncate(1, strtoll(args[0], NULL, 10)));
}

static int reserve(char **args)
{
	return attack_result(posix_fallocate(1, 0, strtoll(args[0], NULL, 10)) ? -1 : 0);
}

static int write_far(char **args)
{
	return attack_result(pwrite(1, "x", 1, strtoll(args[0], NULL, 10)));
}

static int wipe(char **args)
{
	(void)args;
	return attack_result(ftruncate(1, 0));
}

/* These flags belong to the open file, which the caller shares: they stay after the run. */
static int make_nonblocking(char **args)
{
	int fd = atoi(args[0]);

	return attack_result(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK));
}

static int keep_lock(char **args)
{
	return attack_result(flock(atoi(args[0]), LOCK_EX | LOCK_NB));
}

static int read_back(char **args)
{
	char byte;

	(void)args;
	return pread(1, &byte, 1, 0) == 1 ? 0 : -errno;
}

static int open_mode(char **args)
{
	(void)args;
	return attack_result(fchmod(1, 0777));
}

const struct attack attacks[] = {
	{ "flood", flood },
	{ "stretch", stretch },
	{ "reserve", reserve },
	{ "far", write_far },
	{ "wipe", wipe },
	{ "nonblock", make_nonblocking },
	{ "lock", keep_lock },
	{ "read-back", read_back },
	{ "chmod", open_mode },
	{ 0 },
};
