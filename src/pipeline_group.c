/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The group around those of the stages: <base>/run-<id>/run-<id of the stage>.
 *
 * Memory, pids and CPUs are what the host must have in stock, so their common limits are those of
 * all stages together, kept by the kernel in this group; a stage's own limit is kept in its own
 * group below, and the kernel applies both. One group for all, instead, could not say which stage
 * passed a limit, nor kill one alone. Times are another matter: they are a promise about one
 * program, and a verdict on it must not depend on what its neighbour burnt. They hold for each.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
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

int pipeline_group_open(struct remand_pipeline *pipeline, const struct remand_spec *common,
	const struct remand_spec *needs, struct remand_error *error)
{
	struct host host;
	int r = host_open(&host, error);

	if (r < 0)
		return r;
	r = base_open(&host, needs, &pipeline->base_fd, error);
	host_done(&host);
	if (r < 0)
		return r;
	group_reclaim(pipeline->base_fd);
	r = group_create(&pipeline->group, pipeline->base_fd, common, error);
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

void pipeline_group_close(struct remand_pipeline *pipeline)
{
	struct remand_pipeline_result *result = &pipeline->result;
	struct group_usage usage;

	if (pipeline->group.fd >= 0) {
		group_measure(&pipeline->group, &usage);
		result->cpu_ns = usage.cpu_ns;
		result->memory_peak_bytes = usage.memory_peak_bytes;
		result->pids_peak = usage.pids_peak;
		memcpy(result->id, pipeline->group.name, sizeof(result->id));
		(void)group_remove(&pipeline->group);
	}
	pipeline->base_fd = fd_close(pipeline->base_fd);
}
