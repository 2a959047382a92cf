/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run in libuv's loop. */
#include <uv.h>

#include "loop.h"

static int ticks;

static void tick(uv_timer_t *timer)
{
	(void)timer;
	ticks++;
}

static void ready(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	if (loop_is_over(poll->data, "libuv", ticks))
		uv_stop(poll->loop);
}

int main(void)
{
	struct remand *run = loop_start();
	uv_loop_t *loop = uv_default_loop();
	uv_poll_t poll;
	uv_timer_t timer;

	if (!run)
		return 1;
	uv_poll_init(loop, &poll, remand_fd(run));
	poll.data = run;
	uv_poll_start(&poll, UV_READABLE, ready);
	uv_timer_init(loop, &timer);
	uv_timer_start(&timer, tick, 10, 10);
	uv_run(loop, UV_RUN_DEFAULT);
	uv_poll_stop(&poll); /* before the run closes its descriptor */
	remand_free(run);
	return 0;
}
