/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See cell_steps.h. */
#include "cell_steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fd.h"

struct cell_step *cell_step_add(
	struct cell *cell, enum cell_step_kind kind, const char *destination, const char *source)
{
	struct cell_step *steps = reallocarray(cell->steps, cell->count + 1, sizeof(*steps));
	char *destination_copy = strdup(destination);
	char *source_copy = source ? strdup(source) : NULL;
	struct cell_step *step;

	if (steps)
		cell->steps = steps;
	if (!steps || !destination_copy || (source && !source_copy)) {
		free(destination_copy);
		free(source_copy);
		return NULL;
	}
	step = &steps[cell->count];
	*step = (struct cell_step){ .kind = kind,
		.destination = destination_copy,
		.source = source_copy,
		.tree_fd = -1,
		.mode = 0755 };
	cell->count++;
	return step;
}

int cell_step_add_bind(struct cell *cell, const char *destination, const char *source,
	uint64_t attributes, bool optional)
{
	struct cell_step *step = cell_step_add(cell, CELL_BIND, destination, source);

	if (!step)
		return -ENOMEM;
	step->attributes = attributes;
	step->optional = optional;
	return 0;
}

void cell_done(struct cell *cell)
{
	for (size_t i = 0; i < cell->count; i++) {
		fd_close(cell->steps[i].tree_fd);
		free(cell->steps[i].destination);
		free(cell->steps[i].source);
	}
	free(cell->steps);
	free(cell->program);
	*cell = (struct cell)CELL_EMPTY;
}
