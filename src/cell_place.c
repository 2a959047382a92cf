/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finding and making the places in the cell where things are mounted. A directory of the caller's
 * that is part of the cell may hold whatever an earlier target left there: no link is followed, and
 * nothing is created but in the cell's own file system. Async-signal-safe.
 */
#include "cell_place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "syscalls.h"

/* A directory of the cell below its root. Links are refused: a bound directory may hold hostile
 * ones. */
int cell_place_below(const struct cell_builder *builder, const char *path, size_t length)
{
	char copy[PATH_MAX];
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC | O_NOFOLLOW,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	if (length == 0)
		return openat(builder->root_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (length >= sizeof(copy))
		return -ENAMETOOLONG;
	memcpy(copy, path, length);
	copy[length] = '\0';
	fd = syscall_openat2(builder->root_fd, copy, &how);
	return fd < 0 ? syscall_errno() : fd;
}

/* 1: a directory of the cell's own file system, where we may create; 0: somebody else's; -errno. */
static int is_ours(const struct cell_builder *builder, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return syscall_errno();
	return st.st_dev == builder->device;
}

/* Made where it is missing and may be made. */
static int make_directory(const struct cell_builder *builder, int parent, const char *name)
{
	int r = is_ours(builder, parent);

	if (r > 0 && mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
		return syscall_errno();
	return r;
}

/* The directory that is to hold path's last component, created as far as it is missing. */
int cell_place_parent(const struct cell_builder *builder, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	int fd = openat(builder->root_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (const char *end = path; fd >= 0 && slash && end < slash;) {
		CLEANUP_FD int parent = fd;
		char name[NAME_MAX + 1];
		size_t length = strcspn(end, "/");
		int r;

		if (length > NAME_MAX)
			return -ENAMETOOLONG;
		memcpy(name, end, length);
		name[length] = '\0';
		r = make_directory(builder, parent, name);
		if (r < 0)
			return r;
		end += length + 1;
		fd = cell_place_below(builder, path, (size_t)(end - 1 - path));
		if (fd < 0)
			return fd;
	}
	if (fd < 0)
		return syscall_errno();
	*ret_name = slash ? slash + 1 : path;
	return fd;
}

/* A place to mount on: an existing one, or a new directory or empty file in the cell's own tmpfs.
 */
int cell_place_mount_point(const struct cell_builder *builder, const char *path, bool directory)
{
	const char *name;
	CLEANUP_FD int parent = cell_place_parent(builder, path, &name);
	int ours = parent < 0 ? parent : is_ours(builder, parent);

	if (ours < 0)
		return ours;
	if (ours) {
		int r = directory ? mkdirat(parent, name, 0755)
				  : mknodat(parent, name, S_IFREG | 0444, 0);

		if (r < 0 && errno != EEXIST)
			return syscall_errno();
	}
	return cell_place_below(builder, path, strlen(path));
}
