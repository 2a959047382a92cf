/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a keeper has of the calling thread by being cloned from it, for the keeper that is cloned
 * from a starter instead: a part is carried over, the rest must not have changed since.
 */
#ifndef CALLER_H
#define CALLER_H

#include <limits.h>
#include <sys/types.h>

#include "error.h"

/* What is carried over, beside working directory and resource limits. Plain data. */
struct caller {
	mode_t umask;
	int nice;
	bool dumpable;           /* else its files in /proc would be root's */
	size_t cpus_size;        /* bytes of the mask that the kernel filled */
	unsigned long cpus[128]; /* where it may run: 8192 CPUs, the most that Linux knows */
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

/* Our own resource limits for a keeper, whose pid was told by itself a moment ago: in its user
 * namespace it could not raise them itself, where the caller had the right and did. */
int caller_give_rlimits(pid_t keeper_pid, struct remand_error *error);

#endif
