/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The group around those of the stages: <base>/run-<id>/run-<id of the stage>.
 *
 * Memory, pids and CPUs are what the host must have in stock, so their common limits are those of
 * all stages together, kept by the kernel in this group; a stage's own limit is kept in its own
 * group below, and the kernel applies both. One group for all, instead, could not say which stage
 * passed a limit, nor kill one alone. Times are another matter: they are a promise about one
 * program, and a verdict on it must not depend on what its neighbour burnt. They hold for each.
 *
 * With best_effort, a common limit that this group cannot hold is held by nothing: what a stage has
 * instead (fallback.c) counts that stage alone.
 */
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "fd.h"
#include "file.h"
#include "host.h"
#include "pipeline.h"
#include "syscalls.h"

/* Where the stages are to make their groups. */
static int read_path(struct remand_pipeline *pipeline, struct remand_error *error)
{
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", pipeline->group.fd);
	n = readlink(link, pipeline->path, sizeof(pipeline->path) - 1);
	if (n < 0)
		return error_errno(error, REMAND_STAGE_GROUP, syscall_errno(),
			"cannot find out where the cgroup %s is", pipeline->group.name);
	pipeline->path[n] = '\0';
	return 0;
}

static struct remand_limit_report say_limit(uint64_t limit, bool missing)
{
	return (struct remand_limit_report){ limit, limit == REMAND_UNLIMITED || missing
							    ? REMAND_ENFORCER_NONE
							    : REMAND_ENFORCER_CGROUP };
}

static int open_base(struct remand_pipeline *pipeline, const struct remand_spec *needs,
	struct remand_error *error)
{
	/* Whether a stage can do without any group, it decides itself. */
	const struct isolation any = { .namespaces = CLONE_NEWPID };
	struct host host;
	int r = host_open(&host, error);

	if (r < 0)
		return r;
	r = fallback_open_base(&host, needs, &any, &pipeline->fallback, &pipeline->base_fd, error);
	host_done(&host);
	return r;
}

int pipeline_group_open(struct remand_pipeline *pipeline, const struct remand_spec *common,
	const struct remand_spec *needs, struct remand_error *error)
{
	const struct fallback *fallback = &pipeline->fallback;
	struct remand_pipeline_result *result = &pipeline->result;
	struct remand_spec held;
	int r = open_base(pipeline, needs, error);

	if (r < 0)
		return r;
	result->memory = say_limit(common->memory_bytes, fallback->memory);
	result->pids = say_limit(common->pids, fallback->pids);
	result->cpus = say_limit(common->cpus_milli, fallback->cpus);
	if (!fallback->group)
		return group_draw_name(&pipeline->group, error);
	group_reclaim(pipeline->base_fd);
	fallback_held(fallback, common, &held);
	r = group_create(&pipeline->group, pipeline->base_fd, &held, error);
	return r < 0 ? r : read_path(pipeline, error);
}

/* memory.events counts for the groups below too; what hit the limit of this one is in its .local.
 */
bool pipeline_group_is_over_memory(const struct remand_pipeline *pipeline)
{
	char text[512];
	uint64_t oom = 0;

	if (file_read(pipeline->group.fd, "memory.events.local", text, sizeof(text)) == 0)
		(void)file_find_u64(text, "oom", &oom);
	return oom > 0;
}

/* Empty, or a stage is stuck there: that is left to pipeline_group_close(). */
void pipeline_group_end(struct remand_pipeline *pipeline)
{
	struct remand_pipeline_result *result = &pipeline->result;
	struct group_usage usage = { .cpu_ns = REMAND_UNKNOWN,
		.memory_peak_bytes = REMAND_UNKNOWN,
		.pids_peak = REMAND_UNKNOWN };

	if (pipeline->group.fd >= 0)
		group_measure(&pipeline->group, &usage);
	result->cpu_ns = usage.cpu_ns;
	result->memory_peak_bytes = usage.memory_peak_bytes;
	result->pids_peak = usage.pids_peak;
	memcpy(result->id, pipeline->group.name, sizeof(result->id));
	if (pipeline->group.fd >= 0)
		(void)group_remove_empty(&pipeline->group);
}

void pipeline_group_close(struct remand_pipeline *pipeline)
{
	if (pipeline->group.fd >= 0)
		(void)group_remove(&pipeline->group);
	pipeline->base_fd = fd_close(pipeline->base_fd);
}
