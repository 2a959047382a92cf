/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A work directory outlives the runs in it. A target may leave a symbolic link there under the very
 * name that the judge will next use for --stdout, --collect or --file, and a privileged judge that
 * follows it reads or overwrites any file of the host (CVE-2024-28185, CVE-2024-28189).
 *
 * Links outside of the work directory are the administrator's and are followed as ever. So the path
 * is walked by hand as long as it is outside; once it arrives at the work directory, the kernel
 * opens the whole rest beneath it, with no link on the way: openat2(2).
 */
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fd.h"
#include "syscalls.h"

/* As the kernel's own limit: path_resolution(7). */
#define LINKS_MAX 40

struct walk {
	const struct path_hostile *hostile;
	int directory;
	char rest[PATH_MAX]; /* still to be walked from directory */
	int links;
};

const char *path_last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int path_hostile_identify(const char *directory, struct path_hostile *ret_hostile)
{
	struct stat st;

	*ret_hostile = (struct path_hostile){ 0 };
	if (!directory)
		return 0;
	if (stat(directory, &st) < 0)
		return syscall_errno();
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	*ret_hostile =
		(struct path_hostile){ .exists = true, .device = st.st_dev, .inode = st.st_ino };
	return 0;
}

static bool is_hostile(const struct path_hostile *hostile, int directory)
{
	struct stat st;

	return fstat(directory, &st) == 0 && st.st_dev == hostile->device &&
	       st.st_ino == hostile->inode;
}

static int open_beneath(const struct walk *walk, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC | O_NOFOLLOW,
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd = syscall_openat2(walk->directory, walk->rest[0] ? walk->rest : ".", &how);

	return fd < 0 ? syscall_errno() : fd;
}

/* "/proc/self/fd/1" and its like lead where no text says; they are the kernel's, not a target's. */
static bool in_proc(int directory)
{
	struct statfs fs;

	return fstatfs(directory, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

static int enter(struct walk *walk, const char *name, bool proc)
{
	int fd = openat(
		walk->directory, name, O_PATH | O_DIRECTORY | (proc ? 0 : O_NOFOLLOW) | O_CLOEXEC);

	if (fd < 0)
		return syscall_errno();
	fd_close(walk->directory);
	walk->directory = fd;
	return 0;
}

/* Replace the first name of the rest by what the link says. */
static int follow(struct walk *walk, const char *name, const char *after)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(walk->directory, name, target, sizeof(target));
	size_t tail = strlen(after);

	if (n < 0)
		return syscall_errno();
	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	if ((size_t)n + 1 + tail + 1 > sizeof(walk->rest))
		return -ENAMETOOLONG;
	memmove(walk->rest + n + 1, after, tail + 1);
	memcpy(walk->rest, target, (size_t)n);
	walk->rest[n] = '/';
	if (tail == 0)
		walk->rest[n] = '\0';
	return target[0] == '/' ? enter(walk, "/", false) : 0;
}

/* One name further. 1: the walk has arrived and *ret_fd is what was asked for. */
static int step(struct walk *walk, int flags, mode_t mode, int *ret_fd)
{
	size_t skip = strspn(walk->rest, "/"), length = strcspn(walk->rest + skip, "/");
	char name[NAME_MAX + 1];
	const char *after = walk->rest + skip + length;
	struct stat st = { 0 }; /* stays so for a name that does not exist */
	bool last, proc = in_proc(walk->directory);

	if (length > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(name, length ? walk->rest + skip : ".", length ? length : 1);
	name[length ? length : 1] = '\0';
	after += strspn(after, "/");
	last = *after == '\0';
	if (fstatat(walk->directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode) &&
		!proc)
		return follow(walk, name, after);
	/* A directory may be the hostile one itself: arrive there first. */
	if (last && !S_ISDIR(st.st_mode)) {
		int fd = openat(walk->directory, name, flags | O_CLOEXEC, mode);

		*ret_fd = fd;
		return fd < 0 ? syscall_errno() : 1;
	}
	memmove(walk->rest, after, strlen(after) + 1);
	return enter(walk, name, proc);
}

static int arrive(const struct walk *walk, int flags, mode_t mode)
{
	return walk->hostile->forbidden ? -EACCES : open_beneath(walk, flags, mode);
}

static int walk_to_end(struct walk *walk, int flags, mode_t mode)
{
	for (;;) {
		int fd = -1, r;

		if (is_hostile(walk->hostile, walk->directory))
			return arrive(walk, flags, mode);
		if (walk->rest[0] == '\0')
			return open_beneath(walk, flags, mode);
		r = step(walk, flags, mode, &fd);
		if (r != 0)
			return r < 0 ? r : fd;
	}
}

/* Is the directory that a relative path starts from below the hostile one? */
static bool starts_inside(const struct path_hostile *hostile, int directory)
{
	CLEANUP_FD int at = openat(directory, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat here, above;

	while (at >= 0 && fstat(at, &here) == 0) {
		int parent;

		if (here.st_dev == hostile->device && here.st_ino == hostile->inode)
			return true;
		parent = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		fd_close(at);
		at = parent;
		/* The root is its own parent. */
		if (at < 0 || fstat(at, &above) < 0 ||
			(above.st_dev == here.st_dev && above.st_ino == here.st_ino))
			return false;
	}
	return false;
}

int path_open(const struct path_hostile *hostile, const char *path, int flags, mode_t mode)
{
	struct walk walk = { .hostile = hostile };
	int fd;

	if (!hostile->exists) {
		fd = open(path, flags | O_CLOEXEC, mode);
		return fd < 0 ? syscall_errno() : fd;
	}
	if (strlen(path) >= sizeof(walk.rest))
		return -ENAMETOOLONG;
	memcpy(walk.rest, path, strlen(path) + 1);
	walk.directory = open(path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (walk.directory < 0)
		return syscall_errno();
	fd = path[0] != '/' && starts_inside(hostile, walk.directory)
		     ? arrive(&walk, flags, mode)
		     : walk_to_end(&walk, flags, mode);
	fd_close(walk.directory);
	return fd;
}
