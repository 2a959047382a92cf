/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far a batch is, on a terminal: one line of stderr that is written over and over. */
#ifndef COMMAND_PROGRESS_H
#define COMMAND_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool wanted;
	uint64_t shown_ns;
	size_t done, not_ok, running;
	double share; /* of the input that was read, negative: not known */
};

/* At most ten times a second, but at the end always. */
void progress_show(struct progress *progress, bool at_end);

#endif
