/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Further descriptors of the caller's that the target gets as they are. */
#ifndef PASSES_H
#define PASSES_H

#include "remand.h"

struct passes {
	struct remand_pass *pass; /* fd is a duplicate of ours */
	size_t count;
	int floor; /* above every target_fd, and at least 3: what children still need must be here
		    */
};

#define PASSES_EMPTY       \
	{                  \
		.floor = 3 \
	}

/* Duplicate them all, above the floor. */
int passes_open(
	struct passes *ret_passes, const struct remand_spec *spec, struct remand_error *error);
void passes_done(struct passes *passes);

#endif
