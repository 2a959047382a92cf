/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run in systemd's loop. */
#include <sys/epoll.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "loop.h"

static int ticks;

static int tick(sd_event_source *source, uint64_t usec, void *unused)
{
	(void)unused;
	ticks++;
	sd_event_source_set_time(source, usec + 10000);
	return sd_event_source_set_enabled(source, SD_EVENT_ON);
}

static int ready(sd_event_source *source, int fd, uint32_t events, void *run)
{
	(void)fd;
	(void)events;
	if (loop_is_over(run, "sd-event", ticks))
		return sd_event_exit(sd_event_source_get_event(source), 0);
	return 0;
}

int main(void)
{
	struct remand *run = loop_start();
	sd_event *event = NULL;
	uint64_t now;

	if (!run || sd_event_default(&event) < 0 || sd_event_now(event, CLOCK_MONOTONIC, &now) < 0)
		return 1;
	sd_event_add_io(event, NULL, remand_fd(run), EPOLLIN, ready, run);
	sd_event_add_time(event, NULL, CLOCK_MONOTONIC, now + 10000, 0, tick, NULL);
	sd_event_loop(event);
	sd_event_unref(event); /* before the run closes its descriptor */
	remand_free(run);
	return 0;
}
