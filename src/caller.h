/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a keeper has of the calling thread by being cloned from it, for the keeper that is cloned
 * from a starter instead: a part is carried over, the rest must not have changed since.
 */
#ifndef CALLER_H
#define CALLER_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"

/* What is carried over to the starter, beside the working directory. Plain data. */
struct caller {
	mode_t umask;
	bool dumpable; /* else the keeper's files in /proc would be root's */
};

/* What must be the same, as lines of text, and the cgroup, which is told apart because a starter
 * can follow there. */
struct caller_identity {
	char *lines;
	char *cgroup;
};

/* The calling thread as it is now. On success the identity is to be released. */
int caller_read(struct caller *ret_caller, struct caller_identity *ret_identity);
void caller_identity_done(struct caller_identity *identity);

/* 0: the lines are the same; else the sentence that says what changed. */
int caller_compare(const struct caller_identity *before, const struct caller_identity *now,
	struct remand_error *error);

/* Our own resource limits, nice value and CPUs for a keeper that waits for the order to go. In its
 * user namespace it could not raise them itself, where the caller had the right and did. */
int caller_give(pid_t keeper_pid, struct remand_error *error);

#endif
