/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --work DIR for a target that has a host id of its own. */
#ifndef WORK_H
#define WORK_H

#include <stdbool.h>
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

struct work_request {
	int tree_fd; /* a detached copy of the directory that nobody has attached yet */
	const char *name;
	struct work_owner target; /* ids of the host */
	bool best_effort;         /* also without a record that survives us */
};

/*
 * Let the target own what the directory's owner owns. Where the file system allows an idmapped
 * mount, nothing on disk changes; else the files are lent, to be given back by work_return(). What
 * a run of a dead supervisor has borrowed is taken back first; a living one's is refused.
 */
int work_grant(
	const struct work_request *request, struct work_loan *ret_loan, struct remand_error *error);

/* work_loan.c */
int work_lend(const struct work_request *request, const struct work_owner *owner,
	struct work_loan *ret_loan, struct remand_error *error);
int work_return(struct work_loan *loan);
/* Give back what a dead supervisor has lent. -EBUSY: the supervisor lives. fd may be O_PATH. */
int work_reclaim(int fd);
/* The same for the directories above, of which this one may have been lent as a part. */
int work_reclaim_above(const char *name);
int work_say_lent(const struct work_request *request, struct remand_error *error);

/* Chown the file, or the directory and all below, that belongs to from. shared: also files with
 * several names. Follows no link, crosses no mount, opens nothing but directories. */
int work_chown(int directory_fd, uid_t from, const struct work_owner *to, bool shared);

/* Remove all that is in the directory, whatever the target made of it. When everybody who could
 * write there is dead. */
int work_empty(int directory_fd);

#endif
