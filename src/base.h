/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The group's base: the cgroup directory in which runs get their groups. */
#ifndef BASE_H
#define BASE_H

#include "host.h"
#include "remand.h"

/* Find or make the base, with every controller that the spec's limits need enabled in it.
 * The fd is the caller's. */
int base_open(const struct host *host, const struct remand_spec *spec, int *ret_fd,
	struct remand_error *error);

#endif
