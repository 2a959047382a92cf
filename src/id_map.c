/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "id_map.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "error.h"
#include "fd.h"
#include "file.h"
#include "syscalls.h"

/* The keeper's own number inside: root's, or the next that the target does not have. */
static uid_t other_than(const struct id_map_inside *inside)
{
	uid_t id = 0;

	while (id == inside->target_uid || id == inside->target_gid)
		id++;
	return id;
}

static void choose_in_namespace(struct id_map *map, const struct remand_user *user)
{
	struct id_map_inside *inside = &map->inside;

	map->own_target = map->separate;
	inside->change_keeper = inside->change_target = true;
	inside->may_set_groups = map->separate || map->sub_ids;
	inside->keep_groups = map->sub_ids;
	inside->target_uid = user->given ? user->uid : ID_MAP_TARGET;
	inside->target_gid = user->given ? user->gid : ID_MAP_TARGET;
	inside->keeper_id = map->separate || map->sub_ids ? other_than(inside) : inside->target_uid;
}

/* Where everybody sees the host's ids. */
static void choose_on_host(struct id_map *map, const struct remand_user *user)
{
	map->own_target = map->separate || user->given;
	if (user->given) {
		map->target_uid = user->uid;
		map->target_gid = user->gid;
	}
	map->inside = (struct id_map_inside){
		.change_keeper = map->separate,
		.change_target = map->own_target,
		.may_set_groups = map->own_target,
		.keeper_id = map->keeper_id,
		.target_uid = map->target_uid,
		.target_gid = map->target_gid,
	};
}

void id_map_choose(struct id_map *ret_map, pid_t keeper_pid, const struct id_map_wish *wish)
{
	struct id_map map = { .user_namespace = wish->user_namespace, .separate = wish->separate };

	if (map.separate) {
		uint32_t offset = own_ids_of(&wish->own_ids, keeper_pid);

		map.keeper_id = map.keeper_gid = wish->own_ids.keepers + offset;
		map.target_uid = map.target_gid = wish->own_ids.targets + offset;
	} else if (wish->sub_ids.found) {
		map.sub_ids = true;
		map.keeper_id = geteuid();
		map.keeper_gid = getegid();
		map.target_uid = sub_range_choose(&wish->sub_ids.uids, keeper_pid);
		map.target_gid = sub_range_choose(&wish->sub_ids.gids, keeper_pid);
	}
	if (map.user_namespace)
		choose_in_namespace(&map, &wish->user);
	else
		choose_on_host(&map, &wish->user);
	*ret_map = map;
}

/* user_namespaces(7): "inside outside count" lines, written once, in one write. */
static int write_map(
	int directory, const char *file, const uint32_t keeper[2], const uint32_t target[2])
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%u %u 1\n", target[0], target[1]);

	if (keeper)
		snprintf(text + n, sizeof(text) - (size_t)n, "%u %u 1\n", keeper[0], keeper[1]);
	return file_write(directory, file, text);
}

static int write_maps(const struct id_map *map, int directory)
{
	const struct id_map_inside *inside = &map->inside;
	const uint32_t keeper[] = { inside->keeper_id, map->keeper_id };
	const uint32_t uid[] = { inside->target_uid, map->separate ? map->target_uid : geteuid() };
	const uint32_t gid[] = { inside->target_gid, map->separate ? map->target_gid : getegid() };
	int r = map->separate ? 0 : file_write(directory, "setgroups", "deny");

	if (r == 0)
		r = write_map(directory, "gid_map", map->separate ? keeper : NULL, gid);
	if (r == 0)
		r = write_map(directory, "uid_map", map->separate ? keeper : NULL, uid);
	return r;
}

static int open_proc(pid_t pid, int keeper_fd, struct remand_error *error)
{
	struct pollfd ended = { .fd = keeper_fd, .events = POLLIN };
	CLEANUP_FD int directory = -1;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return error_errno(
			error, REMAND_STAGE_ID_MAP, syscall_errno(), "cannot open %s", path);
	/* Alive after the open: then the directory is the keeper's and not of a reused pid. */
	if (poll(&ended, 1, 0) != 0)
		return error_say(error, REMAND_STAGE_ID_MAP, -ESRCH,
			"the keeper was killed before it began");
	return fd_take(&directory);
}

int id_map_write(const struct id_map *map, pid_t pid, int keeper_fd, struct remand_error *error)
{
	CLEANUP_FD int directory = open_proc(pid, keeper_fd, error);
	int r;

	if (directory < 0)
		return directory;
	r = write_maps(map, directory);
	return r < 0 ? error_errno(error, REMAND_STAGE_ID_MAP, r,
			       "cannot write the id maps of the user namespace")
		     : 0;
}

int id_map_write_sub_ids(const struct id_map *map, pid_t pid, int keeper_fd, const int gifts[3],
	int *ret_namespace_fd, struct remand_error *error)
{
	const struct id_map_inside *inside = &map->inside;
	CLEANUP_FD int directory = open_proc(pid, keeper_fd, error);
	struct sub_ids_order order = {
		.pid = pid,
		.uid = { { inside->target_uid, map->target_uid },
			{ inside->keeper_id, map->keeper_id } },
		.gid = { { inside->target_gid, map->target_gid },
			{ inside->keeper_id, map->keeper_gid } },
		.gifts = { gifts[0], gifts[1], gifts[2] },
	};
	int r;

	if (directory < 0)
		return directory;
	order.namespace_fd = openat(directory, "ns/user", O_RDONLY | O_CLOEXEC);
	if (order.namespace_fd < 0)
		return error_errno(error, REMAND_STAGE_ID_MAP, syscall_errno(),
			"cannot open the keeper's user namespace");
	r = sub_ids_write(&order, error);
	if (r < 0)
		fd_close(order.namespace_fd);
	else
		*ret_namespace_fd = order.namespace_fd;
	return r;
}
