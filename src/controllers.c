/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup v2 gives controllers to a cgroup's children, and only where no process lives in the cgroup
 * itself ("no internal process constraint"). Our own cgroup, delegated to us, is where we live: all
 * that is in it moves to a leaf first. Somebody else's cgroup is never rearranged.
 */
#include "controllers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "fd.h"
#include "file.h"
#include "manager.h"
#include "syscalls.h"

static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

static bool file_has_word(int fd, const char *file, const char *word)
{
	char text[256];

	return file_read(fd, file, text, sizeof(text)) == 0 && has_word(text, word);
}

void controllers_needed(
	const struct remand_spec *spec, struct controller_need ret_needs[CONTROLLERS_COUNT])
{
	const struct controller_need needs[CONTROLLERS_COUNT] = {
		{ "memory", "--memory", "--memory max", spec->memory_bytes != REMAND_UNLIMITED },
		{ "pids", "--pids", "--pids max", spec->pids != REMAND_UNLIMITED },
		{ "cpu", "--cpus", "no --cpus", spec->cpus_milli != REMAND_UNLIMITED },
		{ "cpuset", "--cpuset", "no --cpuset", spec->cpuset != NULL },
	};

	memcpy(ret_needs, needs, sizeof(needs));
}

bool controllers_has(int cgroup_fd, const char *name)
{
	return file_has_word(cgroup_fd, "cgroup.controllers", name);
}

/* The row of /proc/cgroups: "name hierarchy count enabled", for the controllers that are built in.
 */
static void explain_host(const char *name, struct controller_absence *absence)
{
	char text[4096], format[64];
	int hierarchy = -1, enabled = 0;
	const char *row = NULL;

	if (file_read(AT_FDCWD, "/proc/cgroups", text, sizeof(text)) == 0) {
		snprintf(format, sizeof(format), "\n%s\t", name);
		row = strstr(text, format);
	}
	if (!row || sscanf(row + 1, "%*s %d %*d %d", &hierarchy, &enabled) != 2) {
		snprintf(absence->why, sizeof(absence->why), "the kernel is built without it");
		snprintf(absence->mend, sizeof(absence->mend),
			"boot a kernel with CONFIG_%s=y, as every distribution's has it",
			strcmp(name, "memory") == 0 ? "MEMCG"
			: strcmp(name, "pids") == 0 ? "CGROUP_PIDS"
			: strcmp(name, "cpu") == 0  ? "CGROUP_SCHED"
						    : "CPUSETS");
	} else if (!enabled) {
		snprintf(absence->why, sizeof(absence->why), "it is switched off at boot");
		snprintf(absence->mend, sizeof(absence->mend),
			"take cgroup_disable=%s off the kernel's command line, or add "
			"cgroup_enable=%s, and boot",
			name, name);
	} else if (hierarchy > 0) {
		snprintf(absence->why, sizeof(absence->why), "cgroup v1 holds it");
		snprintf(absence->mend, sizeof(absence->mend),
			"boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command "
			"line, or "
			"with cgroup_no_v1=all where systemd does not run");
	} else {
		snprintf(absence->why, sizeof(absence->why), "this container was not given it");
		snprintf(absence->mend, sizeof(absence->mend),
			"let the host delegate it: Delegate=yes in the unit of the container "
			"engine");
	}
}

/* The last unit on the path that systemd could delegate, as a name; false: none. */
static bool find_unit(const char *path, char ret_unit[NAME_MAX + 1])
{
	static const char *const suffixes[] = { ".service", ".scope" };
	bool found = false;

	while (*path) {
		size_t length = strcspn(path, "/");

		for (size_t i = 0; i < 2 && length <= NAME_MAX; i++) {
			size_t n = strlen(suffixes[i]);

			if (length <= n || memcmp(path + length - n, suffixes[i], n) != 0)
				continue;
			memcpy(ret_unit, path, length);
			ret_unit[length] = '\0';
			found = true;
		}
		path += length;
		path += strspn(path, "/");
	}
	return found;
}

/* Whether the first `length` bytes of the path end at the unit of a user manager or above. */
static bool is_up_to_user_manager(const char *path, size_t length)
{
	const char *manager = strstr(path, "/user@");

	return manager && length <= (size_t)(manager - path) + 1 + strcspn(manager + 1, "/");
}

/* Up to `parent` the controller is there; `child`, the next one on the way to `path`, lacks it. */
static void explain_lost(const struct host *host, const char *parent, const char *child,
	const char *path, const char *name, struct controller_absence *absence)
{
	char name_of_parent[BASE_TEXT], unit[NAME_MAX + 1];

	snprintf(absence->why, sizeof(absence->why), "%s has it and does not pass it on to %.250s",
		base_name(host, parent, name_of_parent), child);
	if (is_up_to_user_manager(path, strlen(child)))
		snprintf(absence->mend, sizeof(absence->mend),
			"as root: mkdir -p /etc/systemd/system/user@.service.d && printf "
			"'[Service]\\nDelegate=cpu cpuset io memory pids\\n' "
			">/etc/systemd/system/user@.service.d/delegate.conf && systemctl "
			"daemon-reload && systemctl restart 'user@*.service'");
	else if (manager_is_running() && find_unit(path, unit))
		snprintf(absence->mend, sizeof(absence->mend), "Delegate=yes in the unit %s", unit);
	else
		snprintf(absence->mend, sizeof(absence->mend),
			"as its owner: echo +%s >%s/cgroup.subtree_control", name, name_of_parent);
}

void controllers_explain(const struct host *host, const char *path, const char *name,
	struct controller_absence *ret_absence)
{
	char child[PATH_MAX] = "", parent[PATH_MAX] = "";
	size_t length = 0;

	if (!controllers_has(host->cgroup_fd, name)) {
		explain_host(name, ret_absence);
		return;
	}
	while (path[length]) {
		CLEANUP_FD int fd = -1;

		length += path[length] == '/';
		length += strcspn(path + length, "/");
		if (length >= sizeof(child))
			break;
		memcpy(child, path, length);
		child[length] = '\0';
		fd = openat(host->cgroup_fd, child, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && !controllers_has(fd, name))
			break;
		memcpy(parent, child, length + 1);
	}
	explain_lost(host, parent, child, path, name, ret_absence);
}

int controllers_check(const struct host *host, const char *path, int cgroup_fd,
	const struct controller_need *needs, struct remand_error *error)
{
	struct controller_absence absence;
	char name[BASE_TEXT];

	for (size_t i = 0; i < CONTROLLERS_COUNT; i++) {
		if (!needs[i].needed || controllers_has(cgroup_fd, needs[i].name))
			continue;
		controllers_explain(host, path, needs[i].name, &absence);
		return error_say(error, REMAND_STAGE_HOST, -EOPNOTSUPP,
			"the cgroup v2 controller '%s' is missing in %s, so that %s cannot be "
			"enforced: %s. To mend it: %s. Or go without: %s",
			needs[i].name, base_name(host, path, name), needs[i].option, absence.why,
			absence.mend, needs[i].without);
	}
	return 0;
}

/* Processes that live in the cgroup itself, moved to its supervisor leaf. */
static int move_to_leaf(int fd)
{
	char text[65536], *rest = NULL;
	CLEANUP_FD int leaf = -1;
	int r;

	if (mkdirat(fd, CONTROLLERS_LEAF, 0755) < 0 && errno != EEXIST)
		return syscall_errno();
	leaf = openat(fd, CONTROLLERS_LEAF, O_PATH | O_DIRECTORY | O_CLOEXEC);
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

static int enable_one(const struct base *base, const char *controller)
{
	char word[32];
	int r;

	snprintf(word, sizeof(word), "+%s", controller);
	r = file_write(base->fd, "cgroup.subtree_control", word);
	/* Whoever forks in the cgroup meanwhile brings EBUSY back; forks end, attempts too. */
	for (int attempt = 0; r == -EBUSY && base->inhabited && attempt < 20; attempt++) {
		r = move_to_leaf(base->fd);
		if (r == 0)
			r = file_write(base->fd, "cgroup.subtree_control", word);
	}
	return r;
}

/* "1234 (sleep)": one of those who live there. */
static void name_inhabitant(int fd, char *text, size_t size)
{
	char pids[65536], path[64], name[64] = "?";

	text[0] = '\0';
	if (file_read(fd, "cgroup.procs", pids, sizeof(pids)) < 0 || !pids[0])
		return;
	pids[strcspn(pids, "\n")] = '\0';
	snprintf(path, sizeof(path), "/proc/%.20s/comm", pids);
	(void)file_read(AT_FDCWD, path, name, sizeof(name));
	snprintf(text, size, " (%.20s, %s)", pids, name);
}

static int say_not_enabled(const struct host *host, const struct base *base, const char *controller,
	int r, struct remand_error *error)
{
	char name[BASE_TEXT], inhabitant[128];

	base_name(host, base->path, name);
	if (r != -EBUSY)
		return error_errno(error, REMAND_STAGE_GROUP, r,
			"cannot enable the controller %s in %s/cgroup.subtree_control", controller,
			name);
	name_inhabitant(base->fd, inhabitant, sizeof(inhabitant));
	return error_say(error, REMAND_STAGE_GROUP, r,
		"cannot make groups with limits in %s: processes live in that cgroup itself%s, "
		"and cgroup v2 wants them in leaves; give --cgroup an empty one: mkdir %s/remand",
		name, inhabitant, name);
}

int controllers_enable(const struct host *host, const struct base *base,
	const struct controller_need *needs, struct remand_error *error)
{
	int r = controllers_check(host, base->path, base->fd, needs, error);

	for (size_t i = 0; r == 0 && i < CONTROLLERS_COUNT; i++) {
		if (!needs[i].needed ||
			file_has_word(base->fd, "cgroup.subtree_control", needs[i].name))
			continue;
		r = enable_one(base, needs[i].name);
		if (r < 0)
			return say_not_enabled(host, base, needs[i].name, r, error);
	}
	return r;
}
