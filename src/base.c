/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where groups are made, in this order:
 *   1. --cgroup or REMAND_CGROUP: a cgroup that somebody gave us.
 *   2. The cgroup that we are in, if it is delegated to us: systemd's Delegate= (it marks the
 *      directory), a container's cgroup namespace root, a directory that our user owns.
 *   3. Where systemd runs: a transient scope with Delegate=yes, asked for over D-Bus (scope.c).
 *   4. For root without systemd: the directory "remand" under the root group.
 *
 * A scope needs a process, and whoever starts runs must live below the base: CLONE_INTO_CGROUP
 * wants to write the cgroup.procs of the nearest common ancestor, which above the base is root's.
 * So it is the calling process that goes into the scope, and that is why case 3 needs the caller's
 * consent (remand_spec.enter_scope). A placeholder child in the scope instead would leave the
 * caller alone, but it would serve root only, and somebody would have to keep it.
 *
 * A systemd unit that is not delegated belongs to systemd, also where our user owns the directory,
 * as a user manager's units: it is never rearranged.
 */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "controllers.h"
#include "error.h"
#include "fd.h"
#include "file.h"
#include "manager.h"
#include "path.h"
#include "scope.h"
#include "syscalls.h"

#define ROOT_BASE "remand"

#define READ_ONLY                                                                                  \
	"the cgroup file system at %s is mounted read-only, as container engines do, so that no "  \
	"group can be made; start the container with: docker run --security-opt "                  \
	"writable-cgroups=true (Docker 28), podman run --security-opt unmask=/sys/fs/cgroup, or, " \
	"for Kubernetes, see README.md"

const char *base_name(const struct host *host, const char *below, char text[BASE_TEXT])
{
	snprintf(text, BASE_TEXT, "%.250s%s%.250s", host->cgroup_path, *below ? "/" : "", below);
	return text;
}

static int open_below(const struct host *host, const char *path)
{
	return openat(host->cgroup_fd, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Where a path given by a person points: below the mount, absolute on the host or from its root. */
static int find_given(
	const struct host *host, const char *path, struct base *base, struct remand_error *error)
{
	size_t length = strlen(host->cgroup_path);
	char name[BASE_TEXT];
	int r;

	if (strncmp(path, host->cgroup_path, length) == 0 &&
		(path[length] == '/' || path[length] == '\0'))
		path += length;
	while (*path == '/')
		path++;
	if (strlen(path) >= sizeof(base->path))
		return error_errno(error, REMAND_STAGE_GROUP, -ENAMETOOLONG,
			"cannot use the path that was given for the cgroup");
	memcpy(base->path, path, strlen(path) + 1);
	base->rule = BASE_GIVEN;
	base->fd = open_below(host, path);
	if (base->fd >= 0)
		return 0;
	r = syscall_errno();
	base_name(host, path, name);
	if (r == -ENOENT)
		return error_say(error, REMAND_STAGE_GROUP, r,
			"there is no cgroup %s (given with --cgroup or REMAND_CGROUP); make it: "
			"mkdir -p %s",
			name, name);
	return error_errno(error, REMAND_STAGE_GROUP, r, "cannot open the cgroup %s", name);
}

/* A cgroup of /proc/PID/cgroup (NULL: none) as a path below the mount point. Both that and the
 * mount's root (mountinfo) are seen from our cgroup namespace: cgroup_namespaces(7). */
static int find_below_mount(const struct host *host, const char *path, char ret_path[PATH_MAX],
	struct remand_error *error)
{
	const char *root = strcmp(host->cgroup_root, "/") == 0 ? "" : host->cgroup_root;

	/* "/.." in either: the one lies outside of the namespace of the other. */
	if (!path || strncmp(path, "/..", 3) == 0 || strncmp(root, "/..", 3) == 0 ||
		strncmp(path, root, strlen(root)) != 0)
		return error_say(error, REMAND_STAGE_HOST, -EXDEV,
			"%s shows another part of the cgroup tree than the one that this process "
			"is in (%s), as when a container sees the mount of its host; mount its "
			"own: "
			"umount -l %s && mount -t cgroup2 none %s",
			host->cgroup_path, path ? path : "none", host->cgroup_path,
			host->cgroup_path);
	path += strlen(root);
	while (*path == '/')
		path++;
	if (strlen(path) >= PATH_MAX)
		return error_errno(error, REMAND_STAGE_HOST, -ENAMETOOLONG,
			"cannot use the path in /proc/self/cgroup");
	memcpy(ret_path, path, strlen(path) + 1);
	return 0;
}

static int read_own_path(
	const struct host *host, char ret_path[PATH_MAX], struct remand_error *error)
{
	char text[PATH_MAX + 1024], *path = NULL, *rest = NULL;
	int r = file_read(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text));

	ret_path[0] = '\0';
	if (r < 0)
		return error_errno(error, REMAND_STAGE_HOST, r, "cannot read /proc/self/cgroup");
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "0::/", 4) == 0)
			path = line + 3;
	return find_below_mount(host, path, ret_path, error);
}

int base_open_cgroup(const struct host *host, const char *cgroup)
{
	char path[PATH_MAX];
	int r = host->cgroup_fd < 0 ? -ENOENT : find_below_mount(host, cgroup, path, NULL);

	return r < 0 ? r : fd_raise(open_below(host, path));
}

/* systemd marks what it delegates; the name of the mark depends on its version. */
static bool is_marked_delegated(int fd)
{
	char value;

	return (fgetxattr(fd, "user.delegate", &value, 1) == 1 && value == '1') ||
	       (fgetxattr(fd, "trusted.delegate", &value, 1) == 1 && value == '1');
}

/* All units of a user manager belong to the user, delegated or not. */
static bool is_unit_of_user_manager(const char *path)
{
	static const char *const kinds[] = { ".service", ".scope", ".slice", ".socket", ".mount",
		".swap" };
	const char *manager = strstr(path, "user@"), *suffix;

	suffix = strrchr(path_last_component(path), '.');
	for (size_t i = 0; manager && suffix && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(suffix, kinds[i]) == 0)
			return true;
	return false;
}

static bool is_owned(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid();
}

/* Whether the mark is there, and the owner of the directory is who it is meant for. Where our user
 * owns it without a mark, a user manager has made it, some of which set none: then it is asked,
 * unless we are in the leaf already. */
static bool is_delegated(const struct base *base, bool in_leaf)
{
	if (!is_owned(base->fd))
		return false;
	return is_marked_delegated(base->fd) ||
	       (geteuid() != 0 && is_unit_of_user_manager(base->path) &&
		       (in_leaf || manager_delegates(path_last_component(base->path))));
}

/* The cgroup at path, which we are in, if it is delegated to us: 1, else 0. */
static int match_own(const struct host *host, const char *path, bool entered, struct base *base)
{
	bool in_leaf = strcmp(path_last_component(path), CONTROLLERS_LEAF) == 0;
	size_t length = strlen(path) - (in_leaf ? strlen(CONTROLLERS_LEAF) : 0);

	memcpy(base->path, path, length);
	if (in_leaf && length > 0)
		length--; /* the slash */
	base->path[length] = '\0';
	base->inhabited = true;
	base->fd = open_below(host, base->path);
	if (base->fd < 0)
		return 0;
	if (entered || is_delegated(base, in_leaf))
		base->rule = BASE_DELEGATED;
	/* The real root has no cgroup.events; the root of a cgroup namespace has. */
	else if (length == 0 && faccessat(base->fd, "cgroup.events", F_OK, 0) == 0)
		base->rule = BASE_NAMESPACE;
	/* Root owns everything: that says nothing. */
	else if (length > 0 && geteuid() != 0 && is_owned(base->fd) &&
		 !is_unit_of_user_manager(base->path))
		base->rule = BASE_OWNED;
	else
		base->fd = fd_close(base->fd);
	return base->fd >= 0;
}

/* Nothing is delegated to us. */
static int find_elsewhere(const struct host *host, const char *own_path, struct base *base,
	struct remand_error *error)
{
	char name[BASE_TEXT];

	base->inhabited = false;
	memcpy(base->path, ROOT_BASE, sizeof(ROOT_BASE));
	if (manager_is_running()) {
		base->rule = BASE_SCOPE;
		memcpy(base->path, own_path, strlen(own_path) + 1);
		return 0;
	}
	if (geteuid() != 0)
		return error_say(error, REMAND_STAGE_HOST, -EACCES,
			"no cgroup is delegated to user %u, whose process is in %s; as root: "
			"D=%s/user-%u; mkdir $D && chown %u $D $D/cgroup.procs "
			"$D/cgroup.subtree_control && echo %d >$D/cgroup.procs",
			geteuid(), base_name(host, own_path, name), host->cgroup_path, geteuid(),
			geteuid(), (int)getppid());
	base->rule = BASE_ROOT;
	base->fd = open_below(host, ROOT_BASE);
	return 0;
}

static int find(const struct host *host, const char *given, bool entered, struct base *base,
	struct remand_error *error)
{
	char own_path[PATH_MAX];
	int r;

	if (!given)
		given = secure_getenv("REMAND_CGROUP");
	if (given)
		return find_given(host, given, base, error);
	r = read_own_path(host, own_path, error);
	if (r < 0)
		return r;
	if (match_own(host, own_path, entered, base))
		return 0;
	return find_elsewhere(host, own_path, base, error);
}

int base_check_mounted(const struct host *host, struct remand_error *error)
{
	return host->cgroup_fd >= 0 ? 0
				    : error_say(error, REMAND_STAGE_HOST, -ENOENT,
					      "this host has no cgroup v2 mounted; boot with "
					      "systemd.unified_cgroup_hierarchy=1 or "
					      "mount -t cgroup2 none /sys/fs/cgroup");
}

int base_find(const struct host *host, const char *given, struct base *ret_base,
	struct remand_error *error)
{
	struct base base = { .fd = -1 };
	int r = base_check_mounted(host, error);

	if (r == 0)
		r = find(host, given, false, &base, error);
	if (r == 0)
		*ret_base = base;
	return r;
}

/* The real root has no such file, and is no threaded cgroup. */
static int check_type(const struct host *host, const struct base *base, struct remand_error *error)
{
	char type[64] = "domain", name[BASE_TEXT];

	(void)file_read(base->fd, "cgroup.type", type, sizeof(type));
	if (strcmp(type, "domain") == 0)
		return 0;
	return error_say(error, REMAND_STAGE_GROUP, -EOPNOTSUPP,
		"the cgroup %s is of the type '%s' (cgroup.type), and threaded trees have no "
		"limits on memory; give --cgroup one of the type domain",
		base_name(host, base->path, name), type);
}

/* What a delegation consists of, cgroups(7) "Delegation": the directory, and these files in it. */
static int check_rights(
	const struct host *host, const struct base *base, struct remand_error *error)
{
	static const char *const parts[] = { ".", "cgroup.procs", "cgroup.subtree_control" };

	char name[BASE_TEXT];

	base_name(host, base->path, name);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (faccessat(base->fd, parts[i], W_OK, AT_EACCESS) == 0)
			continue;
		if (errno != EACCES)
			return error_errno(error, REMAND_STAGE_GROUP, syscall_errno(),
				"cannot write to %s/%s", name, parts[i]);
		return error_say(error, REMAND_STAGE_GROUP, -EACCES,
			"the cgroup %s is not delegated to user %u%s: %s cannot be written; as "
			"root: D=%s; chown %u $D $D/cgroup.procs $D/cgroup.subtree_control",
			name, geteuid(), i ? " as a whole" : "", i ? parts[i] : "it", name,
			geteuid());
	}
	return 0;
}

static int check_writable_mount(const struct host *host, struct remand_error *error)
{
	struct statvfs st;

	if (fstatvfs(host->cgroup_fd, &st) == 0 && (st.f_flag & ST_RDONLY))
		return error_say(error, REMAND_STAGE_GROUP, -EROFS, READ_ONLY, host->cgroup_path);
	return 0;
}

int base_check(const struct host *host, const struct base *base, struct remand_error *error)
{
	int r = check_writable_mount(host, error);

	if (r == 0 && base->fd >= 0)
		r = check_type(host, base, error);
	if (r == 0 && base->fd >= 0)
		r = check_rights(host, base, error);
	return r;
}

/* The scope that the caller agreed to; then its cgroup is found like any other of our own. */
static int enter_scope(const struct host *host, const struct remand_spec *spec,
	const struct controller_need *needs, struct base *base, struct remand_error *error)
{
	int r = controllers_check(host, "", host->cgroup_fd, needs, error);
	char name[BASE_TEXT];

	if (r < 0)
		return r;
	if (!spec->enter_scope)
		return error_say(error, REMAND_STAGE_HOST, -EACCES,
			"no cgroup is delegated to this process, which is in %s; set Delegate=yes "
			"in its unit, start it with systemd-run --scope -p Delegate=yes, or let "
			"the "
			"program set remand_spec.enter_scope",
			base_name(host, base->path, name));
	r = scope_enter(base->path, error);
	return r < 0 ? r : find(host, NULL, true, base, error);
}

static int make_below_root(const struct host *host, const struct controller_need *needs,
	struct base *base, struct remand_error *error)
{
	const struct base root = { .rule = BASE_ROOT, .fd = host->cgroup_fd };
	int r = controllers_enable(host, &root, needs, error);

	if (r < 0 || base->fd >= 0)
		return r;
	if (mkdirat(host->cgroup_fd, ROOT_BASE, 0755) < 0 && errno != EEXIST)
		return error_errno(error, REMAND_STAGE_GROUP, syscall_errno(),
			"cannot make the cgroup %s/" ROOT_BASE, host->cgroup_path);
	base->fd = open_below(host, ROOT_BASE);
	return base->fd < 0 ? error_errno(error, REMAND_STAGE_GROUP, syscall_errno(),
				      "cannot open the cgroup %s/" ROOT_BASE, host->cgroup_path)
			    : 0;
}

static int make(const struct host *host, const struct remand_spec *spec, struct base *base,
	struct remand_error *error)
{
	struct controller_need needs[CONTROLLERS_COUNT];
	int r = check_writable_mount(host, error);

	controllers_needed(spec, needs);
	if (r == 0 && base->rule == BASE_SCOPE)
		r = enter_scope(host, spec, needs, base, error);
	if (r == 0 && base->rule == BASE_ROOT)
		r = make_below_root(host, needs, base, error);
	if (r == 0)
		r = base_check(host, base, error);
	return r < 0 ? r : controllers_enable(host, base, needs, error);
}

int base_open(const struct host *host, const struct remand_spec *spec, int *ret_fd,
	struct remand_error *error)
{
	struct base base = { .fd = -1 };
	int r = base_check_mounted(host, error);

	if (r == 0)
		r = find(host, spec->cgroup, false, &base, error);
	if (r == 0)
		r = make(host, spec, &base, error);
	if (r == 0)
		*ret_fd = fd_take(&base.fd);
	fd_close(base.fd);
	return r;
}
