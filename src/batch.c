/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many runs at a time, in one thread: a slot for each, and one epoll set of the runs' own. Nothing
 * is queued: who has more jobs than slots takes a result first, so memory is bounded by the slots.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"
#include "fd.h"
#include "run.h"
#include "syscalls.h"
#include "wait.h"

struct slot {
	struct remand *run; /* NULL: free */
	uint64_t tag;
};

struct remand_batch {
	int epoll_fd;
	size_t count, running;
	struct slot slots[];
};

int remand_batch_new(size_t parallel, struct remand_batch **ret_batch, struct remand_error *error)
{
	struct remand_batch *batch;

	if (parallel == 0 || parallel > REMAND_PARALLEL_MAX)
		return error_say(error, REMAND_STAGE_SPEC, -EINVAL,
			"a batch cannot have %zu runs at a time; expected 1 to %d", parallel,
			REMAND_PARALLEL_MAX);
	batch = calloc(1, sizeof(*batch) + parallel * sizeof(batch->slots[0]));
	if (!batch)
		return error_errno(error, REMAND_STAGE_SPEC, -ENOMEM, "cannot make a batch");
	batch->count = parallel;
	batch->epoll_fd = fd_raise(epoll_create1(EPOLL_CLOEXEC));
	if (batch->epoll_fd < 0) {
		free(batch);
		return error_errno(
			error, REMAND_STAGE_SUPERVISE, syscall_errno(), "cannot make a batch");
	}
	*ret_batch = batch;
	return 0;
}

struct remand_batch *remand_batch_free(struct remand_batch *batch)
{
	if (!batch)
		return NULL;
	for (size_t i = 0; i < batch->count; i++)
		remand_free(batch->slots[i].run);
	fd_close(batch->epoll_fd);
	free(batch);
	return NULL;
}

int remand_batch_fd(const struct remand_batch *batch)
{
	return batch->epoll_fd;
}

size_t remand_batch_running(const struct remand_batch *batch)
{
	return batch->running;
}

int remand_batch_submit(struct remand_batch *batch, const struct remand_spec *spec, uint64_t tag,
	struct remand_error *error)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct slot *slot = batch->slots;
	int r;

	r = run_refuse_pipes(spec, error);
	if (r < 0)
		return r;
	if (batch->running == batch->count)
		return error_say(error, REMAND_STAGE_SPEC, -EAGAIN,
			"%zu runs are under way, as many as the batch may have at a time",
			batch->count);
	while (slot->run)
		slot++;
	r = remand_start(spec, &slot->run, error);
	if (r < 0)
		return r;
	event.data.u64 = (uint64_t)(slot - batch->slots);
	if (epoll_ctl(batch->epoll_fd, EPOLL_CTL_ADD, remand_fd(slot->run), &event) < 0) {
		r = syscall_errno();
		slot->run = remand_free(slot->run);
		return error_errno(error, REMAND_STAGE_SUPERVISE, r, "cannot watch the run");
	}
	slot->tag = tag;
	batch->running++;
	return 0;
}

/* 1: the run of this slot has ended, and the slot is free; 0: not yet; -errno: try again later. */
static int step(struct remand_batch *batch, struct slot *slot, struct remand_result *ret_result,
	struct remand_error *error)
{
	struct remand_error failure = { 0 };
	int r = remand_dispatch(slot->run, &failure);

	if (r == 0)
		return 0;
	if (r > 0) {
		r = remand_result(slot->run, ret_result);
		if (r < 0)
			return error_errno(
				error, REMAND_STAGE_SUPERVISE, r, "cannot take a result");
	} else {
		/* This run cannot be watched any more; the others can. */
		remand_result_refused(&failure, ret_result);
		ret_result->verdict = REMAND_VERDICT_INTERNAL_ERROR;
	}
	(void)epoll_ctl(batch->epoll_fd, EPOLL_CTL_DEL, remand_fd(slot->run), NULL);
	slot->run = remand_free(slot->run);
	batch->running--;
	return 1;
}

/* What is ready now, until one has ended. */
static int step_ready(struct remand_batch *batch, uint64_t *ret_tag,
	struct remand_result *ret_result, struct remand_error *error)
{
	struct epoll_event events[64];
	int n = epoll_wait(batch->epoll_fd, events, 64, 0);

	if (n < 0 && errno != EINTR)
		return error_errno(
			error, REMAND_STAGE_SUPERVISE, syscall_errno(), "cannot watch the batch");
	for (int i = 0; i < n; i++) {
		struct slot *slot = &batch->slots[events[i].data.u64];
		int r = step(batch, slot, ret_result, error);

		*ret_tag = slot->tag;
		if (r != 0)
			return r;
	}
	return 0;
}

int remand_batch_next(struct remand_batch *batch, uint64_t timeout_ns, uint64_t *ret_tag,
	struct remand_result *ret_result, struct remand_error *error)
{
	uint64_t deadline_ns = wait_deadline(timeout_ns);

	while (batch->running > 0) {
		int r = step_ready(batch, ret_tag, ret_result, error);

		if (r > 0)
			return 0;
		if (r == 0)
			r = wait_readable(batch->epoll_fd, deadline_ns, error);
		if (r < 0)
			return r;
	}
	return -ENOENT;
}

void remand_batch_cancel(struct remand_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->slots[i].run)
			(void)remand_cancel(batch->slots[i].run);
}
