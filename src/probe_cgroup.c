/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where groups would be made, and what they could limit there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "controllers.h"
#include "directory.h"
#include "fd.h"
#include "file.h"
#include "group.h"
#include "manager.h"
#include "owner.h"
#include "probe.h"
#include "syscalls.h"

#define SECTION "Cgroup"

static const char *const rules[] = {
	[BASE_GIVEN] = "given by --cgroup or REMAND_CGROUP",
	[BASE_DELEGATED] = "delegated by systemd (Delegate=yes)",
	[BASE_NAMESPACE] = "the root of this container's cgroup namespace",
	[BASE_OWNED] = "a directory of this user's",
	[BASE_SCOPE] = "a transient scope that systemd will be asked for",
	[BASE_ROOT] = "for root without systemd",
};

/* 0, or the sentence of what is in the way. */
static int check_base(struct remand_probe *probe, const char *given, struct remand_error *error)
{
	struct manager manager;
	int r = base_find(&probe->host, given, &probe->base, error);

	if (r == 0)
		r = base_check(&probe->host, &probe->base, error);
	if (r == 0 && probe->base.rule == BASE_SCOPE) {
		r = manager_open(&manager, error);
		if (r == 0)
			manager_close(&manager);
	}
	return r;
}

/* The directory whose controllers the base has or would have, as a path below the mount. */
static const char *controllers_path(const struct base *base, char text[64])
{
	if (base->fd >= 0 && base->rule != BASE_ROOT)
		return base->path;
	/* A scope's are what its manager has. */
	if (base->rule == BASE_SCOPE && geteuid() != 0) {
		snprintf(
			text, 64, "user.slice/user-%u.slice/user@%u.service", geteuid(), geteuid());
		return text;
	}
	return "";
}

static void add_controllers(struct remand_probe *probe)
{
	static const struct {
		const char *name, *since, *what;
		enum remand_fact_state state; /* where it is missing */
	} controllers[] = {
		{ "memory", "4.5", "--memory", REMAND_FACT_WEAK },
		{ "pids", "4.5", "--pids", REMAND_FACT_WEAK },
		{ "cpu", "4.15", "--cpus", REMAND_FACT_NOTE },
		{ "cpuset", "5.0", "--cpuset", REMAND_FACT_NOTE },
	};
	char text[64];
	const char *path = controllers_path(&probe->base, text);
	CLEANUP_FD int fd = openat(
		probe->host.cgroup_fd, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
		struct controller_absence absence = { 0 };
		struct remand_fact fact = { SECTION, controllers[i].name, controllers[i].since,
			REMAND_FACT_OK, .mend = absence.mend };

		if (fd >= 0 && controllers_has(fd, controllers[i].name)) {
			probe_add(probe, &fact, "yes");
			continue;
		}
		fact.state = controllers[i].state;
		controllers_explain(&probe->host, path, controllers[i].name, &absence);
		probe_add(
			probe, &fact, "no controller for %s: %s", controllers[i].what, absence.why);
	}
}

/* A cgroup below `fd` that is not a root and has `file`: where the kernel shows what it knows.
 * Returns its fd or -1. */
static int find_sample(int fd, const char *file, int depth)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), found = -1;
	DIR *directory = own >= 0 ? fdopendir(own) : NULL;
	const struct dirent *entry;

	if (!directory) {
		fd_close(own);
		return -1;
	}
	while (found < 0 && directory_next(directory, &entry) > 0) {
		CLEANUP_FD int child = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = openat(own, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (child >= 0 && faccessat(child, file, F_OK, 0) == 0)
			found = fd_take(&child);
		else if (child >= 0 && depth > 0)
			found = find_sample(child, file, depth - 1);
	}
	closedir(directory);
	return found;
}

static void add_file(struct remand_probe *probe, int sample, const struct remand_fact *fact,
	const char *file, const char *without)
{
	struct remand_fact copy = *fact;

	if (sample < 0) {
		copy.state = REMAND_FACT_OK;
		probe_add(probe, &copy, "not seen: there is no cgroup with such files to look at");
	} else if (faccessat(sample, file, F_OK, 0) == 0) {
		copy.state = REMAND_FACT_OK;
		probe_add(probe, &copy, "yes");
	} else {
		probe_add(probe, &copy, "no; %s", without);
	}
}

static void add_files(struct remand_probe *probe)
{
	CLEANUP_FD int any = find_sample(probe->host.cgroup_fd, "cgroup.events", 0);
	CLEANUP_FD int memory = find_sample(probe->host.cgroup_fd, "memory.max", 2);
	CLEANUP_FD int pids = find_sample(probe->host.cgroup_fd, "pids.max", 2);
	char swaps[4096] = "";
	bool has_swap = file_read(AT_FDCWD, "/proc/swaps", swaps, sizeof(swaps)) == 0 &&
			strchr(swaps, '\n');

	add_file(probe, any,
		&(struct remand_fact){ SECTION, "cgroup.kill", "5.14", REMAND_FACT_MISSING,
			.mend = "boot Linux 5.14 or later" },
		"cgroup.kill", "groups cannot be killed as one");
	add_file(probe, memory,
		&(struct remand_fact){ SECTION, "memory.peak", "5.19", REMAND_FACT_NOTE,
			.mend = "boot Linux 5.19 or later" },
		"memory.peak", "memory_peak_bytes will be null");
	add_file(probe, pids,
		&(struct remand_fact){ SECTION, "pids.peak", "6.1", REMAND_FACT_NOTE,
			.mend = "boot Linux 6.1 or later" },
		"pids.peak", "pids_peak will be null");
	add_file(probe, memory,
		&(struct remand_fact){ SECTION, "swap accounting", "4.5",
			has_swap ? REMAND_FACT_WEAK : REMAND_FACT_OK,
			.mend = "take swapaccount=0 off the kernel's command line, or swapoff -a" },
		"memory.swap.max",
		has_swap ? "a group could swap instead of being stopped" : "and no swap to count");
	add_file(probe, any,
		&(struct remand_fact){ SECTION, "pressure of groups", "4.20", REMAND_FACT_NOTE,
			.mend = "add psi=1 to the kernel's command line" },
		"cpu.pressure", "trustworthy_time will be null");
}

static void add_base(struct remand_probe *probe, const char *given)
{
	struct remand_error error;
	char name[BASE_TEXT];
	int r = check_base(probe, given, &error);

	/* The sentence has the command. */
	if (r < 0)
		probe_add(probe,
			&(struct remand_fact){ SECTION, "base", NULL, REMAND_FACT_MISSING }, "%s",
			error.message);
	else
		probe_add(probe, &(struct remand_fact){ SECTION, "base", NULL, REMAND_FACT_OK },
			"%s: %s",
			probe->base.rule == BASE_SCOPE
				? "remand-*.scope"
				: base_name(&probe->host, probe->base.path, name),
			rules[probe->base.rule]);
}

void probe_cgroup(struct remand_probe *probe, const char *given)
{
	struct remand_error error;

	int r = host_open(&probe->host, &error);

	if (r < 0)
		probe->host.cgroup_fd = -1;
	else
		r = base_check_mounted(&probe->host, &error);
	/* The pid namespace ends a run, and its members are added up: see fallback.c. */
	if (r < 0) {
		probe_add(probe,
			&(struct remand_fact){ SECTION, "cgroup v2", "4.5", REMAND_FACT_WEAK },
			"%s", error.message);
		return;
	}
	probe_add(probe, &(struct remand_fact){ SECTION, "cgroup v2", "4.5", REMAND_FACT_OK },
		"mounted at %s", probe->host.cgroup_path);
	add_base(probe, given);
	add_controllers(probe);
	add_files(probe);
}

/* The groups in the base whose owners are gone: how many, or -errno. */
static int list_leftovers(int base_fd, char *text, size_t size)
{
	int own = openat(base_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0, r;
	DIR *directory = own >= 0 ? fdopendir(own) : NULL;
	const struct dirent *entry;

	text[0] = '\0';
	if (!directory) {
		r = syscall_errno();
		fd_close(own);
		return r;
	}
	while ((r = directory_next(directory, &entry)) > 0) {
		CLEANUP_FD int group = -1;
		size_t used = strlen(text);

		if (strncmp(entry->d_name, "run-", 4) != 0)
			continue;
		group = openat(own, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (group < 0 ||
			(!owner_is_gone(group) && !owner_died_before_mark(group, entry->d_name)))
			continue;
		snprintf(text + used, size - used, " %s", entry->d_name);
		count++;
	}
	closedir(directory);
	return r < 0 ? r : count;
}

int remand_probe_reclaim(struct remand_probe *probe)
{
	const struct remand_fact fact = { SECTION, "leftovers", NULL, REMAND_FACT_OK };
	char names[512], stuck[512];
	int before, after;

	if (probe->base.fd < 0)
		return 0;
	before = list_leftovers(probe->base.fd, names, sizeof(names));
	if (before <= 0)
		return before;
	group_reclaim(probe->base.fd);
	after = list_leftovers(probe->base.fd, stuck, sizeof(stuck));
	if (after < 0)
		return after;
	if (after < before)
		probe_add(probe, &fact, "removed %d of dead owners:%s", before - after, names);
	if (after > 0)
		probe_add(probe,
			&(struct remand_fact){ SECTION, "leftovers", NULL, REMAND_FACT_NOTE,
				.mend = "remand check, again, once their processes have ended" },
			"%d of dead owners cannot be removed:%s", after, stuck);
	return before > after ? before - after : 0;
}
