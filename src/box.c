/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * <TMPDIR>/remand-<id>/box. The outer directory is the caller's, so that nobody else can rename or
 * replace the inner one, and carries a lock: whoever finds an outer directory of his own without a
 * lock has found the leftovers of a supervisor that was killed.
 */
#include "box.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory.h"
#include "error.h"
#include "fd.h"
#include "syscalls.h"
#include "work.h"

#define PREFIX    "remand-"
#define INNER     "box"
#define ID_DIGITS 16

static int open_directory(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? syscall_errno() : fd;
}

/* As make_outer() names them, to the letter: a caller may have a directory remand-src there. */
static bool is_outer_name(const char *name)
{
	return strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
	       strspn(name + strlen(PREFIX), "0123456789abcdef") == ID_DIGITS &&
	       strlen(name) == strlen(PREFIX) + ID_DIGITS;
}

/* Nobody alive holds it, and it is nobody else's bait. */
static bool is_leftover(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static int remove_outer(int parent, const char *name, int outer)
{
	int r = work_empty(outer);

	if (r == 0 && unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = syscall_errno();
	return r;
}

/* What cannot be seen or removed now is tried again by the next run. */
static void sweep(int parent)
{
	int own = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = own < 0 ? NULL : fdopendir(own);
	const struct dirent *entry;

	if (!stream) {
		fd_close(own);
		return;
	}
	while (directory_next(stream, &entry) > 0) {
		CLEANUP_FD int fd = -1;

		if (!is_outer_name(entry->d_name))
			continue;
		fd = open_directory(parent, entry->d_name);
		if (fd >= 0 && is_leftover(fd))
			(void)remove_outer(parent, entry->d_name, fd);
	}
	closedir(stream);
}

/* mkdir, then lock: a sweeper between the two takes our directory, and we make another. */
static int make_outer(struct box *box)
{
	for (int attempt = 0; attempt < 100; attempt++) {
		struct stat held, named;
		uint64_t id;

		if (getrandom(&id, sizeof(id), 0) != sizeof(id))
			return syscall_errno();
		snprintf(box->name, sizeof(box->name), PREFIX "%016" PRIx64, id);
		/* 0711: the target, another user perhaps, passes through and sees nothing. */
		if (mkdirat(box->parent_fd, box->name, 0711) < 0) {
			if (errno == EEXIST)
				continue;
			return syscall_errno();
		}
		box->outer_fd = fd_raise(open_directory(box->parent_fd, box->name));
		if (box->outer_fd >= 0 && flock(box->outer_fd, LOCK_EX | LOCK_NB) == 0 &&
			fstat(box->outer_fd, &held) == 0 &&
			fstatat(box->parent_fd, box->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
			held.st_ino == named.st_ino)
			return fchmod(box->outer_fd, 0711) < 0 ? syscall_errno() : 0;
		box->outer_fd = fd_close(box->outer_fd);
	}
	return -EEXIST;
}

static int name_path(struct box *box, const char *parent, const char *name)
{
	int n = snprintf(box->path, sizeof(box->path), "%s/%s/" INNER, parent, name);

	return n < (int)sizeof(box->path) ? 0 : -ENAMETOOLONG;
}

static int make(struct box *box, const char *parent)
{
	int r;

	box->parent_fd = fd_raise(open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (box->parent_fd < 0)
		return syscall_errno();
	sweep(box->parent_fd);
	r = make_outer(box);
	if (r < 0)
		return r;
	if (mkdirat(box->outer_fd, INNER, 0700) < 0)
		return syscall_errno();
	box->fd = fd_raise(open_directory(box->outer_fd, INNER));
	if (box->fd < 0)
		return syscall_errno();
	return name_path(box, parent, box->name);
}

/* Where a new one is to be made; 0: no new one is needed, and path is what there is. */
static int find_parent(struct box *box, const struct remand_spec *spec,
	const struct isolation *isolation, char parent[PATH_MAX], struct remand_error *error)
{
	const char *wanted = secure_getenv("TMPDIR");

	if (isolation->cell)
		return 0;
	if (spec->work && !realpath(spec->work, box->path))
		return error_errno(error, REMAND_STAGE_CELL, syscall_errno(),
			"cannot use the work directory %s", spec->work);
	if (spec->work || !isolation->confined)
		return 0;
	wanted = wanted && wanted[0] ? wanted : "/tmp";
	if (!realpath(wanted, parent))
		return error_errno(error, REMAND_STAGE_CELL, syscall_errno(),
			"cannot use %s for the run's own directory (see TMPDIR)", wanted);
	return 1;
}

int box_open(struct box *ret_box, const struct remand_spec *spec, const struct isolation *isolation,
	struct remand_error *error)
{
	struct box box = BOX_EMPTY;
	char parent[PATH_MAX];
	int r = find_parent(&box, spec, isolation, parent, error);

	if (r > 0) {
		r = make(&box, parent);
		if (r < 0) {
			box_remove(&box);
			error_errno(error, REMAND_STAGE_CELL, r,
				"cannot make a directory for the run in %s (see TMPDIR)", parent);
		}
	}
	if (r == 0)
		*ret_box = box;
	return r;
}

int box_foresee(struct box *ret_box, const struct remand_spec *spec,
	const struct isolation *isolation, struct remand_error *error)
{
	struct box box = BOX_EMPTY;
	char parent[PATH_MAX];
	int r = find_parent(&box, spec, isolation, parent, error);

	if (r > 0)
		r = name_path(&box, parent, PREFIX "ID");
	if (r == 0)
		*ret_box = box;
	return r;
}

int box_give(const struct box *box, uid_t uid, gid_t gid)
{
	return box->fd >= 0 && fchown(box->fd, uid, gid) < 0 ? syscall_errno() : 0;
}

int box_remove(struct box *box)
{
	int r = box->outer_fd < 0 ? 0 : remove_outer(box->parent_fd, box->name, box->outer_fd);

	box->fd = fd_close(box->fd);
	box->outer_fd = fd_close(box->outer_fd);
	box->parent_fd = fd_close(box->parent_fd);
	return r;
}
