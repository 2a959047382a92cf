/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes due by the clock alone. Nothing is polled on a tick: the one timer of a run is armed
 * for the earliest moment at which something can become due.
 *
 * CPU time: the limit cannot be reached before (limit - used) / CPUs from now, so that is when
 * cpu.stat is read next. A single spinning thread on two CPUs halves the distance each time: ten
 * reads per second of limit, and the last one within a millisecond of the limit.
 *
 * Idle time: whether the group used CPU is seen only by comparing two reads. An eighth of the limit
 * lies between them, so the limit is passed by at most that.
 */
#include "deadlines.h"

#include <errno.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/timerfd.h>

#include "error.h"
#include "members.h"
#include "syscalls.h"

/* Closer than this to the CPU limit the next read waits no shorter: cpu.stat itself is exact to
 * about a scheduler tick only. */
#define CPU_CHECK_MIN_NS NS_PER_MS
/* Where memory is watched; a walk over the members itself takes some tens of us each. */
#define MEMORY_CHECK_MIN_NS (5 * NS_PER_MS)
#define MEMORY_CHECK_MAX_NS (100 * NS_PER_MS)
#define SETUP_NS            (60 * NS_PER_S)
#define IDLE_CHECKS         8

static uint64_t earliest(const struct remand *run)
{
	const uint64_t deadlines[] = { run->wall_deadline_ns, run->cpu_check_ns, run->idle_check_ns,
		run->memory_check_ns, run->stop_deadline_ns, run->stuck_deadline_ns,
		run->freeze_deadline_ns,
		run->denials.resume_ns ? run->denials.resume_ns : DEADLINE_NEVER };
	uint64_t first = DEADLINE_NEVER;

	for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++)
		if (deadlines[i] < first)
			first = deadlines[i];
	return first;
}

void deadlines_arm(struct remand *run)
{
	uint64_t at = run->phase == RUN_DONE ? DEADLINE_NEVER : earliest(run);
	struct itimerspec value = { 0 };

	if (at == run->armed_ns)
		return;
	/* Zero would disarm; the past fires at once, which is what is wanted. */
	if (at != DEADLINE_NEVER) {
		value.it_value.tv_sec = (time_t)(at / NS_PER_S);
		value.it_value.tv_nsec = (long)(at % NS_PER_S) + (at == 0);
	}
	if (timerfd_settime(run->timer_fd, TFD_TIMER_ABSTIME, &value, NULL) == 0)
		run->armed_ns = at;
	else
		supervise_fail(run, syscall_errno(), "cannot arm the timer");
}

/* Without a group the members are added up. */
int deadlines_cpu_ns(struct remand *run, uint64_t *ret_cpu_ns)
{
	struct members_usage usage;
	int r;

	if (run->group.fd >= 0)
		return group_cpu_ns(&run->group, ret_cpu_ns);
	/* Nobody is left to be asked: the end is on its way. */
	r = run->keeper_fd < 0 ? -ESRCH : members_measure(run->keeper_pid, &usage);
	if (r < 0)
		return r;
	if (usage.cpu_ns > run->watched_cpu_ns)
		run->watched_cpu_ns = usage.cpu_ns;
	*ret_cpu_ns = run->watched_cpu_ns;
	return 0;
}

static void check_cpu(struct remand *run, uint64_t now)
{
	uint64_t used, wait;

	if (deadlines_cpu_ns(run, &used) < 0) {
		supervise_fail(run, -EIO, "cannot read cpu.stat of the group");
		supervise_end(run, VERDICT_CAUSE_NONE);
		return;
	}
	/* Until exec all of it is our own code's, and not the program's. */
	if (run->phase == RUN_STARTING)
		used = 0;
	/* What our own code used in the group before exec is not the program's. */
	used -= used < run->ready.cpu_ns ? used : run->ready.cpu_ns;
	if (used >= run->spec.time_ns) {
		supervise_end(run, VERDICT_CAUSE_TIME);
		return;
	}
	wait = (run->spec.time_ns - used) / run->cpus;
	run->cpu_check_ns = clock_after(now, wait < CPU_CHECK_MIN_NS ? CPU_CHECK_MIN_NS : wait);
}

/* Memory cannot fill faster than this; the next look is when the limit could be reached. */
#define FILL_BYTES_PER_MS (UINT64_C(4) << 20)

static void check_memory(struct remand *run, uint64_t now)
{
	const uint64_t limit = run->spec.memory_bytes;
	struct members_usage usage = { 0 };
	uint64_t wait_ns = MEMORY_CHECK_MIN_NS;

	if (run->keeper_fd < 0 || members_measure(run->keeper_pid, &usage) < 0) {
		supervise_fail(run, -EIO, "cannot read the memory of the run's processes in /proc");
		supervise_end(run, VERDICT_CAUSE_NONE);
		return;
	}
	if (usage.memory_bytes > run->watched_memory_bytes)
		run->watched_memory_bytes = usage.memory_bytes;
	if (usage.memory_bytes > limit) {
		supervise_end(run, VERDICT_CAUSE_MEMORY);
		return;
	}
	wait_ns += (limit - usage.memory_bytes) / FILL_BYTES_PER_MS * NS_PER_MS / run->cpus;
	run->memory_check_ns =
		clock_after(now, wait_ns < MEMORY_CHECK_MAX_NS ? wait_ns : MEMORY_CHECK_MAX_NS);
}

static void check_wall(struct remand *run)
{
	if (run->phase == RUN_STARTING) {
		supervise_fail(run, -ETIMEDOUT, "the cell was not ready in time");
		supervise_end(run, VERDICT_CAUSE_NONE);
	} else {
		supervise_end(run, VERDICT_CAUSE_WALL);
	}
}

static void check_idle(struct remand *run, uint64_t now)
{
	uint64_t used;

	/* Who is not let run is not idle. */
	if (deadlines_cpu_ns(run, &used) == 0 &&
		(used != run->idle_cpu_ns || run->suspended || run->denials.resume_ns)) {
		run->idle_cpu_ns = used;
		run->idle_since_ns = now;
	}
	if (now - run->idle_since_ns >= run->spec.idle_ns)
		supervise_end(run, VERDICT_CAUSE_IDLE);
	else
		run->idle_check_ns = clock_after(now, run->spec.idle_ns / IDLE_CHECKS);
}

static void check_stuck(struct remand *run)
{
	run->stuck_deadline_ns = DEADLINE_NEVER;
	/* Only a reader of the output is slow: that is the caller's own affair. */
	if (supervise_all_dead(run))
		return;
	if (run->keeper_fd >= 0)
		(void)pidfd_send_signal(run->keeper_fd, SIGKILL, NULL, 0);
	error_say(&run->internal_error, REMAND_STAGE_SUPERVISE, -ETIMEDOUT,
		"processes of the group %s do not die; they are stuck in the kernel (state D), "
		"often "
		"in a dead network file system",
		run->group.name);
	(void)conclude_group(run);
	run->phase = RUN_DONE;
	conclude(run);
}

void deadlines_check(struct remand *run, uint64_t now)
{
	if (now >= run->stuck_deadline_ns) {
		check_stuck(run);
		return;
	}
	if (now >= run->denials.resume_ns)
		run->denials.resume_ns = 0;
	stop_check(run, now);
	if (now >= run->stop_deadline_ns)
		stop_next(run);
	if (now >= run->cpu_check_ns)
		check_cpu(run, now);
	if (now >= run->wall_deadline_ns)
		check_wall(run);
	if (now >= run->idle_check_ns)
		check_idle(run, now);
	if (now >= run->memory_check_ns)
		check_memory(run, now);
}

void deadlines_start(struct remand *run)
{
	run->launched_ns = clock_now_ns();
	run->cpu_check_ns = run->idle_check_ns = run->memory_check_ns = DEADLINE_NEVER;
	run->stop_deadline_ns = run->stuck_deadline_ns = run->armed_ns = DEADLINE_NEVER;
	run->freeze_deadline_ns = DEADLINE_NEVER;
	/* Until exec the same timer watches over the set-up, which may hang in a dead file system.
	 */
	run->wall_deadline_ns = clock_after(run->launched_ns, SETUP_NS);
	if (run->spec.time_ns != REMAND_UNLIMITED)
		run->cpu_check_ns = clock_after(run->launched_ns, run->spec.time_ns / run->cpus);
}

void deadlines_exec(struct remand *run)
{
	run->wall_deadline_ns = clock_after(run->started_ns, run->spec.wall_ns);
	if (run->fallback.memory)
		run->memory_check_ns = run->started_ns;
	if (run->spec.idle_ns != REMAND_UNLIMITED) {
		run->idle_since_ns = run->started_ns;
		run->idle_check_ns = clock_after(run->started_ns, run->spec.idle_ns / IDLE_CHECKS);
	}
}

void deadlines_cancel_limits(struct remand *run)
{
	run->wall_deadline_ns = run->cpu_check_ns = run->idle_check_ns = run->memory_check_ns =
		DEADLINE_NEVER;
}
