/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See command_progress.h. */
#include "command_progress.h"

#include <stdio.h>

#include "clock.h"

#define WIDTH 30

void progress_show(struct progress *progress, bool at_end)
{
	uint64_t now = clock_now_ns();
	char bar[WIDTH + 1] = "";
	int filled = (int)(progress->share * WIDTH);

	if (!progress->wanted || (!at_end && now < progress->shown_ns + 100 * NS_PER_MS))
		return;
	progress->shown_ns = now;
	for (int i = 0; progress->share >= 0 && i < WIDTH; i++)
		bar[i] = i < filled ? '#' : '.';
	/* \033[K: the rest of a longer line before it goes. */
	fprintf(stderr, "\r%s%s%zu done, %zu not ok, %zu running\033[K%s", bar, bar[0] ? " " : "",
		progress->done, progress->not_ok, progress->running, at_end ? "\n" : "");
	fflush(stderr);
}
