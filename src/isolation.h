/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which walls a run gets: what was asked for, held against what this host can build. */
#ifndef ISOLATION_H
#define ISOLATION_H

#include "host.h"
#include "remand.h"
#include "sub_ids.h"

struct isolation {
	enum remand_isolation degree;
	uint64_t
		namespaces; /* CLONE_NEW* of the keeper; the cgroup namespace is the target's own */
	bool cell;          /* a file system of its own */
	bool separate_ids;  /* keeper and target have host ids of their own (needs privilege) */
	struct own_ids own_ids; /* these */
	struct sub_ids sub_ids; /* found: the target's host id is one of the caller's own sub-ids */
	bool confined;          /* capabilities dropped, no_new_privs, a filter, Landlock */
	bool bar_network;       /* no network namespace, and no network wanted: no sockets at all */
	int landlock_abi;       /* 0: none */
	uint32_t missing;       /* REMAND_WALL_* */
};

/* spec is as given: zero where nobody asked. Refuses with a sentence what cannot be had. */
int isolation_decide(const struct remand_spec *spec, const struct host *host,
	struct isolation *ret_isolation, struct remand_error *error);

#endif
