/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --work DIR for a target that has a host id of its own. */
#ifndef WORK_H
#define WORK_H

#include <sys/types.h>

#include "remand.h"

struct work_owner {
	uid_t uid;
	gid_t gid;
};

/* Files that were chowned to the target for the time of the run. */
struct work_loan {
	int fd; /* the directory; -1: nothing was lent */
	struct work_owner owner, target;
};

#define WORK_LOAN_EMPTY  \
	{                \
		.fd = -1 \
	}

/*
 * Let the target, host id target_id, own what the directory's owner owns. tree_fd is a detached
 * copy of the directory that nobody has attached yet. Where the file system allows an idmapped
 * mount, nothing on disk changes; else the files are lent, to be given back by work_return().
 */
int work_grant(
	int tree_fd, uid_t target_id, struct work_loan *ret_loan, struct remand_error *error);
int work_return(struct work_loan *loan);

/* Chown the file, or the directory and all below, that belongs to from. shared: also files with
 * several names. Follows no link, crosses no mount, opens nothing but directories. */
int work_chown(int directory_fd, uid_t from, const struct work_owner *to, bool shared);

/* Remove all that is in the directory, whatever the target made of it. When everybody who could
 * write there is dead. */
int work_empty(int directory_fd);

#endif
