/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ids that nobody has, for runs of who may set ids: two for each, one of them the keeper's. */
#ifndef OWN_IDS_H
#define OWN_IDS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct own_ids {
	uint32_t targets, keepers; /* the first of so many for each */
	uint32_t count;            /* 0: our user namespace has too few to set any aside */
};

/* Those that lie in our user namespace: /proc/self/uid_map and gid_map. 0 or -errno. */
int own_ids_find(struct own_ids *ret_ids);

/* The same from the text of such a file; exposed for the tests. */
struct own_ids own_ids_choose(const char *uid_map);
bool own_ids_are_mapped(const struct own_ids *ids, const char *gid_map);

/* Our user namespace is not the host's own, nor as large. */
bool own_ids_are_few(const struct own_ids *ids);

/* The run of this keeper's, as an offset. Different for runs at the same time, where there are as
 * many ids as there can be pids; else as far as they go. */
uint32_t own_ids_of(const struct own_ids *ids, pid_t keeper_pid);

#endif
