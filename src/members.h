/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The processes of a run without a group that counts: found and added up through /proc. */
#ifndef MEMBERS_H
#define MEMBERS_H

#include <stdint.h>
#include <sys/types.h>

struct members_usage {
	uint64_t cpu_ns;       /* of all that live, and of all that were reaped by one of them */
	uint64_t memory_bytes; /* private to each, and the largest share of what is shared */
	uint64_t count;
};

/* All descendants of the keeper, which as PID 1 or subreaper loses none. -errno: /proc hides them.
 * The caller knows that the keeper has not been reaped. */
int members_measure(pid_t keeper_pid, struct members_usage *ret_usage);

#endif
