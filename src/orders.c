/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a caller can do to a run, and ask of it, while it goes on. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>

#include "deadlines.h"
#include "error.h"
#include "run.h"
#include "syscalls.h"
#include "watch.h"

static bool is_signal(int signum)
{
	return signum >= 1 && signum < NSIG;
}

static int signal_root(const struct remand *run, int signum)
{
	return pidfd_send_signal(run->target_fd, signum, NULL, 0) < 0 ? syscall_errno() : 0;
}

int remand_signal(struct remand *run, int signum, enum remand_scope scope)
{
	if (!is_signal(signum))
		return -EINVAL;
	if (run->target_fd < 0 || run->phase != RUN_RUNNING)
		return -ESRCH;
	return scope == REMAND_ALL ? group_signal(&run->group, signum) : signal_root(run, signum);
}

/* ---- stop ---- */

/*
 * A step for all begins by having them stand still, and dispatch goes on: cgroup.events is in the
 * set meanwhile. Its signal is sent when they do, or when they could not in time: somebody is stuck
 * in the kernel then, where nobody forks, and the others are as good as still.
 */
static bool is_freezing(const struct remand *run)
{
	return run->freeze_deadline_ns != DEADLINE_NEVER;
}

/* Let all go on, but those whom the caller holds. */
static void thaw(struct remand *run)
{
	run->freeze_deadline_ns = DEADLINE_NEVER;
	if (!run->suspended)
		(void)group_freeze(&run->group, false);
}

static void begin_wait(struct remand *run)
{
	run->stop_deadline_ns = clock_after(clock_now_ns(), run->stop[run->stop_next - 1].wait_ns);
}

/* Who cannot be reached is reached by the kill. */
void stop_next(struct remand *run)
{
	const struct remand_step *step = &run->stop[run->stop_next];
	uint64_t now = clock_now_ns();

	if (run->stop_next == run->stop_count) {
		supervise_finish(run);
		return;
	}
	run->stop_next++;
	if (step->scope == REMAND_ALL && run->group.fd >= 0) {
		run->stop_deadline_ns = DEADLINE_NEVER;
		run->freeze_deadline_ns = group_freeze(&run->group, true) < 0
						  ? now
						  : clock_after(now, GROUP_FREEZE_NS);
		return;
	}
	(void)signal_root(run, step->signum);
	begin_wait(run);
}

void stop_check(struct remand *run, uint64_t now)
{
	if (!is_freezing(run) || (group_moves(&run->group) == 1 && now < run->freeze_deadline_ns))
		return;
	(void)group_signal_members(&run->group, run->stop[run->stop_next - 1].signum);
	thaw(run);
	begin_wait(run);
}

void stop_begin(struct remand *run, const struct remand_step *steps, size_t count)
{
	deadlines_cancel_limits(run);
	memcpy(run->stop, steps, count * sizeof(*steps));
	run->stop_count = count;
	run->stop_next = 0;
	/* A signal waits for who stands still. */
	if (run->suspended || is_freezing(run)) {
		run->suspended = false;
		thaw(run);
	}
	stop_next(run);
}

int remand_stop(struct remand *run, const struct remand_step *steps, size_t count)
{
	if (count == 0 || count > REMAND_STEPS_MAX)
		return -EINVAL;
	for (size_t i = 0; i < count; i++)
		if (!is_signal(steps[i].signum) || steps[i].wait_ns == REMAND_UNLIMITED)
			return -EINVAL;
	if (run->phase >= RUN_ENDING)
		return -ESRCH;
	if (run->cause == VERDICT_CAUSE_NONE)
		run->cause = VERDICT_CAUSE_CANCEL;
	if (run->phase == RUN_RUNNING)
		stop_begin(run, steps, count);
	else
		supervise_finish(run);
	deadlines_arm(run);
	return watch_update(run, NULL);
}

/* ---- suspend ---- */

static int hold(struct remand *run, bool hold, struct remand_error *error)
{
	int r = 0;

	if (run->phase != RUN_RUNNING)
		return error_say(error, REMAND_STAGE_SUPERVISE, -ESRCH,
			"the program does not run, so it can be neither suspended nor resumed");
	/* In the middle of a step for all they are let go when the signal was sent. */
	if (hold || !is_freezing(run))
		r = group_freeze(&run->group, hold);
	if (r < 0)
		return error_errno(error, REMAND_STAGE_GROUP, r, "cannot %s the group %s",
			hold ? "suspend" : "resume", run->group.name);
	run->suspended = hold;
	return 0;
}

int remand_suspend(struct remand *run, struct remand_error *error)
{
	return hold(run, true, error);
}

int remand_resume(struct remand *run, struct remand_error *error)
{
	return hold(run, false, error);
}

int remand_stats(const struct remand *run, struct remand_stats *ret_stats)
{
	struct remand_stats stats = { .size = ret_stats->size };
	struct group_usage usage;

	if (ret_stats->size < sizeof(stats.size) || ret_stats->size > sizeof(stats))
		return -EINVAL;
	if (run->phase == RUN_DONE)
		return -ESRCH;
	group_measure(&run->group, &usage);
	/* The target says that it is ready for exec; that the exec has succeeded shows by the end
	 * of the pipe. */
	stats.started = run->result.started && run->failure_fd < 0;
	stats.suspended = run->suspended && group_frozen(&run->group);
	stats.cpu_ns = usage.cpu_ns;
	stats.user_ns = usage.user_ns;
	stats.system_ns = usage.system_ns;
	stats.wall_ns = run->result.started ? clock_now_ns() - run->started_ns : 0;
	stats.memory_bytes = group_memory_bytes(&run->group);
	stats.memory_peak_bytes = usage.memory_peak_bytes;
	stats.pids = group_pids(&run->group);
	stats.pids_peak = usage.pids_peak;
	stats.stdout_bytes = streams_written(&run->streams, 1);
	stats.stderr_bytes = streams_written(&run->streams, 2);
	memcpy(ret_stats, &stats, ret_stats->size);
	return 0;
}
