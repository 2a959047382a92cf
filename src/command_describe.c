/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the supervisor of a service says of it while it runs, for remand status. */
#include <jansson.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command_service.h"

static json_t *figure(uint64_t value)
{
	return value == REMAND_UNKNOWN ? json_null() : json_integer((json_int_t)value);
}

char *service_describe(const struct remand *run, const char *state, time_t since)
{
	struct remand_stats stats = { .size = sizeof(stats) };
	char text_since[32];
	struct tm tm;
	json_t *object;
	char *text;

	if (remand_stats(run, &stats) < 0)
		return NULL;
	if (stats.suspended && strcmp(state, "running") == 0)
		state = "frozen";
	strftime(text_since, sizeof(text_since), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&since, &tm));
	object = json_pack("{ss si ss so so so so so so so so so so}", "state", state, "supervisor",
		(int)getpid(), "since", text_since, "wall_ns", figure(stats.wall_ns), "cpu_ns",
		figure(stats.cpu_ns), "user_ns", figure(stats.user_ns), "system_ns",
		figure(stats.system_ns), "memory_bytes", figure(stats.memory_bytes),
		"memory_peak_bytes", figure(stats.memory_peak_bytes), "pids", figure(stats.pids),
		"pids_peak", figure(stats.pids_peak), "stdout_bytes", figure(stats.stdout_bytes),
		"stderr_bytes", figure(stats.stderr_bytes));
	text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	return text;
}
