/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* uid_map and gid_map of the cell's user namespace. */
#ifndef ID_MAP_H
#define ID_MAP_H

#include <sys/types.h>

#include "remand.h"

/* Host ids of one run. */
struct id_map {
	bool separate;
	uid_t keeper_id; /* also the group's number */
	uid_t target_id;
};

/* separate: each run gets host ids that nobody else has; else the caller's own id is all there is.
 */
void id_map_choose(struct id_map *ret_map, pid_t keeper_pid, bool separate);

/* Write the maps of the keeper. pid names it in /proc, keeper_fd proves that it is still it. */
int id_map_write(const struct id_map *map, pid_t pid, int keeper_fd, struct remand_error *error);

#endif
