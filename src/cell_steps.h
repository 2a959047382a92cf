/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of steps, as it is put together. */
#ifndef CELL_STEPS_H
#define CELL_STEPS_H

#include "cell.h"

/* Append a step; destination and source (which may be NULL) are copied. NULL: out of memory. */
struct cell_step *cell_step_add(
	struct cell *cell, enum cell_step_kind kind, const char *destination, const char *source);

/* Append a CELL_BIND. 0 or -ENOMEM. */
int cell_step_add_bind(struct cell *cell, const char *destination, const char *source,
	uint64_t attributes, bool optional);

#define CELL_ATTR_WRITABLE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
/* Files of the caller, read-only. */
#define CELL_ATTR_READ_ONLY (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)

#endif
