/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks for file descriptors that somebody forgot to close, and misuses those that were given. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	HIGHEST = 2048
};

static int inherited(char **args)
{
	(void)args;
	for (int fd = 3; fd < HIGHEST; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 0;
	return -EBADF;
}

static int read_inherited(char **args)
{
	char byte;

	(void)args;
	for (int fd = 3; fd < HIGHEST; fd++)
		if (pread(fd, &byte, 1, 0) == 1)
			return 0;
	return -EBADF;
}

static int open_beside(char **args)
{
	for (int fd = 0; fd < HIGHEST; fd++) {
		int found = openat(fd, args[0], O_RDONLY | O_CLOEXEC);

		if (found >= 0)
			return 0;
	}
	return -ENOENT;
}

static int leave_by_directory(char **args)
{
	for (int fd = 0; fd < HIGHEST; fd++)
		if (fchdir(fd) == 0 && attack_read(args[0]) == 0)
			return 0;
	return -ENOTDIR;
}

/* The link in /proc opens the file anew, with more rights than the fd that it stands for. */
static int reopen_for_writing(char **args)
{
	(void)args;
	for (int fd = 0; fd < HIGHEST; fd++) {
		char path[32];
		struct stat status;

		if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (attack_open(path, O_RDWR) == 0)
			return 0;
	}
	return -EACCES;
}

static int limited_open(char **args)
{
	int wanted = atoi(args[0]);

	for (int i = 0; i < wanted; i++)
		if (open("/dev/null", O_RDONLY) < 0)
			return -errno;
	return 0;
}

const struct attack attacks[] = {
	{ "inherited", inherited },
	{ "read-inherited", read_inherited },
	{ "open-beside", open_beside },
	{ "leave", leave_by_directory },
	{ "reopen", reopen_for_writing },
	{ "hoard", limited_open },
	{ 0 },
};
