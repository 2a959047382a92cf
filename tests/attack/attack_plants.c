/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leaves things in the working directory that whoever cleans up or collects might stumble over. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

static int plant_symlink(char **args)
{
	unlink(args[0]);
	return attack_result(symlink(args[1], args[0]));
}

static int plant_hardlink(char **args)
{
	return attack_result(link(args[1], args[0]));
}

static int plant_fifo(char **args)
{
	return attack_result(mkfifo(args[0], 0666));
}

static int plant_socket(char **args)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", args[0]);
	return attack_result(bind(fd, (struct sockaddr *)&address, sizeof(address)));
}

static int plant_closed_directory(char **args)
{
	char path[4096];
	int fd;

	if (mkdir(args[0], 0700) < 0)
		return -errno;
	snprintf(path, sizeof(path), "%s/inner", args[0]);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0000);
	if (fd < 0)
		return -errno;
	close(fd);
	return attack_result(chmod(args[0], 0000));
}

static int plant_deep_tree(char **args)
{
	int depth = atoi(args[0]);

	for (int i = 0; i < depth; i++)
		if (mkdir("d", 0700) < 0 || chdir("d") < 0)
			return -errno;
	return 0;
}

static int plant_ugly_names(char **args)
{
	static const char *const names[] = { "line\nbreak", "-rf", "* ?", "\033[2J", "\xff\xfe",
		" ", "a\\", "$(id)", "`id`", "\"'", NULL };

	(void)args;
	for (int i = 0; names[i]; i++) {
		int fd = open(names[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

		if (fd < 0)
			return -errno;
		close(fd);
	}
	return 0;
}

/* A set-user-id copy of this very program, for somebody outside to run. */
static int plant_setuid(char **args)
{
	return attack_copy("/proc/self/exe", args[0], 04755);
}

static int plant_device(char **args)
{
	return attack_result(mknod(args[0], S_IFCHR | 0666, makedev(1, 1)));
}

/* Swaps a file and a link for as long as it lives: whoever looks twice loses. */
static int plant_race(char **args)
{
	for (;;) {
		int fd = open("spare", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

		if (fd < 0)
			return -errno;
		close(fd);
		if (rename("spare", args[0]) < 0 || symlink(args[1], "spare") < 0 ||
			rename("spare", args[0]) < 0)
			return -errno;
	}
}

static int plant_large(char **args)
{
	int fd = open(args[0], O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	return attack_result(ftruncate(fd, strtoll(args[1], NULL, 10)));
}

/* "BROKE OUT" here says only that the plant stands: the test looks whether it bears fruit. */
const struct attack attacks[] = {
	{ "symlink", plant_symlink },
	{ "hardlink", plant_hardlink },
	{ "fifo", plant_fifo },
	{ "socket", plant_socket },
	{ "closed-directory", plant_closed_directory },
	{ "deep-tree", plant_deep_tree },
	{ "ugly-names", plant_ugly_names },
	{ "setuid", plant_setuid },
	{ "device", plant_device },
	{ "race", plant_race },
	{ "large", plant_large },
	{ 0 },
};
