/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cell consists of: system directories, a few files of /etc, /dev, /proc, /box, the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cell.h"
#include "cell_files.h"
#include "cell_outside.h"
#include "cell_steps.h"
#include "directory.h"
#include "id_map.h"
#include "syscalls.h"

/* A device node must not be under nodev; writing to a device needs no writable mount. */
#define ATTR_DEVICE (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)

#define ATTR_PROC (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* What the cell's root needs beside the disk limit while it is built: page-sized files of /etc and
 * mount points. In the end the limit is set to what is used plus what is allowed. */
#define SKELETON_BYTES  (1 << 20)
#define SKELETON_INODES 4096

/* Where the size has no limit, or the kernel's memory would be full of empty files. */
#define MOST_INODES (1 << 20)

/* The usual places of programs and libraries; each a directory or, after the usr merge, a link. */
static const char *const system_paths[] = { "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64",
	"/libx32" };

static const char *const devices[] = { "null", "zero", "full", "random", "urandom" };

/* What of /proc tells about the kernel or reaches into it. Most of it is root's own and the target
 * is not root; a wall does not rest on file modes alone. */
static const char *const masked[] = { "proc/kcore", "proc/keys", "proc/key-users", "proc/kmsg",
	"proc/kpagecount", "proc/sched_debug", "proc/sysrq-trigger", "proc/timer_list",
	"proc/latency_stats" };
static const char *const read_only[] = { "proc/sys", "proc/bus", "proc/fs", "proc/irq" };

/* Room for so much data and a sane number of files beside what we put there ourselves. */
static void size_tmpfs(
	uint64_t bytes, uint64_t slack, uint64_t files, char size[24], char inodes[24])
{
	const bool limited = bytes != REMAND_UNLIMITED;

	if (files == 0)
		files = limited ? bytes / 4096 + SKELETON_INODES : MOST_INODES;
	else if (files != REMAND_UNLIMITED)
		files++; /* its root is one */
	snprintf(size, 24, "%" PRIu64, limited ? bytes + slack : 0);
	snprintf(inodes, 24, "%" PRIu64, files == REMAND_UNLIMITED ? 0 : files);
}

/* As the source is: a link stays the same link, a directory or file is bound, what is absent is
 * absent. */
static int add_as_it_is(struct cell *cell, const char *path, const char *source)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (lstat(source, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : syscall_errno();
	if (!S_ISLNK(st.st_mode))
		return cell_step_add_bind(cell, path, source, CELL_ATTR_READ_ONLY, true);
	n = readlink(source, target, sizeof(target) - 1);
	if (n < 0)
		return syscall_errno();
	target[n] = '\0';
	return cell_step_add(cell, CELL_SYMLINK, path, target) ? 0 : -ENOMEM;
}

static int add_as_host_has_it(struct cell *cell, const char *path)
{
	return add_as_it_is(cell, path + 1, path);
}

/* What the cell brings itself, whatever a root directory has there. */
static bool is_own(const char *name)
{
	static const char *const own[] = { ".", "..", "box", "dev", "file", "proc", "run", "sys",
		"tmp" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(name, own[i]) == 0)
			return true;
	return false;
}

static int add_entry(struct cell *cell, const char *root, const char *name)
{
	char source[PATH_MAX];

	if (is_own(name))
		return 0;
	if (snprintf(source, sizeof(source), "%s/%s", root, name) >= (int)sizeof(source))
		return -ENAMETOOLONG;
	return add_as_it_is(cell, name, source);
}

/* Entry by entry: the cell's own directories need places to be mounted on, and in somebody's root
 * directory none is made. */
static int add_root(struct cell *cell, const char *root)
{
	DIR *stream = opendir(root);
	const struct dirent *entry;
	int r = 0;

	if (!stream)
		return syscall_errno();
	while (r == 0 && (r = directory_next(stream, &entry)) > 0)
		r = add_entry(cell, root, entry->d_name);
	closedir(stream);
	return r;
}

/* The first line with an id counts, so that the target is box, or root where it asked for that. */
static int add_accounts(struct cell *cell, const struct remand_user *user)
{
	const uint32_t uid = user->given ? user->uid : ID_MAP_TARGET;
	const uint32_t gid = user->given ? user->gid : ID_MAP_TARGET;
	char passwd[256], group[128];

	snprintf(passwd, sizeof(passwd),
		"%s:x:%u:%u:%s:/box:/bin/sh\nroot:x:0:0:root:/:/usr/sbin/nologin\n"
		"nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
		uid ? "box" : "root", uid, gid, uid ? "box" : "root");
	snprintf(group, sizeof(group), "%s:x:%u:\nroot:x:0:\nnogroup:x:65534:\n",
		gid ? "box" : "root", gid);
	return cell_step_add(cell, CELL_TEXT, "etc/passwd", passwd) &&
			       cell_step_add(cell, CELL_TEXT, "etc/group", group)
		       ? 0
		       : -ENOMEM;
}

static int add_system(struct cell *cell, const struct remand_user *user)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(system_paths) / sizeof(system_paths[0]); i++)
		r = add_as_host_has_it(cell, system_paths[i]);
	if (r == 0 && !cell_step_add(cell, CELL_DIRECTORY, "etc", NULL))
		r = -ENOMEM;
	if (r == 0)
		r = cell_outside_each(add_as_host_has_it, cell);
	if (r == 0)
		r = add_accounts(cell, user);
	if (r == 0 && !(cell_step_add(cell, CELL_TEXT, "etc/hosts",
				"127.0.0.1 localhost\n::1 localhost\n") &&
			      cell_step_add(cell, CELL_TEXT, "etc/nsswitch.conf",
				      "passwd: files\ngroup: files\nhosts: files\n")))
		r = -ENOMEM;
	return r;
}

static int add_dev(struct cell *cell)
{
	if (!cell_step_add(cell, CELL_DIRECTORY, "dev", NULL))
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		char source[32];
		int r;

		snprintf(source, sizeof(source), "/dev/%s", devices[i]);
		r = cell_step_add_bind(cell, source + 1, source, ATTR_DEVICE, false);
		if (r < 0)
			return r;
	}
	return cell_step_add(cell, CELL_SYMLINK, "dev/fd", "/proc/self/fd") &&
			       cell_step_add(cell, CELL_SYMLINK, "dev/stdin", "/proc/self/fd/0") &&
			       cell_step_add(cell, CELL_SYMLINK, "dev/stdout", "/proc/self/fd/1") &&
			       cell_step_add(cell, CELL_SYMLINK, "dev/stderr", "/proc/self/fd/2")
		       ? 0
		       : -ENOMEM;
}

static int add_scratch(struct cell *cell, const char *destination, mode_t mode)
{
	struct cell_step *step = cell_step_add(cell, CELL_SCRATCH, destination, NULL);

	if (!step)
		return -ENOMEM;
	step->attributes = CELL_ATTR_WRITABLE;
	step->mode = mode;
	return 0;
}

static int add_proc(struct cell *cell)
{
	struct cell_step *proc = cell_step_add(cell, CELL_PROC, "proc", NULL);

	if (!proc)
		return -ENOMEM;
	proc->attributes = ATTR_PROC;
	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++) {
		struct cell_step *step = cell_step_add(cell, CELL_MASK, masked[i], NULL);

		if (!step)
			return -ENOMEM;
		step->attributes = ATTR_PROC | MOUNT_ATTR_RDONLY;
	}
	for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++) {
		struct cell_step *step = cell_step_add(cell, CELL_READ_ONLY, read_only[i], NULL);

		if (!step)
			return -ENOMEM;
		step->attributes = ATTR_PROC | MOUNT_ATTR_RDONLY;
	}
	return 0;
}

/* No nodev: terminals are devices. pts(4): each instance has a ptmx of its own. */
static int add_devpts(struct cell *cell)
{
	struct cell_step *step = cell_step_add(cell, CELL_DEVPTS, "dev/pts", NULL);

	if (!step)
		return -ENOMEM;
	step->attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
	return cell_step_add(cell, CELL_SYMLINK, "dev/ptmx", "pts/ptmx") ? 0 : -ENOMEM;
}

static int add_own(struct cell *cell, const struct remand_spec *spec)
{
	int r = add_proc(cell);

	if (r == 0)
		r = add_dev(cell);
	if (r == 0 && spec->devpts)
		r = add_devpts(cell);
	if (r == 0)
		r = add_scratch(cell, "tmp", 01777);
	if (r == 0)
		r = spec->work
			    ? cell_step_add_bind(cell, "box", spec->work, CELL_ATTR_WRITABLE, false)
			    : add_scratch(cell, "box", 0700);
	return r;
}

static int add_binds(struct cell *cell, const struct remand_spec *spec)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < spec->binds_count; i++) {
		const struct remand_bind *bind = &spec->binds[i];
		const char *destination = bind->destination ? bind->destination : bind->source;

		r = cell_step_add_bind(cell, destination + 1, bind->source,
			bind->writable ? CELL_ATTR_WRITABLE : CELL_ATTR_READ_ONLY, false);
	}
	for (size_t i = 0; r == 0 && i < spec->tmpfs_count; i++) {
		uint64_t bytes = spec->tmpfs[i].bytes ? spec->tmpfs[i].bytes : spec->disk_bytes;
		struct cell_step *step =
			cell_step_add(cell, CELL_TMPFS, spec->tmpfs[i].destination + 1, NULL);

		if (!step)
			return -ENOMEM;
		step->attributes = CELL_ATTR_WRITABLE;
		size_tmpfs(bytes, 0, spec->tmpfs[i].inodes, step->size, step->inodes);
	}
	return r;
}

/*
 * With privilege the supervisor itself detaches a copy of each source: the keeper lives in a user
 * namespace where it has lost the caller's right to pass through other users' directories. Without
 * privilege open_tree(2) refuses here, and the keeper, who is still the same user, does it in its
 * own mount namespace.
 */
static int open_trees(struct cell *cell, struct remand_error *error)
{
	for (size_t i = 0; i < cell->count; i++) {
		struct cell_step *step = &cell->steps[i];

		if (step->kind != CELL_BIND)
			continue;
		step->tree_fd = cell_open_tree(cell, step->source);
		if (step->tree_fd < 0 && !(step->tree_fd == -ENOENT && step->optional))
			return error_errno(error, REMAND_STAGE_CELL, step->tree_fd,
				"cannot show %s as /%s in the cell", step->source,
				step->destination);
	}
	return 0;
}

int cell_plan(struct cell *ret_cell, const struct remand_spec *spec, const struct host *host,
	struct remand_error *error)
{
	struct cell cell = { .hostile = ret_cell->hostile };
	int r;

	cell.disk_bytes = spec->disk_bytes;
	size_tmpfs(spec->disk_bytes, SKELETON_BYTES, 0, cell.size, cell.inodes);
	r = spec->root ? add_root(&cell, spec->root) : add_system(&cell, &spec->user);
	if (r < 0 && spec->root) {
		cell_done(&cell);
		return error_errno(
			error, REMAND_STAGE_CELL, r, "cannot show %s as the root", spec->root);
	}
	if (r == 0)
		r = add_own(&cell, spec);
	if (r == 0)
		r = cell_files_add(&cell, spec);
	if (r == 0)
		r = add_binds(&cell, spec);
	if (r == 0)
		r = cell_files_add_program(&cell, spec);
	if (r < 0)
		error_errno(error, REMAND_STAGE_CELL, r, "cannot plan the cell");
	else if (host->privileged)
		r = open_trees(&cell, error);
	if (r < 0) {
		cell_done(&cell);
		return r;
	}
	*ret_cell = cell;
	return 0;
}
