/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Walking a directory that a hostile program has furnished: links, fifos, devices, names with
 * newlines, trees deeper than PATH_MAX or than there are descriptors. Only directories are opened,
 * one at a time, beneath the one before; the way back up is "..", checked against what we came
 * from.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory.h"
#include "fd.h"
#include "syscalls.h"
#include "work.h"

/* A directory that is being walked: which one it is, and the names of subdirectories still to do.
 */
struct level {
	dev_t device;
	ino_t inode;
	uint64_t mount_id; /* overlayfs gives files other device numbers than directories */
	char *names;       /* NUL-terminated, one after the other */
	size_t length, next, current;
};

struct walk {
	struct level *levels;
	size_t depth, capacity;
	bool removing; /* else chowning: */
	uid_t from;
	struct work_owner to;
	bool shared;
};

static int open_beneath(int directory, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
			   RESOLVE_NO_XDEV,
	};
	int fd = syscall_openat2(directory, name, &how);

	return fd < 0 ? syscall_errno() : fd;
}

static int remember(struct level *level, const char *name)
{
	size_t size = strlen(name) + 1;
	char *grown = realloc(level->names, level->length + size);

	if (!grown)
		return -ENOMEM;
	memcpy(grown + level->length, name, size);
	level->names = grown;
	level->length += size;
	return 0;
}

/* A second name may lie outside of the directory: such a file is not ours to lend, but what carries
 * the target's id is always to be given back. */
static bool is_meant(const struct walk *walk, const struct statx *st)
{
	return st->stx_uid == walk->from &&
	       (walk->shared || S_ISDIR(st->stx_mode) || st->stx_nlink == 1);
}

/* Whatever is no directory goes now; a directory when it is left. */
static int discard(struct level *level, int directory, const char *name)
{
	if (unlinkat(directory, name, 0) == 0 || errno == ENOENT)
		return 0;
	/* EPERM: POSIX's answer for a directory. */
	return errno == EISDIR || errno == EPERM ? remember(level, name) : syscall_errno();
}

static int visit(struct walk *walk, struct level *level, int directory, const char *name)
{
	CLEANUP_FD int fd = -1;
	struct statx st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (walk->removing)
		return discard(level, directory, name);
	/* By fd: what is examined is what is chowned, whoever renames meanwhile. */
	fd = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : syscall_errno();
	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &st) < 0)
		return syscall_errno();
	if (st.stx_mnt_id != level->mount_id)
		return 0;
	if (is_meant(walk, &st) && fchownat(fd, "", walk->to.uid, walk->to.gid, AT_EMPTY_PATH) < 0)
		return syscall_errno();
	return S_ISDIR(st.stx_mode) ? remember(level, name) : 0;
}

/* Enter a directory: take its identity, chown its entries, note its subdirectories. */
static int enter(struct walk *walk, int fd)
{
	struct level *level;
	struct statx mount;
	struct stat st;
	const struct dirent *entry;
	DIR *stream;
	int own, r = 0;

	if (walk->depth == walk->capacity) {
		size_t capacity = walk->capacity * 2 + 16;
		struct level *grown = reallocarray(walk->levels, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		walk->levels = grown;
		walk->capacity = capacity;
	}
	if (fstat(fd, &st) < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &mount) < 0)
		return syscall_errno();
	level = &walk->levels[walk->depth++];
	*level = (struct level){
		.device = st.st_dev, .inode = st.st_ino, .mount_id = mount.stx_mnt_id
	};
	own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	stream = own < 0 ? NULL : fdopendir(own);
	if (!stream) {
		r = syscall_errno();
		fd_close(own);
		return r;
	}
	while (r == 0 && (r = directory_next(stream, &entry)) > 0)
		r = visit(walk, level, fd, entry->d_name);
	closedir(stream);
	return r;
}

/* Back to the directory above; -ESTALE: somebody moved us, and we go nowhere that we do not know.
 */
static int leave(struct walk *walk, int *fd)
{
	const struct level *above;
	struct stat st;
	int parent;

	free(walk->levels[--walk->depth].names);
	if (walk->depth == 0)
		return 0;
	above = &walk->levels[walk->depth - 1];
	parent = openat(*fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (parent < 0)
		return syscall_errno();
	fd_close(*fd);
	*fd = parent;
	if (fstat(parent, &st) < 0)
		return syscall_errno();
	if (st.st_dev != above->device || st.st_ino != above->inode)
		return -ESTALE;
	return walk->removing && unlinkat(parent, above->names + above->current, AT_REMOVEDIR) < 0
		       ? syscall_errno()
		       : 0;
}

static int step(struct walk *walk, int *fd)
{
	struct level *level = &walk->levels[walk->depth - 1];
	const char *name;
	int child;

	if (level->next == level->length)
		return leave(walk, fd);
	name = level->names + level->next;
	level->current = level->next;
	level->next += strlen(name) + 1;
	child = open_beneath(*fd, name);
	/* The target took its own rights away; it is dead, so that no link can take the place. */
	if (child == -EACCES && walk->removing && fchmodat(*fd, name, 0700, 0) == 0)
		child = open_beneath(*fd, name);
	/* A directory of somebody else that we may not read, or one that just went away. */
	if (child < 0 && walk->removing)
		return child;
	if (child < 0)
		return child == -ENOENT || child == -EACCES || child == -EXDEV || child == -ELOOP ||
				       child == -ENOTDIR
			       ? 0
			       : child;
	fd_close(*fd);
	*fd = child;
	return enter(walk, *fd);
}

static int walk_all(struct walk *walk, int directory_fd)
{
	CLEANUP_FD int fd = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? syscall_errno() : enter(walk, fd);

	while (r == 0 && walk->depth > 0)
		r = step(walk, &fd);
	while (walk->depth > 0)
		free(walk->levels[--walk->depth].names);
	free(walk->levels);
	return r;
}

int work_chown(int directory_fd, uid_t from, const struct work_owner *to, bool shared)
{
	struct walk walk = { .from = from, .to = *to, .shared = shared };
	struct stat st;

	if (fstat(directory_fd, &st) < 0)
		return syscall_errno();
	if (st.st_uid == from && fchownat(directory_fd, "", to->uid, to->gid, AT_EMPTY_PATH) < 0)
		return syscall_errno();
	return S_ISDIR(st.st_mode) ? walk_all(&walk, directory_fd) : 0;
}

int work_empty(int directory_fd)
{
	struct walk walk = { .removing = true };

	return walk_all(&walk, directory_fd);
}
