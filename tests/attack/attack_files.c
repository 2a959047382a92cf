/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads, writes, lists and links files which nobody gave to the program. */
#include "attack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static int read_file(char **args)
{
	return attack_read(args[0]);
}

static int write_file(char **args)
{
	return attack_write(args[0], "");
}

static int exists(char **args)
{
	struct stat status;

	return attack_result(stat(args[0], &status));
}

static int list(char **args)
{
	const struct dirent *entry;
	int found = -ENOENT;
	DIR *directory = opendir(args[0]);

	if (!directory)
		return -errno;
	while ((entry = readdir(directory)))
		if (strcmp(entry->d_name, args[1]) == 0)
			found = 0;
	closedir(directory);
	return found;
}

static int create(char **args)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/.attack-created", args[0]);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	return attack_result(unlink(path));
}

static int unnamed(char **args)
{
	return attack_open(args[0], O_TMPFILE | O_RDWR);
}

/* From "..", as often as no file system is deep, down to a path of the host. */
static int climb(char **args)
{
	char path[4096] = "";

	for (int i = 0; i < 64; i++)
		strcat(path, "../");
	strncat(path, args[0] + 1, 1024);
	return attack_read(path);
}

static int through_proc_root(char **args)
{
	char path[4096];

	snprintf(path, sizeof(path), "/proc/self/root/../..%s", args[0]);
	return attack_read(path);
}

static int hardlink(char **args)
{
	if (link(args[0], args[1]) < 0)
		return -errno;
	return attack_result(unlink(args[1]));
}

static int symlink_follow(char **args)
{
	int outcome;

	if (symlink(args[0], "./attack-link") < 0)
		return -errno;
	outcome = attack_read("./attack-link");
	unlink("./attack-link");
	return outcome;
}

static int change_mode(char **args)
{
	struct stat status;

	if (stat(args[0], &status) < 0)
		return -errno;
	return attack_result(chmod(args[0], status.st_mode & 07777));
}

static int change_owner(char **args)
{
	return attack_result(chown(args[0], getuid(), (gid_t)-1));
}

static int touch(char **args)
{
	return attack_result(utimensat(AT_FDCWD, args[0], NULL, 0));
}

static int attribute(char **args)
{
	if (setxattr(args[0], "trusted.attack", "1", 1, 0) < 0)
		return -errno;
	return attack_result(removexattr(args[0], "trusted.attack"));
}

static int rename_over(char **args)
{
	char aside[4096];

	snprintf(aside, sizeof(aside), "%s.aside", args[0]);
	if (rename(args[0], aside) < 0)
		return -errno;
	return attack_result(rename(aside, args[0]));
}

static int remove_file(char **args)
{
	return attack_result(unlink(args[0]));
}

static int shorten(char **args)
{
	return attack_result(truncate(args[0], 0));
}

/* A file that was shown read-only: its own mode, through another name of the same mount. */
static int write_reopened(char **args)
{
	char path[64];
	int outcome;
	int fd = open(args[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	outcome = attack_write(path, "");
	close(fd);
	return outcome;
}

const struct attack attacks[] = {
	{ "read", read_file },
	{ "write", write_file },
	{ "exists", exists },
	{ "list", list },
	{ "create", create },
	{ "unnamed", unnamed },
	{ "climb", climb },
	{ "proc-root", through_proc_root },
	{ "hardlink", hardlink },
	{ "symlink", symlink_follow },
	{ "chmod", change_mode },
	{ "chown", change_owner },
	{ "touch", touch },
	{ "xattr", attribute },
	{ "rename", rename_over },
	{ "unlink", remove_file },
	{ "truncate", shorten },
	{ "reopen", write_reopened },
	{ 0 },
};
