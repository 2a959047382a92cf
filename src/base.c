/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where groups are made, in this order:
 *   1. --cgroup or REMAND_CGROUP: a cgroup that somebody gave us.
 *   2. The cgroup that we are in, if it is delegated to us: systemd's Delegate= (it marks the
 *      directory), a container's cgroup namespace root, a directory that our user owns.
 *   3. For root: the directory "remand" under the root group.
 *
 * cgroup v2 allows processes only in leaves ("no internal process constraint"). In case 2 we live
 * in the very cgroup that is to get children with controllers, so all that is in it moves to a leaf
 * "supervisor" first.
 */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "error.h"
#include "fd.h"
#include "file.h"
#include "syscalls.h"

#define SUPERVISOR_LEAF "supervisor"

/* A controller that only starts when a limit needs it. */
struct need {
	const char *controller;
	bool needed;
};

static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

/* Processes that live in the cgroup itself, moved to its supervisor leaf. */
static int move_to_leaf(int fd)
{
	char text[65536], *rest = NULL;
	CLEANUP_FD int leaf = -1;
	int r;

	if (mkdirat(fd, SUPERVISOR_LEAF, 0755) < 0 && errno != EEXIST)
		return syscall_errno();
	leaf = openat(fd, SUPERVISOR_LEAF, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (leaf < 0)
		return syscall_errno();
	r = file_read(fd, "cgroup.procs", text, sizeof(text));
	if (r < 0)
		return r;
	for (char *pid = strtok_r(text, "\n", &rest); pid; pid = strtok_r(NULL, "\n", &rest)) {
		/* A number read from this very file and given back to the kernel; ESRCH: it ended.
		 */
		r = file_write(leaf, "cgroup.procs", pid);
		if (r < 0 && r != -ESRCH)
			return r;
	}
	return 0;
}

static int enable_one(int fd, const char *controller, bool own)
{
	char word[32];
	int r;

	snprintf(word, sizeof(word), "+%s", controller);
	r = file_write(fd, "cgroup.subtree_control", word);
	/* Whoever forks in the cgroup meanwhile brings EBUSY back; forks end, attempts too. */
	for (int attempt = 0; r == -EBUSY && own && attempt < 20; attempt++) {
		r = move_to_leaf(fd);
		if (r == 0)
			r = file_write(fd, "cgroup.subtree_control", word);
	}
	return r;
}

static int enable(int fd, const struct need *needs, bool own, struct remand_error *error)
{
	char available[256], enabled[256];
	int r = file_read(fd, "cgroup.controllers", available, sizeof(available));

	if (r == 0)
		r = file_read(fd, "cgroup.subtree_control", enabled, sizeof(enabled));
	if (r < 0)
		return error_errno(
			error, REMAND_STAGE_HOST, r, "cannot read the cgroup's controllers");
	for (; needs->controller; needs++) {
		if (!needs->needed || has_word(enabled, needs->controller))
			continue;
		if (!has_word(available, needs->controller))
			return error_say(error, REMAND_STAGE_HOST, -EOPNOTSUPP,
				"the cgroup v2 controller '%s' is not available here, so that its "
				"limit cannot "
				"be enforced; it has '%s'. Boot with cgroup v2 only, delegate the "
				"controller, "
				"or switch the limit off with 'max'",
				needs->controller, available);
		r = enable_one(fd, needs->controller, own);
		if (r < 0)
			return error_errno(error, REMAND_STAGE_GROUP, r,
				"cannot enable the controller %s in cgroup.subtree_control",
				needs->controller);
	}
	return 0;
}

/* Where a path given by a person points: below the mount, absolute on the host or from its root. */
static int open_given(const struct host *host, const char *path, struct remand_error *error)
{
	size_t length = strlen(host->cgroup_path);
	int fd;

	if (strncmp(path, host->cgroup_path, length) == 0 &&
		(path[length] == '/' || path[length] == '\0'))
		path += length;
	while (*path == '/')
		path++;
	fd = openat(host->cgroup_fd, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(error, REMAND_STAGE_GROUP, syscall_errno(),
			"cannot open the cgroup %s/%s", host->cgroup_path, path);
	return fd;
}

/* systemd marks what it delegates; the name of the mark depends on its version. */
static bool is_marked_delegated(int fd)
{
	char value;

	return (fgetxattr(fd, "user.delegate", &value, 1) == 1 && value == '1') ||
	       (fgetxattr(fd, "trusted.delegate", &value, 1) == 1 && value == '1');
}

static bool is_delegated(int fd, bool at_root)
{
	struct stat st;

	if (is_marked_delegated(fd))
		return true;
	/* The real root has no cgroup.events; the root of a cgroup namespace has. */
	if (at_root)
		return faccessat(fd, "cgroup.events", F_OK, 0) == 0;
	return geteuid() != 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	       faccessat(fd, "cgroup.subtree_control", W_OK, AT_EACCESS) == 0;
}

/* The cgroup that we are in, or its parent when we are in the supervisor leaf. -ENOENT: not ours.
 */
static int open_own(const struct host *host)
{
	char text[PATH_MAX], *path = NULL, *rest = NULL, *leaf;
	CLEANUP_FD int fd = -1;

	if (file_read(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)) < 0)
		return -ENOENT;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "0::/", 4) == 0)
			path = line + 4;
	if (!path || strncmp(path, "..", 2) == 0)
		return -ENOENT;
	leaf = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	if (strcmp(leaf, SUPERVISOR_LEAF) == 0)
		*leaf = '\0';
	fd = openat(host->cgroup_fd, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && is_delegated(fd, *path == '\0') ? fd_take(&fd) : -ENOENT;
}

static int open_below_root(
	const struct host *host, const struct need *needs, struct remand_error *error)
{
	int r, fd;

	if (geteuid() != 0)
		return error_say(error, REMAND_STAGE_HOST, -EACCES,
			"no cgroup is delegated to this user; run inside a systemd unit with "
			"Delegate=yes, or "
			"name a delegated cgroup with --cgroup");
	r = enable(host->cgroup_fd, needs, false, error);
	if (r < 0)
		return r;
	if (mkdirat(host->cgroup_fd, "remand", 0755) < 0 && errno != EEXIST)
		return error_errno(error, REMAND_STAGE_GROUP, syscall_errno(),
			"cannot make the cgroup %s/remand", host->cgroup_path);
	fd = openat(host->cgroup_fd, "remand", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? error_errno(error, REMAND_STAGE_GROUP, syscall_errno(),
				"cannot open the cgroup %s/remand", host->cgroup_path)
		      : fd;
}

int base_open(const struct host *host, const struct remand_spec *spec, int *ret_fd,
	struct remand_error *error)
{
	const struct need needs[] = {
		{ "memory", spec->memory_bytes != REMAND_UNLIMITED },
		{ "pids", spec->pids != REMAND_UNLIMITED },
		{ "cpu", spec->cpus_milli != REMAND_UNLIMITED },
		{ "cpuset", spec->cpuset != NULL },
		{ NULL },
	};
	const char *given = spec->cgroup ? spec->cgroup : secure_getenv("REMAND_CGROUP");
	CLEANUP_FD int fd = -1;
	bool own = false;
	int r;

	if (given) {
		fd = open_given(host, given, error);
	} else {
		fd = open_own(host);
		own = fd >= 0;
		if (!own)
			fd = open_below_root(host, needs, error);
	}
	if (fd < 0)
		return fd;
	r = enable(fd, needs, own, error);
	if (r < 0)
		return r;
	*ret_fd = fd_take(&fd);
	return 0;
}
