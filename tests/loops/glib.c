/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run in GLib's main loop. */
#include <glib-unix.h>

#include "loop.h"

static int ticks;
static GMainLoop *loop;

static gboolean tick(gpointer unused)
{
	(void)unused;
	ticks++;
	return G_SOURCE_CONTINUE;
}

static gboolean ready(gint fd, GIOCondition condition, gpointer run)
{
	(void)fd;
	(void)condition;
	if (!loop_is_over(run, "GLib", ticks))
		return G_SOURCE_CONTINUE;
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

int main(void)
{
	struct remand *run = loop_start();

	if (!run)
		return 1;
	loop = g_main_loop_new(NULL, FALSE);
	g_unix_fd_add(remand_fd(run), G_IO_IN, ready, run);
	g_timeout_add(10, tick, NULL);
	g_main_loop_run(loop);
	g_main_loop_unref(loop);
	remand_free(run);
	return 0;
}
