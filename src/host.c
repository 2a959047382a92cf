/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Probing the machine. Features are probed, versions never. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

#include "error.h"
#include "fd.h"
#include "landlock.h"
#include "syscalls.h"

/* proc(5), mountinfo: "... (4) root (5) mount point ... - (9) type ...". */
static bool is_cgroup2_line(char *line, char **ret_root, char **ret_mount_point)
{
	char *type = strstr(line, " - "), *field = line;

	if (!type || strncmp(type + 3, "cgroup2 ", 8) != 0)
		return false;
	for (int i = 0; i < 4; i++) {
		field = strchr(field, ' ');
		if (!field)
			return false;
		*field++ = '\0';
		if (i == 2)
			*ret_root = field;
	}
	field[strcspn(field, " ")] = '\0';
	*ret_mount_point = field;
	return true;
}

static int find_cgroup2(char ret_root[PATH_MAX], char ret_path[PATH_MAX])
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	CLEANUP_FREE char *line = NULL;
	size_t size = 0;
	int r = -ENOENT;

	if (!file)
		return syscall_errno();
	while (r == -ENOENT && getline(&line, &size, file) > 0) {
		char *root = NULL, *mount_point = NULL;

		if (is_cgroup2_line(line, &root, &mount_point) && strlen(root) < PATH_MAX &&
			strlen(mount_point) < PATH_MAX) {
			memcpy(ret_root, root, strlen(root) + 1);
			memcpy(ret_path, mount_point, strlen(mount_point) + 1);
			r = 0;
		}
	}
	fclose(file);
	return r;
}

static bool has_capabilities(const cap_value_t *needed, size_t count)
{
	cap_t caps = cap_get_proc();
	bool all = caps != NULL;

	for (size_t i = 0; caps && i < count; i++) {
		cap_flag_value_t value = CAP_CLEAR;

		cap_get_flag(caps, needed[i], CAP_EFFECTIVE, &value);
		all = all && value == CAP_SET;
	}
	cap_free(caps);
	return all;
}

static int probe_privilege(struct host *host, struct remand_error *error)
{
	static const cap_value_t ids[] = { CAP_SETUID, CAP_SETGID, CAP_CHOWN };
	static const cap_value_t administration[] = { CAP_SYS_ADMIN };

	int r = 0;

	host->may_set_ids = has_capabilities(ids, sizeof(ids) / sizeof(ids[0]));
	if (host->may_set_ids)
		r = own_ids_find(&host->own_ids);
	if (r < 0)
		return error_errno(error, REMAND_STAGE_HOST, r,
			"cannot find out which ids this user namespace has (/proc/self/uid_map)");
	/* Root with no ids to give away is an ordinary user to us. */
	host->may_set_ids = host->own_ids.count > 0;
	host->privileged = host->may_set_ids && has_capabilities(administration, 1);
	return 0;
}

int host_open(struct host *ret_host, struct remand_error *error)
{
	struct host host = { .cgroup_fd = -1 };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int r = find_cgroup2(host.cgroup_root, host.cgroup_path);

	if (r < 0 && r != -ENOENT)
		return error_errno(error, REMAND_STAGE_HOST, r, "cannot read /proc/self/mountinfo");
	/* Above stdio: where the caller has closed its own, ours must not pass for them. */
	if (r == 0)
		host.cgroup_fd = fd_raise(open(host.cgroup_path, O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (r == 0 && host.cgroup_fd < 0)
		return error_errno(error, REMAND_STAGE_HOST, syscall_errno(), "cannot open %s",
			host.cgroup_path);
	r = probe_privilege(&host, error);
	if (r < 0) {
		host_done(&host);
		return r;
	}
	host.landlock_abi = landlock_probe_abi();
	if (host.landlock_abi < 0) {
		host_done(&host);
		return error_errno(error, REMAND_STAGE_HOST, host.landlock_abi,
			"cannot find out about Landlock");
	}
	host.cpus = cpus > 0 ? (unsigned int)cpus : 1;
	*ret_host = host;
	return 0;
}

void host_done(struct host *host)
{
	host->cgroup_fd = fd_close(host->cgroup_fd);
}
