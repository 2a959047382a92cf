/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --best-effort: limits that no group can hold on this host, and what holds them instead. */
#ifndef FALLBACK_H
#define FALLBACK_H

#include "isolation.h"
#include "rlimits.h"

struct fallback {
	bool group; /* there is one, at least to count CPU time and to kill */
	/* Limits that are set and that the group does not hold. */
	bool memory, pids, cpus;
	bool own_nproc; /* RLIMIT_NPROC counts this run only, so that it can stand for pids.max */
};

/*
 * Open the group's base. Without best_effort: with every controller that the limits need, or an
 * error. With it: with those that there are; *ret_base_fd is -1 where there can be no group at all
 * and the pid namespace does the killing.
 */
int fallback_open_base(const struct host *host, const struct remand_spec *spec,
	const struct isolation *isolation, struct fallback *ret, int *ret_base_fd,
	struct remand_error *error);

/* The spec without the limits that the group will not hold. */
void fallback_held(const struct fallback *fallback, const struct remand_spec *spec,
	struct remand_spec *ret_held);

/* The part that the target's own limits can take over. */
void fallback_rlimits(const struct fallback *fallback, const struct remand_spec *spec,
	struct rlimit_entry limits[RLIM_NLIMITS]);

/* What enforces the limit: what says the group where it does. */
enum remand_enforcer fallback_enforcer(const struct fallback *fallback, enum remand_limit limit);

#endif
