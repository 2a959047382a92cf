/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tries to change what is mounted, by the old calls and the new, and to leave the root. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int mount_type(char **args)
{
	if (mkdir("point", 0700) < 0 && errno != EEXIST)
		return -errno;
	if (mount("none", "point", args[0], 0, NULL) < 0)
		return -errno;
	return attack_result(umount2("point", MNT_DETACH));
}

static int bind_mount(char **args)
{
	if (mkdir("point", 0700) < 0 && errno != EEXIST)
		return -errno;
	if (mount(args[0], "point", NULL, MS_BIND, NULL) < 0)
		return -errno;
	return attack_result(umount2("point", MNT_DETACH));
}

static int remount_writable(char **args)
{
	return attack_result(mount(NULL, args[0], NULL, MS_REMOUNT | MS_BIND, NULL));
}

static int make_shared(char **args)
{
	return attack_result(mount(NULL, args[0], NULL, MS_SHARED, NULL));
}

static int unmount(char **args)
{
	return attack_result(umount2(args[0], MNT_DETACH));
}

static int move_mount_away(char **args)
{
	if (mkdir("point", 0700) < 0 && errno != EEXIST)
		return -errno;
	if (mount(args[0], "point", NULL, MS_MOVE, NULL) < 0)
		return -errno;
	return attack_result(mount("point", args[0], NULL, MS_MOVE, NULL));
}

static int clone_tree(char **args)
{
	return attack_result(syscall(SYS_open_tree, AT_FDCWD, args[0],
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
}

static int new_mount_api(char **args)
{
	long context = syscall(SYS_fsopen, args[0], FSOPEN_CLOEXEC);
	long fd;

	if (context < 0)
		return -errno;
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (mkdir("point", 0700) < 0 && errno != EEXIST)
		return -errno;
	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, "point", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -errno;
	return attack_result(umount2("point", MNT_DETACH));
}

static int clear_read_only(char **args)
{
	struct mount_attr attributes = { .attr_clr = MOUNT_ATTR_RDONLY };

	return attack_result(syscall(SYS_mount_setattr, AT_FDCWD, args[0], AT_RECURSIVE,
		&attributes, sizeof(attributes)));
}

static int pivot(char **args)
{
	(void)args;
	if (mkdir("point", 0700) < 0 && errno != EEXIST)
		return -errno;
	if (mount("none", "point", "tmpfs", 0, NULL) < 0 || chdir("point") < 0 ||
		mkdir("old", 0700) < 0)
		return -errno;
	return attack_result(syscall(SYS_pivot_root, ".", "old"));
}

static int change_root(char **args)
{
	(void)args;
	return attack_result(chroot("."));
}

/* The classic: a second chroot with the working directory left above it. */
static int chroot_escape(char **args)
{
	int above = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (mkdir("inner", 0700) < 0 && errno != EEXIST)
		return -errno;
	if (above < 0 || chroot("inner") < 0 || fchdir(above) < 0)
		return -errno;
	for (int i = 0; i < 64; i++)
		if (chdir("..") < 0)
			return -errno;
	if (chroot(".") < 0)
		return -errno;
	return attack_read(args[0]);
}

/* What a new user namespace would allow: all of the above over again. */
static int mount_in_own_namespace(char **args)
{
	(void)args;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -errno;
	return attack_result(mount("none", "/tmp", "tmpfs", 0, NULL));
}

/* To see what a mount hides: in an own namespace it may be taken away, if it is not locked. */
static int uncover(char **args)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -errno;
	return attack_result(umount2(args[0], MNT_DETACH));
}

static int listmount_all(char **args)
{
	struct {
		unsigned int size;
		unsigned int spare;
		unsigned long long id;
		unsigned long long last;
	} request = { 24, 0, ~0ULL, 0 };
	unsigned long long ids[64];

	(void)args;
	return attack_result(syscall(458, &request, ids, 64, 0));
}

const struct attack attacks[] = {
	{ "mount", mount_type, true },
	{ "bind", bind_mount, true },
	{ "remount", remount_writable, true },
	{ "share", make_shared, true },
	{ "umount", unmount, true },
	{ "move", move_mount_away, true },
	{ "open-tree", clone_tree, true },
	{ "fsopen", new_mount_api, true },
	{ "setattr", clear_read_only, true },
	{ "pivot", pivot, true },
	{ "chroot", change_root, true },
	{ "chroot-escape", chroot_escape, true },
	{ "userns-mount", mount_in_own_namespace, true },
	{ "userns-umount", uncover, true },
	{ "listmount", listmount_all, true },
	{ 0 },
};
