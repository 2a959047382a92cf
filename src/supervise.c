/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One epoll set per run: what it brings, and how a run begins to end. The clocks: deadlines.c. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "child.h"
#include "deadlines.h"
#include "error.h"
#include "fd.h"
#include "message.h"
#include "run.h"
#include "syscalls.h"
#include "watch.h"

void supervise_fail(struct remand *run, int r, const char *what)
{
	error_errno(&run->internal_error, REMAND_STAGE_SUPERVISE, r, "%s", what);
}

void supervise_kill(struct remand *run)
{
	int r = 0;

	run->stop_deadline_ns = run->freeze_deadline_ns = DEADLINE_NEVER;
	/* By itself, too: a function's target joins its group on its own, and may be on the way.
	 * Without a group the rest goes with the keeper, which waits for the target's end first. */
	if (run->target_fd >= 0 && pidfd_send_signal(run->target_fd, SIGKILL, NULL, 0) < 0 &&
		errno != ESRCH)
		r = syscall_errno();
	if (run->group.fd >= 0)
		r = group_kill(&run->group);
	if (r < 0)
		supervise_fail(run, r, "cannot kill the group");
}

bool supervise_all_dead(const struct remand *run)
{
	return run->phase == RUN_ENDING && run->keeper_fd < 0 &&
	       (run->group.fd < 0 || group_populated(&run->group) == 0);
}

/* May come when the run is ending already: what the target did first was the end of it. */
static void mark_started(struct remand *run)
{
	run->started_ns = run->ready.monotonic_ns;
	run->result.started = true;
	if (run->phase != RUN_STARTING)
		return;
	run->phase = RUN_RUNNING;
	deadlines_exec(run);
}

void supervise_finish(struct remand *run)
{
	uint64_t last_cpu_ns;

	if (run->phase >= RUN_ENDING)
		return;
	run->phase = RUN_ENDING;
	run->ended_ns = clock_now_ns();
	if (run->group.fd < 0)
		(void)deadlines_cpu_ns(run, &last_cpu_ns);
	deadlines_cancel_limits(run);
	run->stuck_deadline_ns = clock_after(run->ended_ns, GROUP_DYING_NS);
	supervise_kill(run);
	/* The keeper's order to end: its own exit takes the pid namespace with it. Shut down, not
	 * closed, so that a status under way is still read. */
	(void)shutdown(run->control_fd, SHUT_WR);
	/* Nothing is read any more, so nothing need be fed. */
	pump_done(&run->streams.stream[0].pump);
}

static bool wants_grace(const struct remand *run, enum verdict_cause cause)
{
	return run->phase == RUN_RUNNING && run->spec.grace_ns > 0 && run->target_fd >= 0 &&
	       cause != VERDICT_CAUSE_MEMORY && cause != VERDICT_CAUSE_NONE;
}

void supervise_end(struct remand *run, enum verdict_cause cause)
{
	const struct remand_step grace = { SIGTERM, REMAND_ROOT, run->spec.grace_ns };

	if (run->phase >= RUN_ENDING)
		return;
	if (run->cause == VERDICT_CAUSE_NONE)
		run->cause = cause;
	/* A second order to end, within the grace time of the first, is meant. */
	if (!wants_grace(run, cause) || (run->stop_next > 0 && cause == VERDICT_CAUSE_CANCEL))
		supervise_finish(run);
	else if (run->stop_next == 0)
		stop_begin(run, &grace, 1);
}

/* ---- what the watches bring ---- */

/* The target's last word is that it is ready for exec; only a failure can follow. The end of file
 * is not waited for: a fork of the caller's from another thread, which may be the keeper of another
 * run, can hold a copy of the writing end for as long as it likes. */
static void on_failure(struct remand *run)
{
	union {
		struct failure failure;
		struct target_ready ready;
	} packet;
	_Static_assert(sizeof(packet.failure) != sizeof(packet.ready), "told apart by their size");

	while (run->failure_fd >= 0) {
		ssize_t n = read(run->failure_fd, &packet, sizeof(packet));

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n == sizeof(packet.ready)) {
			run->ready = packet.ready;
			mark_started(run);
		} else if (n == sizeof(packet.failure)) {
			packet.failure.object[sizeof(packet.failure.object) - 1] = '\0';
			error_from_failure(&run->start_error, &packet.failure);
			run->result.started = false;
			run->failure_fd = fd_close(run->failure_fd);
			supervise_finish(run);
		} else if (n == 0) {
			run->failure_fd = fd_close(run->failure_fd);
		} else {
			supervise_fail(run, syscall_errno(), "cannot hear of the target's start");
			run->failure_fd = fd_close(run->failure_fd);
			supervise_finish(run);
		}
	}
}

static void keep_fd(int *place, int fd_taken)
{
	fd_close(*place);
	*place = fd_taken;
}

static void on_message(struct remand *run, const struct message *message, int fd_taken)
{
	switch (message->kind) {
	case MESSAGE_TARGET:
		keep_fd(&run->target_fd, fd_taken);
		/* Born after the order to end: the group was empty when it was killed. */
		if (run->phase >= RUN_ENDING)
			supervise_kill(run);
		return;
	case MESSAGE_BOX:
		keep_fd(&run->box_fd, fd_taken);
		return;
	case MESSAGE_LISTENER:
		keep_fd(&run->listener_fd, fd_taken);
		denials_begin(&run->denials, clock_now_ns());
		return;
	case MESSAGE_STATUS:
		run->raw_status = message->raw_status;
		run->root_usage = message->usage;
		run->have_status = true;
		run->keeper_cpu_ns = message->keeper_cpu_ns;
		break;
	case MESSAGE_DETACHED:
		run->detached = true;
		fd_close(fd_taken);
		return;
	case MESSAGE_KEEPER: /* its second, launch.c took the first: starter.h */
		fd_close(fd_taken);
		return;
	}
	fd_close(fd_taken);
	/* The record of a failure travels on another channel; it is there before the status. */
	on_failure(run);
	if (run->phase < RUN_ENDING) {
		supervise_finish(run);
		run->ended_ns = message->ended_ns;
	}
}

void supervise_hear(struct remand *run)
{
	struct message message;
	int fd, r;

	while ((r = message_receive(run->control_fd, &message, &fd)) > 0)
		on_message(run, &message, fd);
	if (r == 0)
		return;
	/* The keeper is ending; its pidfd tells the rest. */
	watch_forget(run, WATCH_CONTROL);
	if (r == -ECONNRESET)
		return;
	/* What it had to say is lost; without it there is no verdict. */
	supervise_fail(run, r, "cannot hear the keeper");
	supervise_finish(run);
}

static void on_denial(struct remand *run, uint32_t events)
{
	int r;

	/* Hung up: nobody with the filter is left. To receive now would wait for ever before 6.11.
	 */
	if (!(events & EPOLLIN)) {
		watch_forget(run, WATCH_DENIAL);
		run->listener_fd = fd_close(run->listener_fd);
		return;
	}
	r = denials_dispatch(&run->denials, run->listener_fd, clock_now_ns());
	if (r == 0)
		return;
	if (r < 0)
		supervise_fail(run, r, "cannot answer a refused system call");
	else if (run->cause == VERDICT_CAUSE_NONE)
		run->cause = VERDICT_CAUSE_DENIED;
	supervise_finish(run);
}

static void on_keeper_end(struct remand *run)
{
	supervise_hear(run);
	on_failure(run);
	if (run->have_status && !run->result.started && run->cause == VERDICT_CAUSE_NONE &&
		!run->start_error.message[0])
		error_say(&run->start_error, REMAND_STAGE_SUPERVISE, -ECHILD,
			"the target died before it could be executed");
	if (!run->have_status && run->phase < RUN_ENDING && !run->internal_error.message[0])
		error_say(&run->internal_error, REMAND_STAGE_SUPERVISE, -ECHILD,
			"the keeper was killed from outside, or could not speak to us for lack of "
			"memory, and the run ended with it");
	supervise_finish(run);
	/* A debugger's child is its parent's only when that has let go of it: tried again. */
	if (child_try_reap(run->keeper_fd, &run->keeper_usage) == 0)
		return;
	watch_forget(run, WATCH_KEEPER);
	run->keeper_fd = fd_close(run->keeper_fd);
}

static void on_memory(struct remand *run)
{
	/* memory.events also changes for reclaim; only a kill decides. */
	if (group_oom_kills(&run->group) > 0)
		supervise_end(run, VERDICT_CAUSE_MEMORY);
}

static void on_pids(struct remand *run)
{
	if (group_fork_refusals(&run->group) > 0 && run->spec.pids_fatal)
		supervise_end(run, VERDICT_CAUSE_PIDS);
}

static void step_pump(struct remand *run, int i)
{
	struct pump *pump = &run->streams.stream[i].pump;
	int r = pump_step(pump);

	if (r < 0) {
		supervise_fail(
			run, r, i ? "cannot pass on the target's output" : "cannot feed its input");
		pump_abandon(pump);
		supervise_end(run, VERDICT_CAUSE_NONE);
	}
	if (i > 0 && pump_exceeded(pump))
		supervise_end(run, VERDICT_CAUSE_OUTPUT);
}

static void on_watch(struct remand *run, enum watch watch, uint32_t events)
{
	uint64_t expirations;

	switch (watch) {
	case WATCH_TIMER:
		(void)!read(run->timer_fd, &expirations, sizeof(expirations));
		run->armed_ns = 0;
		break;
	case WATCH_FAILURE:
		on_failure(run);
		break;
	case WATCH_CONTROL:
		supervise_hear(run);
		break;
	case WATCH_KEEPER:
		if (run->keeper_fd >= 0)
			on_keeper_end(run);
		break;
	case WATCH_MEMORY:
		on_memory(run);
		break;
	case WATCH_PIDS:
		on_pids(run);
		break;
	case WATCH_DENIAL:
		if (run->listener_fd >= 0)
			on_denial(run, events);
		break;
	case WATCH_GROUP:
		/* Reading is what makes the event go away; stop_check() and is_over() look again.
		 */
		(void)group_populated(&run->group);
		break;
	case WATCH_PUMPS:
	case WATCH_COUNT:
	default:
		/* The pumps are stepped after every batch; only that the target closed its stdin
		 * shows in nothing but the event. */
		if (watch == WATCH_PUMPS + 1 && (events & (EPOLLERR | EPOLLHUP)))
			pump_abandon(&run->streams.stream[0].pump);
		break;
	}
}

/* A pipe may have a writer even now, if the target passed it to somebody outside: what is in it is
 * taken, and no more. The caller may read its end of a PIPE when it has the result. */
static bool is_all_read(struct remand *run, int i)
{
	const struct stream *stream = &run->streams.stream[i];

	run->streams.stream[i].pump.last = true;
	step_pump(run, i);
	if (stream->own_reader && pump_wants_output(&stream->pump) &&
		pump_widen(&stream->pump) == 0)
		step_pump(run, i);
	return stream->pump.from < 0 && !pump_wants_output(&stream->pump);
}

/* Everything dead, everything read: then, and only then, is it classified. */
static bool is_over(struct remand *run)
{
	bool output, error;

	if (!supervise_all_dead(run))
		return false;
	output = is_all_read(run, 1);
	error = is_all_read(run, 2);
	return output && error;
}

int supervise_begin(struct remand *run, struct remand_error *error)
{
	deadlines_start(run);
	run->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	run->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (run->epoll_fd < 0 || run->timer_fd < 0)
		return error_errno(
			error, REMAND_STAGE_SUPERVISE, syscall_errno(), "cannot watch the run");
	for (int i = 0; i < 3; i++)
		run->streams.stream[i].pump.epoll_fd = run->epoll_fd;
	/* The set-up has a deadline, and a caller who waits for the fd may never dispatch before.
	 */
	deadlines_arm(run);
	return watch_update(run, error);
}

int supervise_dispatch(struct remand *run, struct remand_error *error)
{
	struct epoll_event events[WATCH_COUNT];
	int n = epoll_wait(run->epoll_fd, events, WATCH_COUNT, 0);

	if (run->phase == RUN_DONE)
		return 1;
	if (n < 0 && errno != EINTR)
		return error_errno(
			error, REMAND_STAGE_SUPERVISE, syscall_errno(), "cannot watch the run");
	for (int i = 0; i < n; i++)
		on_watch(run, (enum watch)events[i].data.u32, events[i].events);
	for (int i = 0; i < 3; i++)
		step_pump(run, i);
	deadlines_check(run, clock_now_ns());
	if (is_over(run) && conclude_group(run)) {
		run->phase = RUN_DONE;
		conclude(run);
	}
	if (run->phase == RUN_DONE)
		return 1;
	deadlines_arm(run);
	return watch_update(run, error);
}
