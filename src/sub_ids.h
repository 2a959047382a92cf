/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ids that the system's administrator has set aside for an ordinary user (subuid(5), subgid(5)),
 * and the privileged programs that map them: newuidmap(1), newgidmap(1). */
#ifndef SUB_IDS_H
#define SUB_IDS_H

#include <linux/openat2.h>
#include <sys/types.h>

#include "remand.h"

struct sub_range {
	uint32_t first, count;
};

struct sub_ids {
	bool found;
	struct sub_range uids, gids;
};

/* What this user has been given. Not found also where the programs are not there, or could not
 * have their privilege. */
struct sub_ids sub_ids_find(void);

/* The line "name:first:count" of such a file for this user; false: there is none. Exposed for the
 * tests. */
bool sub_range_find(const char *path, const char *name, uid_t uid, struct sub_range *ret_range);

/* One of the range for the run of this keeper: runs at the same time get different ones as long as
 * the range is large enough. */
uint32_t sub_range_choose(const struct sub_range *range, pid_t keeper_pid);

/* A user namespace to be mapped, and what is then to be given to the target in it. */
struct sub_ids_order {
	pid_t pid; /* lives in it, and is known to live */
	int namespace_fd;
	uint32_t uid[2][2], gid[2][2]; /* target and keeper: inside, outside */
	int gifts[3];                  /* pipes of ours, or -1 */
};

/* 0; -EPERM: newgidmap refused and nothing was changed; another -errno with the sentence. */
int sub_ids_write(const struct sub_ids_order *order, struct remand_error *error);

/* openat2(2) of what belongs to an id of that namespace, by the right of who made it. The fd or
 * -errno. */
int sub_ids_open(int namespace_fd, int directory_fd, const char *name, struct open_how *how);

#endif
