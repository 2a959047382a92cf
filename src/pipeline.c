/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several runs at a time, as in a batch, whose streams are joined by links. Each is a run like any
 * other: what it does to the next stage, it does by the bytes that it writes and by its end.
 */
#include "pipeline.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"
#include "fd.h"
#include "run.h"
#include "spec.h"
#include "syscalls.h"
#include "wait.h"

/* In the data of the epoll set: the links' numbers begin here, below are the stages'. */
#define LINK_TAG REMAND_PIPELINE_MAX

static int open_group(struct remand_pipeline *pipeline, const struct remand_pipeline_spec *spec,
	const struct remand_spec *stages, struct remand_error *error)
{
	const struct remand_spec given = { .size = sizeof(given),
		.argv = stages[0].argv,
		.function = stages[0].function,
		.memory_bytes = spec->memory_bytes,
		.pids = spec->pids,
		.cpus_milli = spec->cpus_milli,
		.cpuset = spec->cpuset,
		.cgroup = spec->cgroup,
		.enter_scope = spec->enter_scope,
		.best_effort = spec->best_effort };
	struct remand_spec common, needs;
	int r = spec_resolve(&given, &common, error);

	if (r < 0)
		return r;
	needs = common;
	for (size_t i = 0; r == 0 && i < spec->stages_count; i++)
		r = pipeline_check_limits(&stages[i], i, &common, &needs, error);
	pipeline->memory_bytes = common.memory_bytes;
	return r < 0 ? r : pipeline_group_open(pipeline, &common, &needs, error);
}

/* ---- the start ---- */

static int start_stage(struct remand_pipeline *pipeline, struct remand_spec *spec, size_t i,
	struct remand_error *error)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = i };
	struct stage *stage = &pipeline->stages[i];
	struct remand_error inner = { 0 };
	int r;

	/* Without a group around it, it finds its own or does without, as best it can. */
	spec->cgroup = pipeline->path[0] ? pipeline->path : NULL;
	r = remand_start(spec, &stage->run, &inner);
	if (r < 0)
		return error_say(error, inner.stage, r, "stage %zu: %.900s", i + 1, inner.message);
	pipeline->running++;
	if (epoll_ctl(pipeline->epoll_fd, EPOLL_CTL_ADD, remand_fd(stage->run), &event) < 0)
		return error_errno(error, REMAND_STAGE_SUPERVISE, syscall_errno(),
			"cannot watch stage %zu", i + 1);
	return 0;
}

static int join(struct remand_pipeline *pipeline, size_t i, struct remand_error *error)
{
	struct link *link = &pipeline->links[i];
	int r;

	link->writer = i;
	link->reader = (i + 1) % pipeline->result.stages_count;
	link->transcript = &pipeline->transcript;
	r = link_open(link, remand_take_stream(pipeline->stages[link->writer].run, 1),
		remand_take_stream(pipeline->stages[link->reader].run, 0), pipeline->epoll_fd);
	if (r == 0)
		r = link_watch(link, LINK_TAG + i);
	return r < 0 ? error_errno(error, REMAND_STAGE_STDIO, r, "cannot join stages %zu and %zu",
			       link->writer + 1, link->reader + 1)
		     : 0;
}

static int start(struct remand_pipeline *pipeline, const struct remand_pipeline_spec *spec,
	struct remand_spec *stages, struct remand_error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < spec->stages_count; i++)
		r = pipeline_make_stage(spec, i, &stages[i], error);
	if (r == 0)
		r = open_group(pipeline, spec, stages, error);
	for (size_t i = 0; r == 0 && i < spec->stages_count; i++)
		r = start_stage(pipeline, &stages[i], i, error);
	for (size_t i = 0; r == 0 && i < pipeline->links_count; i++)
		r = join(pipeline, i, error);
	return r;
}

static struct remand_pipeline *new_pipeline(const struct remand_pipeline_spec *spec)
{
	struct remand_pipeline *pipeline = calloc(1, sizeof(*pipeline));
	size_t count = spec->stages_count;

	if (!pipeline)
		return NULL;
	pipeline->base_fd = -1;
	pipeline->group = (struct group)GROUP_EMPTY;
	pipeline->duplex = spec->duplex;
	pipeline->view.closed_first = -1;
	pipeline->start_ns = pipeline->transcript.start_ns = clock_now_ns();
	pipeline->transcript.limit = spec->transcript_bytes;
	pipeline->stages = calloc(count, sizeof(*pipeline->stages));
	pipeline->links = calloc(count, sizeof(*pipeline->links));
	pipeline->result.stages = calloc(count, sizeof(*pipeline->result.stages));
	pipeline->epoll_fd = fd_raise(epoll_create1(EPOLL_CLOEXEC));
	if (!pipeline->stages || !pipeline->links || !pipeline->result.stages ||
		pipeline->epoll_fd < 0)
		return remand_pipeline_free(pipeline);
	pipeline->result.stages_count = count;
	pipeline->links_count = spec->duplex ? 2 : count - 1;
	for (size_t i = 0; i < pipeline->links_count; i++)
		pipeline->links[i] = (struct link)LINK_EMPTY;
	return pipeline;
}

int remand_pipeline_start(const struct remand_pipeline_spec *spec,
	struct remand_pipeline **ret_pipeline, struct remand_error *error)
{
	struct remand_pipeline *pipeline;
	struct remand_spec *stages;
	int r = pipeline_check_shape(spec, error);

	if (r < 0)
		return r;
	pipeline = new_pipeline(spec);
	stages = calloc(spec->stages_count, sizeof(*stages));
	if (pipeline && stages)
		r = start(pipeline, spec, stages, error);
	else
		r = error_errno(error, REMAND_STAGE_SPEC, -ENOMEM, "cannot make a pipeline");
	free(stages);
	if (r < 0) {
		remand_pipeline_free(pipeline);
		return r;
	}
	*ret_pipeline = pipeline;
	return 0;
}

/* ---- while it runs ---- */

int remand_pipeline_fd(const struct remand_pipeline *pipeline)
{
	return pipeline->epoll_fd;
}

/* How the conversation stood when the first side closed, before the other could react. */
static void keep_view(struct remand_pipeline *pipeline)
{
	struct duplex_view *view = &pipeline->view;
	int closed = -1;

	for (size_t i = 0; i < pipeline->links_count; i++) {
		const struct link *link = &pipeline->links[i];

		if (link->writer_closed || link->reader_closed)
			closed = (int)(link->writer_closed ? link->writer : link->reader);
	}
	if (!pipeline->duplex || view->closed_first >= 0 || closed < 0)
		return;
	view->closed_first = closed;
	for (size_t i = 0; i < pipeline->links_count; i++) {
		struct link *link = &pipeline->links[i];

		link_look(link);
		view->spoken_ns[link->writer] = link->spoken_ns;
		view->unread_bytes[link->reader] = link->unread_bytes;
	}
}

static void order_end(struct remand_pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->result.stages_count; i++) {
		struct stage *stage = &pipeline->stages[i];

		if (!stage->run || stage->ordered)
			continue;
		stage->ordered = true;
		(void)remand_cancel(stage->run);
	}
}

static int step_stage(struct remand_pipeline *pipeline, size_t i, struct remand_error *error)
{
	struct remand_result *result = &pipeline->result.stages[i].result;
	struct stage *stage = &pipeline->stages[i];
	struct remand_error failure = { 0 };
	int r = stage->run ? remand_dispatch(stage->run, &failure) : 0;

	if (r == 0)
		return 0;
	if (r > 0) {
		r = remand_result(stage->run, result);
		if (r < 0)
			return error_errno(
				error, REMAND_STAGE_SUPERVISE, r, "cannot take a result");
	} else {
		/* This run cannot be watched any more; the others can be ended in order. */
		remand_result_refused(&failure, result);
		result->verdict = REMAND_VERDICT_INTERNAL_ERROR;
	}
	stage->ended_ns = stage->run->ended_ns;
	(void)epoll_ctl(pipeline->epoll_fd, EPOLL_CTL_DEL, remand_fd(stage->run), NULL);
	stage->run = remand_free(stage->run);
	pipeline->running--;
	if (result->verdict == REMAND_VERDICT_NOT_STARTED ||
		result->verdict == REMAND_VERDICT_INTERNAL_ERROR)
		order_end(pipeline);
	return 0;
}

static int step_link(struct remand_pipeline *pipeline, size_t i, struct remand_error *error)
{
	struct link *link = &pipeline->links[i];
	int r = link_step(link);

	keep_view(pipeline);
	if (r == 0)
		r = link_watch(link, LINK_TAG + i);
	return r < 0 ? error_errno(error, REMAND_STAGE_SUPERVISE, r,
			       "cannot carry what stage %zu writes", link->writer + 1)
		     : 0;
}

static void finish(struct remand_pipeline *pipeline)
{
	struct remand_pipeline_result *result = &pipeline->result;
	const struct pipeline_evidence evidence = {
		.duplex = pipeline->duplex,
		.cancelled = pipeline->cancelled,
		.over_memory = pipeline_group_is_over_memory(pipeline),
		.memory_bytes = pipeline->memory_bytes,
		.links = pipeline->links,
		.links_count = pipeline->links_count,
		.stages = pipeline->stages,
		.view = &pipeline->view,
	};

	pipeline->done = true;
	result->wall_ns = clock_now_ns() - pipeline->start_ns;
	pipeline_decide(result, &evidence);
	pipeline_group_end(pipeline);
	transcript_take(&pipeline->transcript, &result->transcript);
}

int remand_pipeline_dispatch(struct remand_pipeline *pipeline, struct remand_error *error)
{
	struct epoll_event events[64];
	int n, r = 0;

	if (pipeline->done)
		return 1;
	n = epoll_wait(pipeline->epoll_fd, events, 64, 0);
	if (n < 0 && errno != EINTR)
		return error_errno(error, REMAND_STAGE_SUPERVISE, syscall_errno(),
			"cannot watch the pipeline");
	for (int i = 0; r == 0 && i < n; i++) {
		uint64_t tag = events[i].data.u64;

		r = tag < LINK_TAG ? step_stage(pipeline, (size_t)tag, error)
				   : step_link(pipeline, (size_t)tag - LINK_TAG, error);
	}
	if (r == 0 && pipeline->running == 0)
		finish(pipeline);
	return r < 0 ? r : pipeline->done;
}

int remand_pipeline_wait(
	struct remand_pipeline *pipeline, uint64_t timeout_ns, struct remand_error *error)
{
	uint64_t deadline_ns = wait_deadline(timeout_ns);

	for (;;) {
		int r = remand_pipeline_dispatch(pipeline, error);

		if (r > 0)
			return 0;
		if (r == 0)
			r = wait_readable(pipeline->epoll_fd, deadline_ns, error);
		if (r < 0)
			return r;
	}
}

void remand_pipeline_cancel(struct remand_pipeline *pipeline)
{
	pipeline->cancelled = true;
	for (size_t i = 0; i < pipeline->result.stages_count; i++)
		if (pipeline->stages[i].run)
			(void)remand_cancel(pipeline->stages[i].run);
}

int remand_pipeline_result(
	struct remand_pipeline *pipeline, struct remand_pipeline_result *ret_result)
{
	if (!pipeline->done || !pipeline->result.stages)
		return -EAGAIN;
	*ret_result = pipeline->result;
	pipeline->result = (struct remand_pipeline_result){ 0 };
	return 0;
}

struct remand_pipeline *remand_pipeline_free(struct remand_pipeline *pipeline)
{
	if (!pipeline)
		return NULL;
	for (size_t i = 0; i < pipeline->result.stages_count; i++)
		remand_free(pipeline->stages[i].run);
	for (size_t i = 0; i < pipeline->links_count; i++)
		link_done(&pipeline->links[i]);
	pipeline_group_close(pipeline);
	transcript_done(&pipeline->transcript);
	remand_pipeline_result_clear(&pipeline->result);
	free(pipeline->stages);
	free(pipeline->links);
	fd_close(pipeline->epoll_fd);
	free(pipeline);
	return NULL;
}
