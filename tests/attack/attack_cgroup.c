/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raises its own limits in the cgroup tree, or leaves the group. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the own group is, below the mount point ROOT. */
static int own_directory(const char *root, char *ret_path, size_t size)
{
	char own[2048];
	FILE *file = fopen("/proc/self/cgroup", "re");

	if (!file)
		return -errno;
	if (fscanf(file, "0::%2047s", own) != 1)
		strcpy(own, "/");
	fclose(file);
	snprintf(ret_path, size, "%s%s", root, own);
	return 0;
}

static int write_own(char **args)
{
	char path[4096];
	char full[4200];
	int outcome = own_directory("/sys/fs/cgroup", path, sizeof(path));

	if (outcome < 0)
		return outcome;
	snprintf(full, sizeof(full), "%s/%s", path, args[0]);
	return attack_write(full, args[1]);
}

static int move_out(char **args)
{
	(void)args;
	return attack_write("/sys/fs/cgroup/cgroup.procs", "0");
}

static int make_group(char **args)
{
	char path[4096];
	int outcome = own_directory("/sys/fs/cgroup", path, sizeof(path));

	(void)args;
	if (outcome < 0)
		return outcome;
	strcat(path, "/attack-inner");
	if (mkdir(path, 0755) < 0)
		return -errno;
	return attack_result(rmdir(path));
}

static int mount_and_write(char **args)
{
	char path[4096];
	char full[4200];
	int outcome;

	if (mkdir("groups", 0700) < 0 && errno != EEXIST)
		return -errno;
	if (mount("none", "groups", "cgroup2", 0, NULL) < 0)
		return -errno;
	outcome = own_directory("groups", path, sizeof(path));
	snprintf(full, sizeof(full), "%s/%s", path, args[0]);
	if (outcome == 0)
		outcome = attack_write(full, args[1]);
	umount2("groups", MNT_DETACH);
	return outcome;
}

static int mount_old(char **args)
{
	(void)args;
	if (mkdir("groups", 0700) < 0 && errno != EEXIST)
		return -errno;
	if (mount("none", "groups", "cgroup", 0, "none,name=attack") < 0)
		return -errno;
	return attack_result(umount2("groups", MNT_DETACH));
}

static int born_elsewhere(char **args)
{
	struct clone_args clone = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	int fd = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long pid;

	(void)args;
	if (fd < 0)
		return -errno;
	clone.cgroup = (unsigned long)fd;
	pid = syscall(SYS_clone3, &clone, sizeof(clone));
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return -errno;
	waitpid((pid_t)pid, NULL, 0);
	return 0;
}

/* Anything but "/" tells where on the host the group is. */
static int see_path(char **args)
{
	char path[4096];
	int outcome = own_directory("", path, sizeof(path));

	(void)args;
	if (outcome < 0)
		return outcome;
	return strcmp(path, "/") == 0 ? -ENOENT : 0;
}

const struct attack attacks[] = {
	{ "write", write_own },
	{ "move-out", move_out },
	{ "make", make_group },
	{ "mount", mount_and_write, true },
	{ "mount-v1", mount_old, true },
	{ "born-elsewhere", born_elsewhere, true },
	{ "path", see_path },
	{ 0 },
};
