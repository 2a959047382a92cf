/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of RLIMIT_*, and the complete set of resource limits a target starts with. */
#ifndef RLIMITS_H
#define RLIMITS_H

#include <sys/resource.h>

#include "remand.h"

struct rlimit_entry {
	struct rlimit value;
	bool wanted; /* asked for by name: failing to set it is an error */
};

/* -ENOENT: no such limit. */
int rlimits_find(const char *name, int *ret_resource);
const char *rlimits_name(int resource);

/* Every limit of the target, whatever the caller's own are: a run must not depend on who starts it.
 */
void rlimits_fill(const struct remand_spec *given, const struct remand_spec *resolved,
	struct rlimit_entry limits[RLIM_NLIMITS]);

#endif
