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

static int send_signal(struct remand *run, int signum, enum remand_scope scope)
{
	if (scope == REMAND_ALL)
		return group_signal(&run->group, signum);
	return pidfd_send_signal(run->target_fd, signum, NULL, 0) < 0 ? syscall_errno() : 0;
}

int remand_signal(struct remand *run, int signum, enum remand_scope scope)
{
	if (!is_signal(signum))
		return -EINVAL;
	if (run->target_fd < 0 || run->phase != RUN_RUNNING)
		return -ESRCH;
	return send_signal(run, signum, scope);
}

void stop_next(struct remand *run)
{
	const struct remand_step *step = &run->stop[run->stop_next];

	if (run->stop_next == run->stop_count) {
		supervise_finish(run);
		return;
	}
	run->stop_next++;
	run->stop_deadline_ns = clock_after(clock_now_ns(), step->wait_ns);
	/* Who could not be reached is reached by the kill. */
	(void)send_signal(run, step->signum, step->scope);
}

void stop_begin(struct remand *run, const struct remand_step *steps, size_t count)
{
	deadlines_cancel_limits(run);
	memcpy(run->stop, steps, count * sizeof(*steps));
	run->stop_count = count;
	/* A signal waits for who stands still. */
	if (run->suspended && group_freeze(&run->group, false) == 0)
		run->suspended = false;
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
	if (run->phase == RUN_RUNNING) {
		run->stop_next = 0;
		stop_begin(run, steps, count);
	} else {
		supervise_finish(run);
	}
	deadlines_arm(run);
	return watch_update(run, NULL);
}

static int hold(struct remand *run, bool hold, struct remand_error *error)
{
	int r;

	if (run->phase != RUN_RUNNING)
		return error_say(error, REMAND_STAGE_SUPERVISE, -ESRCH,
			"the program does not run, so it can be neither suspended nor resumed");
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
