/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * With privilege every run has two host ids of its own, so that runs could not signal, trace or
 * starve each other even if a namespace failed. They are derived from the keeper's pid, which is
 * unique among the living: no lock, no allocation, nothing to leak. The range 0x70000000 and up is
 * free in systemd's scheme (docs/UIDS-GIDS: above the container range, below 2^31).
 *
 * Root of a container's user namespace has fewer ids, most often 65536, of which the lower are
 * those of people and services and the last few thousand systemd's dynamic users: from the middle
 * on two eighths are taken, and two runs share an id only where their pids are a multiple apart.
 */
#include "own_ids.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "file.h"

#define TARGETS 0x70000000U
/* pid_max is at most 2^22 (PID_MAX_LIMIT), so the two ranges do not meet. */
#define COUNT (1U << 22)

/* Of fewer, none can be set aside; who has but one, as after unshare -r, is no root to us. */
#define LEAST 4096

/* One line of user_namespaces(7): "inside outside count". */
struct extent {
	uint32_t first, outside, count;
};

static bool next_extent(const char **text, struct extent *ret)
{
	int n = 0;

	if (sscanf(*text, "%u %u %u %n", &ret->first, &ret->outside, &ret->count, &n) != 3)
		return false;
	*text += n;
	return true;
}

static bool holds(const struct extent *extent, uint32_t first, uint32_t count)
{
	return first >= extent->first && count <= extent->count &&
	       first - extent->first <= extent->count - count;
}

struct own_ids own_ids_choose(const char *uid_map)
{
	struct extent extent, largest = { 0 };

	while (next_extent(&uid_map, &extent)) {
		if (holds(&extent, TARGETS, 2 * COUNT))
			return (struct own_ids){ TARGETS, TARGETS + COUNT, COUNT };
		if (extent.count > largest.count)
			largest = extent;
	}
	if (largest.count < LEAST)
		return (struct own_ids){ 0 };
	return (struct own_ids){
		.targets = largest.first + largest.count / 2,
		.keepers = largest.first + largest.count / 2 + largest.count / 8,
		.count = largest.count / 8,
	};
}

bool own_ids_are_mapped(const struct own_ids *ids, const char *gid_map)
{
	struct extent extent;

	while (next_extent(&gid_map, &extent))
		if (holds(&extent, ids->targets, 2 * ids->count))
			return true;
	return false;
}

int own_ids_find(struct own_ids *ret_ids)
{
	char text[16384]; /* at most 340 lines */
	struct own_ids ids;
	int r = file_read(AT_FDCWD, "/proc/self/uid_map", text, sizeof(text));

	if (r < 0)
		return r;
	ids = own_ids_choose(text);
	r = file_read(AT_FDCWD, "/proc/self/gid_map", text, sizeof(text));
	if (r < 0)
		return r;
	if (ids.count == 0 || !own_ids_are_mapped(&ids, text))
		ids = (struct own_ids){ 0 };
	*ret_ids = ids;
	return 0;
}

bool own_ids_are_few(const struct own_ids *ids)
{
	return ids->count < COUNT;
}

uint32_t own_ids_of(const struct own_ids *ids, pid_t keeper_pid)
{
	return (uint32_t)keeper_pid % ids->count;
}
