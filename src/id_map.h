/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who keeper and target become: ids on the host, ids that they see, and the maps between. */
#ifndef ID_MAP_H
#define ID_MAP_H

#include <sys/types.h>

#include "own_ids.h"
#include "remand.h"
#include "sub_ids.h"

/* Whom a target in a cell sees itself as, unless --user says otherwise. */
#define ID_MAP_TARGET 1000U

/* What is wanted of a run's ids. */
struct id_map_wish {
	bool user_namespace;     /* they see other ids than the host does */
	bool separate;           /* each run gets host ids that nobody else has; needs privilege */
	struct own_ids own_ids;  /* with separate: which these are */
	struct sub_ids sub_ids;  /* found: the target gets one of these. Not with separate */
	struct remand_user user; /* whom the target sees itself as */
};

/* Ids as keeper and target set them, in their own user namespace. The order to go carries them. */
struct id_map_inside {
	bool change_keeper, change_target; /* else they stay who the caller is */
	bool may_set_groups; /* without privilege the kernel forbids it: user_namespaces(7) */
	bool keep_groups;    /* the keeper's, who opens what is bound as the caller could */
	uid_t keeper_id;     /* also the group's number */
	uid_t target_uid;
	gid_t target_gid;
};

/* The ids of one run. */
struct id_map {
	bool user_namespace, separate;
	bool sub_ids;    /* the target has one of the caller's sub-ids; the keeper is the caller */
	bool own_target; /* on the host the target is not the caller, and we may chown to it */
	uid_t keeper_id, target_uid; /* on the host; separate or sub_ids only */
	gid_t keeper_gid, target_gid;
	struct id_map_inside inside;
};

void id_map_choose(struct id_map *ret_map, pid_t keeper_pid, const struct id_map_wish *wish);

/* Write the maps of the keeper's user namespace. pid names it in /proc, keeper_fd proves that it is
 * still it. */
int id_map_write(const struct id_map *map, pid_t pid, int keeper_fd, struct remand_error *error);

/* The same with sub-ids; gifts are three pipes of ours, or -1, to be made the target's.
 * *ret_namespace_fd is the keeper's user namespace, for sub_ids_open(). -EPERM: the caller gets no
 * sub-ids; nothing was changed, and there is no sentence. */
int id_map_write_sub_ids(const struct id_map *map, pid_t pid, int keeper_fd, const int gifts[3],
	int *ret_namespace_fd, struct remand_error *error);

#endif
