/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keeper's half of the cell: executes the steps with the fd-based mount calls (Linux 5.2 and
 * 5.12), so that no path is walked twice and nothing planted in a bound directory is followed.
 * Async-signal-safe: the keeper is a fork of a program that may have threads.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cell.h"
#include "cell_place.h"
#include "fd.h"
#include "syscalls.h"

#define ATTR_ROOT (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)

/* Exists only while the cell is built; its mounts keep the file alive. */
#define MASK_NAME ".mask"

/* Of a file that is being replaced, once more each time. */
#define BIND_TRIES 8

static int attach_at(int mount_fd, int place)
{
	return move_mount(mount_fd, "", place, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0
		       ? syscall_errno()
		       : 0;
}

static int attach(
	const struct cell_builder *builder, int mount_fd, const char *path, bool directory)
{
	CLEANUP_FD int place = cell_place_mount_point(builder, path, directory);

	return place < 0 ? place : attach_at(mount_fd, place);
}

/* statfs(2) tells the flags of the very mount: a wall is read back, not assumed. */
static int check_attributes(int mount_fd, uint64_t attributes)
{
	static const struct {
		uint64_t attribute;
		long flag;
	} pairs[] = { { MOUNT_ATTR_RDONLY, ST_RDONLY }, { MOUNT_ATTR_NOSUID, ST_NOSUID },
		{ MOUNT_ATTR_NODEV, ST_NODEV }, { MOUNT_ATTR_NOEXEC, ST_NOEXEC } };
	struct statfs fs;

	if (fstatfs(mount_fd, &fs) < 0)
		return syscall_errno();
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if ((attributes & pairs[i].attribute) && !(fs.f_flags & pairs[i].flag))
			return -EPERM;
	return 0;
}

/* With AT_RECURSIVE all mounts below change, or none and the call fails: mount_setattr(2). */
static int set_attributes(int mount_fd, uint64_t attributes, unsigned int flags)
{
	struct mount_attr attr = { .attr_set = attributes, .propagation = MS_PRIVATE };

	if (mount_setattr(mount_fd, "", AT_EMPTY_PATH | flags, &attr, sizeof(attr)) < 0)
		return syscall_errno();
	return check_attributes(mount_fd, attributes);
}

static int build_directory(const struct cell_builder *builder, const struct cell_step *step)
{
	const char *name;
	CLEANUP_FD int parent = cell_place_parent(builder, step->destination, &name);

	if (parent < 0)
		return parent;
	return mkdirat(parent, name, step->mode) < 0 && errno != EEXIST ? syscall_errno() : 0;
}

static int build_symlink(const struct cell_builder *builder, const struct cell_step *step)
{
	const char *name;
	CLEANUP_FD int parent = cell_place_parent(builder, step->destination, &name);

	if (parent < 0)
		return parent;
	return symlinkat(step->source, parent, name) < 0 ? syscall_errno() : 0;
}

static int build_text(const struct cell_builder *builder, const struct cell_step *step)
{
	const char *name;
	CLEANUP_FD int parent = cell_place_parent(builder, step->destination, &name);
	CLEANUP_FD int fd = -1;
	size_t length = strlen(step->source);

	if (parent < 0)
		return parent;
	fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (fd < 0)
		return syscall_errno();
	return write(fd, step->source, length) == (ssize_t)length ? 0 : -ENOSPC;
}

int cell_open_tree(const struct cell *cell, const char *source)
{
	CLEANUP_FD int fd = path_open(&cell->hostile, source, O_PATH, 0);
	int tree;

	if (fd < 0)
		return fd;
	tree = open_tree(
		fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	return tree < 0 ? syscall_errno() : tree;
}

static int bind_place(const struct cell_builder *builder, const struct cell_step *step, int tree)
{
	struct stat st;

	if (fstat(tree, &st) < 0)
		return syscall_errno();
	return cell_place_mount_point(builder, step->destination, S_ISDIR(st.st_mode));
}

/*
 * What was unlinked since its tree was opened cannot be attached any more (ENOENT: the kernel
 * mounts no dentry that has lost its name, even by descriptor). A file that is replaced by rename,
 * as /etc/ld.so.cache while packages are installed, is there again under its name. Not so for a
 * writable one, whose tree was prepared for the target, and for the program (ESTALE).
 */
static int build_bind(const struct cell_builder *builder, const struct cell_step *step)
{
	CLEANUP_FD int place = -1;
	int r = -ENOENT;

	for (int tries = 0; r == -ENOENT && tries < BIND_TRIES; tries++) {
		CLEANUP_FD int own = -1;
		int tree = tries == 0 ? step->tree_fd : -1;

		if (tree < 0) {
			own = cell_open_tree(builder->cell, step->source);
			if (own < 0)
				return own == -ENOENT && step->optional ? 0 : own;
			tree = own;
		}
		if (place < 0)
			place = bind_place(builder, step, tree);
		if (place < 0)
			return place;
		r = set_attributes(tree, step->attributes, AT_RECURSIVE);
		if (r == 0)
			r = attach_at(tree, place);
		if (!(step->attributes & MOUNT_ATTR_RDONLY))
			break;
		if (r == -ENOENT && step->only && own < 0)
			return -ESTALE;
	}
	return r;
}

static int build_scratch(const struct cell_builder *builder, const struct cell_step *step)
{
	const char *name;
	CLEANUP_FD int parent = cell_place_parent(builder, step->destination, &name);
	CLEANUP_FD int tree = -1;
	int r;

	if (parent < 0)
		return parent;
	if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
		return syscall_errno();
	if (fchownat(parent, name, builder->uid, builder->gid, AT_SYMLINK_NOFOLLOW) < 0 ||
		fchmodat(parent, name, step->mode, 0) < 0)
		return syscall_errno();
	/* The same file system mounted once more: writable here, read-only as the cell's root. */
	tree = open_tree(parent, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		return syscall_errno();
	r = set_attributes(tree, step->attributes, 0);
	return r < 0 ? r : attach(builder, tree, step->destination, true);
}

/* Ends with an empty one. */
struct mount_option {
	const char *key, *value;
};

/* A new file system, mounted nowhere yet. */
static int make_mount(const char *type, const struct mount_option *options, uint64_t attributes)
{
	CLEANUP_FD int fs = fsopen(type, FSOPEN_CLOEXEC);
	int fd;

	if (fs < 0)
		return syscall_errno();
	for (; options->key; options++)
		if (fsconfig(fs, FSCONFIG_SET_STRING, options->key, options->value, 0) < 0)
			return syscall_errno();
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return syscall_errno();
	fd = fsmount(fs, FSMOUNT_CLOEXEC, (unsigned int)attributes);
	return fd < 0 ? syscall_errno() : fd;
}

static int build_tmpfs(const struct cell_builder *builder, const struct cell_step *step)
{
	const struct mount_option options[] = { { "size", step->size },
		{ "nr_inodes", step->inodes }, { "mode", "0700" }, { 0 } };
	CLEANUP_FD int fd = make_mount("tmpfs", options, step->attributes);

	if (fd < 0)
		return fd;
	/* The mount's fd is an O_PATH one, to which fchown(2) says EBADF. */
	if (fchownat(fd, "", builder->uid, builder->gid, AT_EMPTY_PATH) < 0)
		return syscall_errno();
	return attach(builder, fd, step->destination, true);
}

static int build_mount(const struct cell_builder *builder, const struct cell_step *step,
	const char *type, const struct mount_option *options)
{
	CLEANUP_FD int fd = make_mount(type, options, step->attributes);

	return fd < 0 ? fd : attach(builder, fd, step->destination, true);
}

/* What may not be traced is not even listed, the keeper first of all. */
static const struct mount_option proc_options[] = { { "hidepid", "2" }, { 0 } };

/* All terminals of the machine come out of one number (kernel.pty.max). */
static const struct mount_option devpts_options[] = { { "ptmxmode", "0666" }, { "mode", "0600" },
	{ "max", "64" }, { 0 } };

/* A tree just opened, on top of what is at place. */
static int stack(int tree, uint64_t attributes, int place)
{
	int r = tree < 0 ? syscall_errno() : set_attributes(tree, attributes, 0);

	return r < 0 ? r : attach_at(tree, place);
}

/* An empty file of the cell's own root, stacked on a file of /proc. */
static int build_mask(const struct cell_builder *builder, const struct cell_step *step)
{
	CLEANUP_FD int place =
		cell_place_below(builder, step->destination, strlen(step->destination));
	CLEANUP_FD int tree = -1;

	if (place < 0)
		return place == -ENOENT ? 0 : place;
	if (mknodat(builder->root_fd, MASK_NAME, S_IFREG | 0444, 0) < 0 && errno != EEXIST)
		return syscall_errno();
	tree = open_tree(builder->root_fd, MASK_NAME, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return stack(tree, step->attributes, place);
}

static int build_read_only(const struct cell_builder *builder, const struct cell_step *step)
{
	CLEANUP_FD int place =
		cell_place_below(builder, step->destination, strlen(step->destination));
	CLEANUP_FD int tree = -1;

	if (place < 0)
		return place == -ENOENT ? 0 : place;
	tree = open_tree(place, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return stack(tree, step->attributes, place);
}

static int build_step(const struct cell_builder *builder, const struct cell_step *step)
{
	switch (step->kind) {
	case CELL_DIRECTORY:
		return build_directory(builder, step);
	case CELL_SYMLINK:
		return build_symlink(builder, step);
	case CELL_TEXT:
		return build_text(builder, step);
	case CELL_BIND:
		return build_bind(builder, step);
	case CELL_SCRATCH:
		return build_scratch(builder, step);
	case CELL_TMPFS:
		return build_tmpfs(builder, step);
	case CELL_PROC:
		return build_mount(builder, step, "proc", proc_options);
	case CELL_DEVPTS:
		return build_mount(builder, step, "devpts", devpts_options);
	case CELL_MASK:
		return build_mask(builder, step);
	case CELL_READ_ONLY:
		return build_read_only(builder, step);
	case CELL_DEVICE: /* not in a cell */
		break;
	}
	return -EINVAL;
}

static int fail(struct failure *failure, int r, const char *object)
{
	failure->stage = REMAND_STAGE_CELL;
	failure->errnum = -r;
	strncpy(failure->object, object, sizeof(failure->object) - 1);
	return r;
}

/* A mount must be attached before others can be attached in it (until Linux 6.15): the new root
 * is stacked on the old one, where only this mount namespace sees it. */
static int open_root(const struct cell *cell, struct cell_builder *builder)
{
	const struct mount_option options[] = { { "size", cell->size },
		{ "nr_inodes", cell->inodes }, { "mode", "0755" }, { 0 } };
	struct stat st;
	int r;

	builder->root_fd = make_mount("tmpfs", options, ATTR_ROOT);
	if (builder->root_fd < 0)
		return builder->root_fd;
	r = move_mount(builder->root_fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
	if (r < 0 || fstat(builder->root_fd, &st) < 0)
		return syscall_errno();
	builder->device = st.st_dev;
	return 0;
}

/* snprintf is not async-signal-safe. */
static const char *format_u64(uint64_t value, char buffer[24])
{
	char *at = buffer + 23;

	*at = '\0';
	do
		*--at = (char)('0' + value % 10);
	while (value /= 10);
	return at;
}

/* From now on the target has exactly what it may write: used by us so far, plus the limit. */
static int limit_disk(const struct cell_builder *builder)
{
	uint64_t limit = builder->cell->disk_bytes;
	char buffer[24];
	struct statfs fs;
	CLEANUP_FD int context = -1;

	if (limit == REMAND_UNLIMITED)
		return 0;
	if (fstatfs(builder->root_fd, &fs) < 0)
		return syscall_errno();
	limit += (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
	context = fspick(builder->root_fd, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC);
	if (context < 0 ||
		fsconfig(context, FSCONFIG_SET_STRING, "size", format_u64(limit, buffer), 0) < 0 ||
		fsconfig(context, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
		return syscall_errno();
	return 0;
}

/*
 * pivot_root(2) with "." twice: the old root ends up stacked on the new one and is detached from
 * there, so that no directory for it is needed. Processes whose root was the old one (the target,
 * waiting) get the new one.
 */
static int enter_root(const struct cell_builder *builder)
{
	if (fchdir(builder->root_fd) < 0 || syscall_pivot_root(".", ".") < 0 ||
		umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return syscall_errno();
	return set_attributes(builder->root_fd, ATTR_ROOT | MOUNT_ATTR_RDONLY, 0);
}

int cell_build(const struct cell *cell, uid_t uid, gid_t gid, struct failure *failure)
{
	struct cell_builder builder = { .cell = cell, .root_fd = -1, .uid = uid, .gid = gid };
	int r;

	umask(0);
	r = open_root(cell, &builder);
	if (r < 0)
		return fail(failure, r, "/");
	for (size_t i = 0; r == 0 && i < cell->count; i++) {
		r = build_step(&builder, &cell->steps[i]);
		if (r < 0)
			return fail(failure, r, cell->steps[i].destination);
	}
	/* ENOENT: nothing was masked. */
	if (unlinkat(builder.root_fd, MASK_NAME, 0) < 0 && errno != ENOENT)
		r = syscall_errno();
	if (r == 0)
		r = limit_disk(&builder);
	if (r == 0)
		r = enter_root(&builder);
	fd_close(builder.root_fd);
	return r < 0 ? fail(failure, r, "/") : 0;
}
