/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The truth table of verdicts, and the exit statuses that follow from them. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "table.h"
#include "verdict.h"

/* Half of every limit used, the program exited 0. */
static struct verdict_evidence innocent(void)
{
	return (struct verdict_evidence){
		.exited = true,
		.cpu_ns = 50,
		.time_limit_ns = 100,
		.wall_ns = 50,
		.wall_limit_ns = 100,
		.stdout_bytes = 50,
		.stderr_bytes = 50,
		.output_limit_bytes = 100,
	};
}

static void end_by_signal(struct verdict_evidence *e, int signum)
{
	e->exited = false;
	e->signal = signum;
}

static void set_internal(struct verdict_evidence *e)
{
	e->internal_error = true;
}
static void set_not_started(struct verdict_evidence *e)
{
	e->not_started = true;
}
static void set_cancelled(struct verdict_evidence *e)
{
	e->cause = VERDICT_CAUSE_CANCEL;
}
static void set_oom(struct verdict_evidence *e)
{
	e->oom_kills = 1;
}
static void set_time(struct verdict_evidence *e)
{
	e->cpu_ns = 101;
}
static void set_wall(struct verdict_evidence *e)
{
	e->wall_ns = 101;
}
static void set_idle(struct verdict_evidence *e)
{
	e->cause = VERDICT_CAUSE_IDLE;
}
static void set_output(struct verdict_evidence *e)
{
	e->stdout_bytes = 101;
}

static void set_pids(struct verdict_evidence *e)
{
	e->pids_fatal = true;
	e->fork_refusals = 3;
}

static void set_denied(struct verdict_evidence *e)
{
	end_by_signal(e, SIGSYS);
	e->cause = VERDICT_CAUSE_DENIED;
}

static void set_signal(struct verdict_evidence *e)
{
	end_by_signal(e, SIGKILL);
}

static void set_exit(struct verdict_evidence *e)
{
	e->exit_failed = true;
}

/* Each fact alone means its verdict; of several, the one that stands first here. */
static const struct {
	void (*set)(struct verdict_evidence *evidence);
	enum remand_verdict verdict;
} facts[] = {
	{ set_internal, REMAND_VERDICT_INTERNAL_ERROR },
	{ set_not_started, REMAND_VERDICT_NOT_STARTED },
	{ set_cancelled, REMAND_VERDICT_CANCELLED },
	{ set_oom, REMAND_VERDICT_MEMORY_LIMIT },
	{ set_time, REMAND_VERDICT_TIME_LIMIT },
	{ set_wall, REMAND_VERDICT_WALL_LIMIT },
	{ set_idle, REMAND_VERDICT_IDLE_LIMIT },
	{ set_output, REMAND_VERDICT_OUTPUT_LIMIT },
	{ set_pids, REMAND_VERDICT_PIDS_LIMIT },
	{ set_denied, REMAND_VERDICT_DENIED },
	{ set_signal, REMAND_VERDICT_SIGNAL },
	{ set_exit, REMAND_VERDICT_EXIT },
};

TEST(of_every_combination_of_facts_the_hardest_one_is_the_verdict)
{
	for (unsigned int set = 0; set < 1U << COUNT_OF(facts); set++) {
		struct verdict_evidence evidence = innocent();
		enum remand_verdict want = REMAND_VERDICT_OK;
		char row[16];

		/* Backwards: where two facts share a field, the harder one has the last word. */
		for (size_t i = COUNT_OF(facts); i-- > 0;)
			if (set & 1U << i) {
				facts[i].set(&evidence);
				want = facts[i].verdict;
			}
		snprintf(row, sizeof(row), "facts %#x", set);
		CHECK_ROW(verdict_decide(&evidence) == want, row);
	}
}

TEST(every_verdict_can_be_reached)
{
	bool seen[REMAND_VERDICT_INTERNAL_ERROR + 1] = { 0 };
	struct verdict_evidence evidence = innocent();

	seen[verdict_decide(&evidence)] = true;
	for (size_t i = 0; i < COUNT_OF(facts); i++) {
		evidence = innocent();
		facts[i].set(&evidence);
		seen[verdict_decide(&evidence)] = true;
	}
	for (size_t i = 0; i < COUNT_OF(seen); i++)
		CHECK_ROW(seen[i], remand_verdict_name((enum remand_verdict)i));
}

TEST(each_cause_for_which_we_ended_the_run_is_its_verdict_whatever_was_measured)
{
	static const struct {
		enum verdict_cause cause;
		enum remand_verdict verdict;
	} rows[] = {
		{ VERDICT_CAUSE_TIME, REMAND_VERDICT_TIME_LIMIT },
		{ VERDICT_CAUSE_WALL, REMAND_VERDICT_WALL_LIMIT },
		{ VERDICT_CAUSE_IDLE, REMAND_VERDICT_IDLE_LIMIT },
		{ VERDICT_CAUSE_MEMORY, REMAND_VERDICT_MEMORY_LIMIT },
		{ VERDICT_CAUSE_OUTPUT, REMAND_VERDICT_OUTPUT_LIMIT },
		{ VERDICT_CAUSE_CANCEL, REMAND_VERDICT_CANCELLED },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct verdict_evidence evidence = innocent();

		end_by_signal(&evidence, SIGKILL);
		evidence.cause = rows[i].cause;
		CHECK_ROW(verdict_decide(&evidence) == rows[i].verdict,
			remand_verdict_name(rows[i].verdict));
	}
}

TEST(each_of_the_64_signals_is_signal_but_the_one_for_too_large_files)
{
	for (int signum = 1; signum <= 64; signum++) {
		struct verdict_evidence evidence = innocent();

		end_by_signal(&evidence, signum);
		CHECK_INT(verdict_decide(&evidence),
			signum == SIGXFSZ ? REMAND_VERDICT_OUTPUT_LIMIT : REMAND_VERDICT_SIGNAL);
	}
}

/* What happened, as a change of the innocent run, and what it is called. */
static const struct {
	const char *story;
	struct verdict_evidence is;
	enum remand_verdict want;
} stories[] = {
	{ "exit 0 while a grandchild was OOM-killed", { .exited = true, .oom_kills = 1 },
		REMAND_VERDICT_MEMORY_LIMIT },
	{ "exit 1 because its child was OOM-killed",
		{ .exited = true, .exit_failed = true, .oom_kills = 1 },
		REMAND_VERDICT_MEMORY_LIMIT },
	{ "SIGKILL by the OOM killer", { .signal = SIGKILL, .oom_kills = 2 },
		REMAND_VERDICT_MEMORY_LIMIT },
	{ "SIGKILL by itself", { .signal = SIGKILL }, REMAND_VERDICT_SIGNAL },
	{ "OOM kill and CPU limit", { .signal = SIGKILL, .oom_kills = 1, .cpu_ns = 200 },
		REMAND_VERDICT_MEMORY_LIMIT },
	{ "CPU and wall limit both passed",
		{ .signal = SIGKILL, .cpu_ns = 200, .wall_ns = 200, .cause = VERDICT_CAUSE_WALL },
		REMAND_VERDICT_TIME_LIMIT },
	{ "CPU limit passed just before exit 0", { .exited = true, .cpu_ns = 101 },
		REMAND_VERDICT_TIME_LIMIT },
	{ "wall limit passed just before exit 0", { .exited = true, .wall_ns = 101 },
		REMAND_VERDICT_WALL_LIMIT },
	{ "exactly the CPU limit", { .exited = true, .cpu_ns = 100 }, REMAND_VERDICT_TIME_LIMIT },
	{ "a nanosecond below the CPU limit", { .exited = true, .cpu_ns = 99 }, REMAND_VERDICT_OK },
	{ "exactly the wall limit", { .exited = true, .wall_ns = 100 }, REMAND_VERDICT_WALL_LIMIT },
	{ "a nanosecond below the wall limit", { .exited = true, .wall_ns = 99 },
		REMAND_VERDICT_OK },
	{ "SIGXCPU below the limit", { .signal = SIGXCPU, .cpu_ns = 99 }, REMAND_VERDICT_SIGNAL },
	{ "too much output and exit 0", { .exited = true, .stdout_bytes = 101 },
		REMAND_VERDICT_OUTPUT_LIMIT },
	{ "too much on stderr and exit 0", { .exited = true, .stderr_bytes = 101 },
		REMAND_VERDICT_OUTPUT_LIMIT },
	{ "too much output and SIGPIPE", { .signal = SIGPIPE, .stdout_bytes = 101 },
		REMAND_VERDICT_OUTPUT_LIMIT },
	{ "exactly the output limit on both",
		{ .exited = true, .stdout_bytes = 100, .stderr_bytes = 100 }, REMAND_VERDICT_OK },
	{ "a file too large", { .signal = SIGXFSZ }, REMAND_VERDICT_OUTPUT_LIMIT },
	{ "a file too large, exit 153 like a shell's", { .exited = true, .exit_failed = true },
		REMAND_VERDICT_EXIT },
	{ "SIGSYS for a forbidden call", { .signal = SIGSYS, .cause = VERDICT_CAUSE_DENIED },
		REMAND_VERDICT_DENIED },
	{ "SIGSYS by itself", { .signal = SIGSYS }, REMAND_VERDICT_SIGNAL },
	{ "denied but over the CPU limit",
		{ .signal = SIGSYS, .cause = VERDICT_CAUSE_DENIED, .cpu_ns = 200 },
		REMAND_VERDICT_TIME_LIMIT },
	{ "forks refused, not fatal", { .exited = true, .fork_refusals = 9 }, REMAND_VERDICT_OK },
	{ "pids fatal, none refused", { .exited = true, .pids_fatal = true }, REMAND_VERDICT_OK },
	{ "forks refused, fatal", { .exited = true, .fork_refusals = 9, .pids_fatal = true },
		REMAND_VERDICT_PIDS_LIMIT },
	{ "ended for pids",
		{ .signal = SIGKILL,
			.fork_refusals = 1,
			.pids_fatal = true,
			.cause = VERDICT_CAUSE_PIDS },
		REMAND_VERDICT_PIDS_LIMIT },
	{ "cancelled while over all limits",
		{ .signal = SIGKILL,
			.cpu_ns = 200,
			.wall_ns = 200,
			.stdout_bytes = 200,
			.oom_kills = 1,
			.cause = VERDICT_CAUSE_CANCEL },
		REMAND_VERDICT_CANCELLED },
	{ "not started, over limits", { .not_started = true, .oom_kills = 1, .cpu_ns = 200 },
		REMAND_VERDICT_NOT_STARTED },
	{ "internal error and not started", { .internal_error = true, .not_started = true },
		REMAND_VERDICT_INTERNAL_ERROR },
	{ "internal error, cancelled", { .internal_error = true, .cause = VERDICT_CAUSE_CANCEL },
		REMAND_VERDICT_INTERNAL_ERROR },
	{ "neither exit nor signal was seen", { .exited = false }, REMAND_VERDICT_INTERNAL_ERROR },
};

TEST(mixed_stories_have_the_verdict_that_a_judge_expects)
{
	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		struct verdict_evidence evidence = stories[i].is;

		evidence.time_limit_ns = evidence.wall_limit_ns = evidence.output_limit_bytes = 100;
		CHECK_ROW(verdict_decide(&evidence) == stories[i].want, stories[i].story);
	}
}

TEST(a_limit_that_is_switched_off_is_never_passed)
{
	struct verdict_evidence evidence = innocent();

	evidence.time_limit_ns = evidence.wall_limit_ns = evidence.output_limit_bytes =
		REMAND_UNLIMITED;
	evidence.cpu_ns = evidence.wall_ns = UINT64_MAX - 1;
	evidence.stdout_bytes = evidence.stderr_bytes = UINT64_MAX - 1;
	CHECK_INT(verdict_decide(&evidence), REMAND_VERDICT_OK);
}

TEST(what_was_not_measured_passes_no_limit)
{
	struct verdict_evidence evidence = innocent();

	evidence.cpu_ns = evidence.wall_ns = REMAND_UNKNOWN;
	evidence.stdout_bytes = evidence.stderr_bytes = REMAND_UNKNOWN;
	CHECK_INT(verdict_decide(&evidence), REMAND_VERDICT_OK);
	evidence.time_limit_ns = evidence.wall_limit_ns = evidence.output_limit_bytes =
		REMAND_UNLIMITED;
	CHECK_INT(verdict_decide(&evidence), REMAND_VERDICT_OK);
}

/* ---- the exit status ---- */

TEST(the_exit_status_of_an_exited_program_is_its_own)
{
	for (int code = 0; code < 256; code++) {
		struct remand_result result = {
			.verdict = code ? REMAND_VERDICT_EXIT : REMAND_VERDICT_OK,
			.exited = true,
			.exit_code = code,
		};

		CHECK_INT(remand_result_status(&result), code);
	}
}

TEST(the_exit_status_of_a_success_is_0_and_that_of_a_failure_never)
{
	struct remand_result result = {
		.verdict = REMAND_VERDICT_OK, .exited = true, .exit_code = 3
	};

	CHECK(remand_result_ok(&result));
	CHECK_INT(remand_result_status(&result), 0);
	/* Of a pipeline: its reader had closed. */
	result = (struct remand_result){ .verdict = REMAND_VERDICT_OK, .signal = SIGPIPE };
	CHECK_INT(remand_result_status(&result), 0);
	result = (struct remand_result){ .verdict = REMAND_VERDICT_EXIT, .exited = true };
	CHECK(!remand_result_ok(&result));
	CHECK_INT(remand_result_status(&result), 1);
}

TEST(the_exit_status_after_a_signal_is_128_and_its_number)
{
	for (int signum = 1; signum <= 64; signum++) {
		struct remand_result result = { .verdict = REMAND_VERDICT_SIGNAL,
			.signal = signum };

		CHECK_INT(remand_result_status(&result), 128 + signum);
		/* Denied: killed by us, but as if by the kernel's filter. */
		result.verdict = REMAND_VERDICT_DENIED;
		CHECK_INT(remand_result_status(&result), 128 + SIGSYS);
	}
}

TEST(the_exit_status_is_124_for_every_limit_and_125_where_remand_or_the_caller_ended_it)
{
	static const struct {
		enum remand_verdict verdict;
		int want;
	} rows[] = {
		{ REMAND_VERDICT_TIME_LIMIT, 124 },
		{ REMAND_VERDICT_WALL_LIMIT, 124 },
		{ REMAND_VERDICT_IDLE_LIMIT, 124 },
		{ REMAND_VERDICT_MEMORY_LIMIT, 124 },
		{ REMAND_VERDICT_OUTPUT_LIMIT, 124 },
		{ REMAND_VERDICT_PIDS_LIMIT, 124 },
		{ REMAND_VERDICT_CANCELLED, 125 },
		{ REMAND_VERDICT_NOT_STARTED, 125 },
		{ REMAND_VERDICT_INTERNAL_ERROR, 125 },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		/* What the program did by itself does not shine through. */
		struct remand_result exited = { .verdict = rows[i].verdict, .exited = true };
		struct remand_result killed = { .verdict = rows[i].verdict, .signal = SIGKILL };

		CHECK_ROW(remand_result_status(&exited) == rows[i].want,
			remand_verdict_name(rows[i].verdict));
		CHECK_ROW(remand_result_status(&killed) == rows[i].want,
			remand_verdict_name(rows[i].verdict));
	}
}

TEST(the_exit_status_is_127_for_a_program_not_found_126_for_one_not_executable)
{
	static const struct {
		enum remand_stage stage;
		int errnum, want;
	} rows[] = {
		{ REMAND_STAGE_EXEC, ENOENT, 127 },
		{ REMAND_STAGE_EXEC, ENOTDIR, 127 },
		{ REMAND_STAGE_EXEC, EACCES, 126 },
		{ REMAND_STAGE_EXEC, ENOEXEC, 126 },
		{ REMAND_STAGE_EXEC, E2BIG, 126 },
		{ REMAND_STAGE_EXEC, ENOMEM, 126 },
		{ REMAND_STAGE_CHDIR, ENOENT, 125 },
		{ REMAND_STAGE_CELL, ENOENT, 125 },
		{ REMAND_STAGE_CLONE, EACCES, 125 },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct remand_result result = {
			.verdict = REMAND_VERDICT_NOT_STARTED,
			.start_error = { .stage = rows[i].stage, .errnum = rows[i].errnum },
		};

		CHECK_ROW(remand_result_status(&result) == rows[i].want,
			remand_stage_name(rows[i].stage));
	}
}

TEST(every_verdict_has_the_word_of_the_design)
{
	static const char *const words[] = { "ok", "exit", "signal", "time-limit", "wall-limit",
		"idle-limit", "memory-limit", "output-limit", "pids-limit", "denied", "cancelled",
		"not-started", "internal-error" };

	CHECK_INT(COUNT_OF(words), REMAND_VERDICT_INTERNAL_ERROR + 1);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		CHECK_STR(remand_verdict_name((enum remand_verdict)i), words[i]);
}
