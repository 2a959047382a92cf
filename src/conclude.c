/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a run: collect, measure, remove the group, then classify and put it in words. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "error.h"
#include "reason.h"
#include "run.h"
#include "usage.h"

/* More than this share of the wall time in which something in the group stood waiting for a CPU,
 * and the times say as much about the machine as about the program. */
#define CONTENTION_PERCENT 10

static void take_denials(struct remand *run)
{
	struct remand_result *result = &run->result;

	result->denials = run->denials.list;
	result->denials_count = run->denials.count;
	result->denials_more = run->denials.more;
	result->denials_known = run->denials.known;
	run->denials.list = NULL;
	run->denials.count = 0;
}

static void fill_status(struct remand *run)
{
	struct remand_result *result = &run->result;
	const struct remand_denial *killed;
	int raw = run->raw_status;

	result->raw_status = -1;
	result->denied_syscall = -1;
	result->root = usage_unknown;
	take_denials(run);
	if (!run->have_status || !result->started)
		return;
	result->raw_status = raw;
	if (WIFEXITED(raw)) {
		result->exited = true;
		result->exit_code = WEXITSTATUS(raw);
	} else if (WIFSIGNALED(raw)) {
		result->signal = WTERMSIG(raw);
		result->core_dumped = WCOREDUMP(raw);
	}
	usage_of_root(&run->root_usage, &run->ready, &result->root);
	killed = reason_killed(result);
	if (killed) {
		result->denied_syscall = killed->syscall;
		result->denied_architecture = killed->architecture;
		memcpy(result->denied_arguments, killed->arguments,
			sizeof(result->denied_arguments));
	}
}

/* Without a group: what the keeper has reaped; whoever was still alive at the end is in what was
 * seen last only, because the kernel reaps those that die with PID 1 without adding them up. */
static void use_rusage(const struct remand *run, struct group_usage *usage)
{
	usage->user_ns = usage_time_ns(&run->keeper_usage.ru_utime);
	usage->system_ns =
		usage_less(usage_time_ns(&run->keeper_usage.ru_stime), run->keeper_cpu_ns);
	usage->cpu_ns = usage->user_ns + usage->system_ns;
	if (run->watched_cpu_ns > usage->cpu_ns)
		usage->cpu_ns = run->watched_cpu_ns;
}

bool conclude_group(struct remand *run)
{
	int r = 0;

	group_measure(&run->group, &run->usage);
	if (run->group.fd < 0)
		use_rusage(run, &run->usage);
	else
		r = group_remove_empty(&run->group);
	/* He goes the same way, once. */
	if (r == -EBUSY && !run->intruded) {
		run->intruded = true;
		run->stuck_deadline_ns = clock_after(clock_now_ns(), GROUP_DYING_NS);
		(void)group_kill(&run->group);
		if (group_populated(&run->group) == 1)
			return false;
		r = group_remove_empty(&run->group);
	}
	if (r < 0 && !run->internal_error.message[0])
		error_errno(&run->internal_error, REMAND_STAGE_GROUP, r,
			"cannot remove the cgroup %s", run->group.name);
	return true;
}

static void fill_usage(struct remand *run)
{
	struct remand_result *result = &run->result;
	struct group_usage *usage = &run->usage;

	if (run->fallback.memory)
		usage->memory_peak_bytes = run->watched_memory_bytes;
	result->cpu_ns = usage_less(usage->cpu_ns, run->ready.cpu_ns);
	result->user_ns = usage->user_ns;
	result->system_ns = usage_less(usage->system_ns, run->ready.cpu_ns);
	result->memory_peak_bytes = usage->memory_peak_bytes;
	result->pids_peak = usage->pids_peak;
	result->pressure_cpu_ns = usage->pressure_cpu_ns;
	result->pressure_memory_ns = usage->pressure_memory_ns;
	result->pressure_io_ns = usage->pressure_io_ns;
	result->stdout_bytes = streams_written(&run->streams, 1);
	result->stderr_bytes = streams_written(&run->streams, 2);
	/* Ended by order in the moment of exec: what was on its way came after the order. */
	result->wall_ns = !result->started                  ? REMAND_UNKNOWN
			  : run->ended_ns < run->started_ns ? 0
							    : run->ended_ns - run->started_ns;
	result->trustworthy_time = -1;
	if (usage->pressure_cpu_ns != REMAND_UNKNOWN && result->started)
		result->trustworthy_time =
			usage->pressure_cpu_ns <= result->wall_ns / 100 * CONTENTION_PERCENT;
}

static void fill_limits(struct remand *run)
{
	const struct remand_spec *spec = &run->spec;
	const struct remand_limit_report limits[REMAND_LIMIT_COUNT] = {
		/* The clock is ours, the counter is the group's. */
		[REMAND_LIMIT_TIME] = { spec->time_ns,
			fallback_enforcer(&run->fallback, REMAND_LIMIT_TIME) },
		[REMAND_LIMIT_WALL] = { spec->wall_ns, REMAND_ENFORCER_WATCH },
		[REMAND_LIMIT_IDLE] = { spec->idle_ns, REMAND_ENFORCER_WATCH },
		[REMAND_LIMIT_MEMORY] = { spec->memory_bytes,
			fallback_enforcer(&run->fallback, REMAND_LIMIT_MEMORY) },
		[REMAND_LIMIT_PIDS] = { spec->pids,
			fallback_enforcer(&run->fallback, REMAND_LIMIT_PIDS) },
		[REMAND_LIMIT_CPUS] = { spec->cpus_milli,
			fallback_enforcer(&run->fallback, REMAND_LIMIT_CPUS) },
		[REMAND_LIMIT_OUTPUT] = { spec->output_bytes, REMAND_ENFORCER_WATCH },
		/* Without a file system of its own nobody counts: refused where asked for. */
		[REMAND_LIMIT_DISK] = { run->result.isolation == REMAND_ISOLATION_FULL
						? spec->disk_bytes
						: REMAND_UNLIMITED,
			REMAND_ENFORCER_TMPFS },
		[REMAND_LIMIT_OPEN_FILES] = { spec->open_files, REMAND_ENFORCER_RLIMIT },
		[REMAND_LIMIT_STACK] = { spec->stack_bytes, REMAND_ENFORCER_RLIMIT },
	};

	for (int i = 0; i < REMAND_LIMIT_COUNT; i++) {
		run->result.limits[i] = limits[i];
		if (limits[i].limit == REMAND_UNLIMITED)
			run->result.limits[i].enforced_by = REMAND_ENFORCER_NONE;
	}
}

static void decide(struct remand *run)
{
	const struct group_usage *usage = &run->usage;
	struct remand_result *result = &run->result;
	const struct verdict_evidence evidence = {
		.internal_error = run->internal_error.message[0] != '\0',
		.not_started = run->start_error.message[0] != '\0',
		.cause = run->cause,
		.exited = result->exited,
		.exit_failed = result->exited && !run->ok_codes[result->exit_code],
		.signal = result->signal,
		.cpu_ns = result->cpu_ns,
		.time_limit_ns = run->spec.time_ns,
		.wall_ns = result->wall_ns,
		.wall_limit_ns = run->spec.wall_ns,
		.stdout_bytes = result->stdout_bytes,
		.stderr_bytes = result->stderr_bytes,
		.output_limit_bytes = run->spec.output_bytes,
		.oom_kills = usage->oom_kill,
		.fork_refusals = usage->pids_max_events,
		.pids_fatal = run->spec.pids_fatal,
	};

	result->verdict = verdict_decide(&evidence);
	result->start_error = evidence.internal_error ? run->internal_error : run->start_error;
	reason_fill(result, usage);
}

void conclude(struct remand *run)
{
	struct remand_result *result = &run->result;
	int r;

	memcpy(result->id, run->group.name, sizeof(result->id));
	result->network_host = run->spec.network == REMAND_NETWORK_HOST;
	streams_follow_offset(&run->streams);
	collect(run);
	r = box_remove(&run->box);
	if (r < 0)
		error_errno(&run->internal_error, REMAND_STAGE_CELL, r,
			"cannot remove the run's directory %s", run->box.path);
	r = run_return_loans(run);
	if (r < 0)
		error_errno(&run->internal_error, REMAND_STAGE_CELL, r,
			"cannot give the files of a writable directory back to their owner");
	fill_status(run);
	fill_usage(run);
	fill_limits(run);
	if (run->usage.oom_kill > 0 && run->usage.oom == 0 && !run->internal_error.message[0])
		error_say(&run->internal_error, REMAND_STAGE_SUPERVISE, -ENOMEM,
			"the host or a parent cgroup ran out of memory, and the kernel killed a "
			"process of the run for it");
	decide(run);
}
