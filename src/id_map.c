/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * With privilege every run has two host ids of its own, so that runs could not signal, trace or
 * starve each other even if a namespace failed. They are derived from the keeper's pid, which is
 * unique among the living: no lock, no allocation, nothing to leak. The range 0x70000000 and up is
 * free in systemd's scheme (docs/UIDS-GIDS: above the container range, below 2^31).
 */
#include "id_map.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "error.h"
#include "fd.h"
#include "file.h"
#include "plan.h"
#include "syscalls.h"

#define TARGET_IDS 0x70000000U
/* pid_max is at most 2^22 (PID_MAX_LIMIT), so the two ranges do not meet. */
#define KEEPER_IDS (TARGET_IDS + (1U << 22))

void id_map_choose(struct id_map *ret_map, pid_t keeper_pid, bool separate)
{
	*ret_map = (struct id_map){ .separate = separate };
	if (separate) {
		ret_map->keeper_id = KEEPER_IDS + (uid_t)keeper_pid;
		ret_map->target_id = TARGET_IDS + (uid_t)keeper_pid;
	}
}

/* user_namespaces(7): "inside outside count" lines, written once, in one write. */
static int write_map(const struct id_map *map, int directory, const char *file, uid_t own)
{
	char text[64];

	if (map->separate)
		snprintf(text, sizeof(text), "%u %u 1\n%u %u 1\n", PLAN_KEEPER_ID, map->keeper_id,
			PLAN_TARGET_ID, map->target_id);
	else
		snprintf(text, sizeof(text), "%u %u 1\n", PLAN_TARGET_ID, own);
	return file_write(directory, file, text);
}

int id_map_write(const struct id_map *map, pid_t pid, int keeper_fd, struct remand_error *error)
{
	struct pollfd ended = { .fd = keeper_fd, .events = POLLIN };
	CLEANUP_FD int directory = -1;
	char path[32];
	int r;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return error_errno(
			error, REMAND_STAGE_ID_MAP, syscall_errno(), "cannot open %s", path);
	/* Alive after the open: then the directory is the keeper's and not of a reused pid. */
	if (poll(&ended, 1, 0) != 0)
		return error_say(error, REMAND_STAGE_ID_MAP, -ESRCH,
			"the keeper was killed before it began");
	r = map->separate ? 0 : file_write(directory, "setgroups", "deny");
	if (r == 0)
		r = write_map(map, directory, "gid_map", getegid());
	if (r == 0)
		r = write_map(map, directory, "uid_map", geteuid());
	return r < 0 ? error_errno(error, REMAND_STAGE_ID_MAP, r,
			       "cannot write the id maps of the user namespace")
		     : 0;
}
