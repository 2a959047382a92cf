/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes and opens device nodes; asks for what only an administrator may do with them. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int open_node(char **args)
{
	return attack_open(args[0], O_RDONLY);
}

static int open_node_for_writing(char **args)
{
	return attack_open(args[0], O_WRONLY);
}

static int make(const char *path, char **args, mode_t type)
{
	unsigned int major_number = (unsigned int)atoi(args[0]);
	unsigned int minor_number = (unsigned int)atoi(args[1]);

	unlink(path);
	return attack_result(mknod(path, type | 0666, makedev(major_number, minor_number)));
}

static int make_character(char **args)
{
	return make("./node", args, S_IFCHR);
}

static int make_block(char **args)
{
	return make("./node", args, S_IFBLK);
}

static int make_in_tmp(char **args)
{
	return make("/tmp/attack-node", args, S_IFCHR);
}

static int make_in_dev(char **args)
{
	return make("/dev/attack-node", args, S_IFCHR);
}

static int feed_entropy(char **args)
{
	int amount = 0;
	int fd = open("/dev/random", O_RDONLY | O_CLOEXEC);

	(void)args;
	if (fd < 0)
		return -errno;
	return attack_result(ioctl(fd, RNDADDTOENTCNT, &amount));
}

static int reseed(char **args)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	(void)args;
	if (fd < 0)
		return -errno;
	return attack_result(ioctl(fd, RNDRESEEDCRNG));
}

/* The nodes in /dev are the host's own inodes: their mode must not be the program's to change. */
static int change_null(char **args)
{
	(void)args;
	return attack_result(chmod("/dev/null", 0666));
}

const struct attack attacks[] = {
	{ "open", open_node },
	{ "open-write", open_node_for_writing },
	{ "make-char", make_character, true },
	{ "make-block", make_block, true },
	{ "make-tmp", make_in_tmp, true },
	{ "make-dev", make_in_dev, true },
	{ "entropy", feed_entropy, true },
	{ "reseed", reseed, true },
	{ "change-null", change_null },
	{ 0 },
};
