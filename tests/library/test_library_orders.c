/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a caller can do to a run while it goes on. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "custody.h"
#include "fd.h"
#include "table.h"

/* Dispatch until the program has written so many bytes to its stdout. */
static int await_output(struct remand *run, uint64_t bytes)
{
	struct remand_stats stats = { .size = sizeof(stats) };
	int r = -ETIMEDOUT;

	while (r == -ETIMEDOUT && remand_stats(run, &stats) == 0 && stats.stdout_bytes < bytes)
		r = remand_wait(run, 10 * NS_PER_MS, NULL);
	return stats.stdout_bytes >= bytes ? 0 : -1;
}

static struct remand *start_script(const char *script)
{
	const struct remand_spec spec =
		SPEC(.argv = SH(script), .output = { .kind = REMAND_STREAM_CAPTURE });
	struct remand *run = custody_start(&spec);

	return run && await_output(run, 1) < 0 ? remand_free(run) : run;
}

TEST(a_signal_to_the_root_reaches_it_alone)
{
	RUN *run = start_script(
		"setsid sh -c 'trap \"echo child\" USR1; echo; while :; do sleep 0.1; done' &"
		"sleep 0.5; trap 'echo root; exit 3' USR1; echo; while :; do sleep 0.1; done");
	RESULT result = { 0 };

	CHECK(run && await_output(run, 2) == 0);
	CHECK_INT(remand_signal(run, SIGUSR1, REMAND_ROOT), 0);
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.exit_code, 3);
	CHECK(strstr(result.output.data, "root") && !strstr(result.output.data, "child"));
}

TEST(a_signal_to_all_reaches_who_fled_to_a_session_of_its_own)
{
	RUN *run = start_script(
		"setsid sh -c 'trap \"echo child; exit\" USR1; echo; while :; do sleep 0.1; done' &"
		"trap : USR1; wait; wait; echo root; exit 3");
	RESULT result = { 0 };

	CHECK(run);
	CHECK_INT(remand_signal(run, SIGUSR1, REMAND_ALL), 0);
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.exit_code, 3);
	CHECK(strstr(result.output.data, "child\nroot\n"));
}

TEST(a_signal_that_is_none_or_to_nobody_is_refused)
{
	RUN *run = start_script("echo; exec sleep 1000");
	RESULT result = { 0 };

	CHECK(run);
	CHECK_INT(remand_signal(run, 0, REMAND_ROOT), -EINVAL);
	CHECK_INT(remand_signal(run, -1, REMAND_ALL), -EINVAL);
	CHECK_INT(remand_signal(run, 65, REMAND_ALL), -EINVAL);
	CHECK_INT(remand_signal(run, SIGKILL, REMAND_ROOT), 0);
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_SIGNAL);
	CHECK_INT(result.signal, SIGKILL);
	CHECK_INT(remand_signal(run, SIGKILL, REMAND_ROOT), -ESRCH);
	CHECK_INT(remand_signal(run, SIGKILL, REMAND_ALL), -ESRCH);
}

/* ---- stop ---- */

TEST(a_stop_goes_step_by_step_until_one_helps)
{
	const struct remand_step steps[] = { { SIGINT, REMAND_ROOT, 200 * NS_PER_MS },
		{ SIGTERM, REMAND_ROOT, 200 * NS_PER_S } };
	RUN *run = start_script("trap 'echo int' INT; trap 'echo term; exit 5' TERM; echo;"
				"while :; do sleep 0.05; done");
	RESULT result = { 0 };

	CHECK(run);
	CHECK_INT(remand_stop(run, steps, COUNT_OF(steps)), 0);
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_STR(result.output.data, "\nint\nterm\n");
	CHECK_INT(result.verdict, REMAND_VERDICT_CANCELLED);
	CHECK_INT(result.exit_code, 5);
	CHECK_INT(remand_stop(run, steps, COUNT_OF(steps)), -ESRCH);
}

TEST(who_is_left_after_the_last_step_is_killed)
{
	const struct remand_step step = { SIGTERM, REMAND_ALL, 100 * NS_PER_MS };
	RUN *run = start_script("trap '' TERM; setsid sleep 1000 & echo; exec sleep 1000");
	RESULT result = { 0 };

	CHECK(run);
	CHECK_INT(remand_stop(run, &step, 1), 0);
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_CANCELLED);
	CHECK_INT(result.signal, SIGKILL);
}

TEST(a_stop_without_end_or_sense_is_refused_and_the_run_goes_on)
{
	static const struct {
		struct remand_step step;
		size_t count;
		const char *what;
	} rows[] = {
		{ { SIGTERM, REMAND_ROOT, 1 }, 0, "no steps" },
		{ { SIGTERM, REMAND_ROOT, 1 }, REMAND_STEPS_MAX + 1, "too many" },
		{ { 0, REMAND_ROOT, 1 }, 1, "no signal" },
		{ { SIGTERM, REMAND_ROOT, REMAND_UNLIMITED }, 1, "no end" },
	};
	RUN *run = start_script("echo; sleep 2; exit 7");
	RESULT result = { 0 };

	CHECK(run);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		CHECK_ROW(remand_stop(run, &rows[i].step, rows[i].count) == -EINVAL, rows[i].what);
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.exit_code, 7);
}

/* ---- suspend ---- */

static bool await_suspended(struct remand *run, bool suspended)
{
	struct remand_stats stats = { .size = sizeof(stats) };

	for (int i = 0; i < 3000 && remand_stats(run, &stats) == 0; i++) {
		if (stats.suspended == suspended)
			return true;
		(void)remand_wait(run, 10 * NS_PER_MS, NULL);
	}
	return false;
}

TEST(a_suspended_run_uses_no_cpu_time_and_a_resumed_one_goes_on)
{
	struct remand_stats first = { .size = sizeof(first) }, second = first, third = first;
	RUN *run = start_script("(while :; do :; done) & echo; while :; do :; done");

	CHECK(run);
	CHECK_INT(remand_suspend(run, NULL), 0);
	CHECK(await_suspended(run, true));
	CHECK_INT(remand_stats(run, &first), 0);
	CHECK_INT(remand_wait(run, 200 * NS_PER_MS, NULL), -ETIMEDOUT);
	CHECK_INT(remand_stats(run, &second), 0);
	CHECK_INT(second.cpu_ns, first.cpu_ns);
	CHECK(second.wall_ns > first.wall_ns);
	CHECK_INT(remand_resume(run, NULL), 0);
	CHECK(await_suspended(run, false));
	do {
		CHECK_INT(remand_wait(run, 10 * NS_PER_MS, NULL), -ETIMEDOUT);
		CHECK_INT(remand_stats(run, &third), 0);
	} while (third.cpu_ns == second.cpu_ns);
}

TEST(a_suspended_run_ends_at_once_when_it_is_cancelled_or_its_wall_time_is_over)
{
	for (int cancel = 0; cancel < 2; cancel++) {
		const struct remand_spec spec = SPEC(.argv = SH("echo; exec sleep 1000"),
			.output = { .kind = REMAND_STREAM_CAPTURE });
		struct remand_spec short_spec = spec;
		RUN *run = NULL;
		RESULT result = { 0 };

		if (!cancel)
			short_spec.wall_ns = 10 * NS_PER_S;
		run = custody_start(&short_spec);
		CHECK(run && await_output(run, 1) == 0);
		CHECK_INT(remand_suspend(run, NULL), 0);
		if (cancel)
			CHECK_INT(remand_cancel(run), 0);
		CHECK_INT(custody_finish(run, &result), 0);
		CHECK_INT(result.verdict,
			cancel ? REMAND_VERDICT_CANCELLED : REMAND_VERDICT_WALL_LIMIT);
	}
}

TEST(the_idle_limit_does_not_count_while_the_run_is_suspended)
{
	const struct remand_spec spec = SPEC(.argv = SH("echo; exec sleep 1000"),
		.idle_ns = 2 * NS_PER_S, .output = { .kind = REMAND_STREAM_CAPTURE });
	RUN *run = custody_start(&spec);
	RESULT result = { 0 };

	CHECK(run && await_output(run, 1) == 0);
	CHECK_INT(remand_suspend(run, NULL), 0);
	CHECK_INT(remand_wait(run, 5 * NS_PER_S, NULL), -ETIMEDOUT);
	CHECK_INT(remand_resume(run, NULL), 0);
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_IDLE_LIMIT);
}

TEST(a_signal_to_all_leaves_a_suspended_run_suspended)
{
	const struct remand_step step = { SIGTERM, REMAND_ALL, 200 * NS_PER_S };
	RUN *run = start_script("trap 'echo usr' USR1; trap 'echo term; exit 0' TERM; echo;"
				"while :; do sleep 0.05; done");
	struct remand_stats stats = { .size = sizeof(stats) };
	RESULT result = { 0 };

	CHECK(run);
	CHECK_INT(remand_suspend(run, NULL), 0);
	CHECK(await_suspended(run, true));
	CHECK_INT(remand_signal(run, SIGUSR1, REMAND_ALL), 0);
	CHECK_INT(remand_wait(run, 100 * NS_PER_MS, NULL), -ETIMEDOUT);
	CHECK_INT(remand_stats(run, &stats), 0);
	CHECK(stats.suspended);
	CHECK_INT(stats.stdout_bytes, 1);
	CHECK_INT(remand_stop(run, &step, 1), 0); /* resumes it */
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK(strstr(result.output.data, "term"));
	CHECK_INT(result.verdict, REMAND_VERDICT_CANCELLED);
}

/* ---- what there is when it is over ---- */

TEST(orders_to_a_run_that_has_ended_are_refused)
{
	const struct remand_spec spec = SPEC(.argv = ARGV("true"));
	struct remand_stats stats = { .size = sizeof(stats) };
	struct remand_error error = { 0 };
	RUN *run = custody_start(&spec);

	CHECK(run);
	stats.size = sizeof(stats) + 1;
	CHECK_INT(remand_stats(run, &stats), -EINVAL);
	stats.size = 0;
	CHECK_INT(remand_stats(run, &stats), -EINVAL);
	stats.size = sizeof(stats);
	CHECK_INT(remand_wait(run, REMAND_UNLIMITED, NULL), 0);
	CHECK_INT(remand_stats(run, &stats), -ESRCH);
	CHECK_INT(remand_suspend(run, &error), -ESRCH);
	CHECK_STR(error.message,
		"the program does not run, so it can be neither suspended nor resumed");
	CHECK_INT(remand_resume(run, NULL), -ESRCH);
}

static void *ask_again(void *argument)
{
	struct remand *run = argument;
	struct remand_result result = { 0 };
	size_t same = 0;

	for (int i = 0; i < 1000; i++)
		same += remand_wait(run, 0, NULL) == 0 && remand_dispatch(run, NULL) == 1 &&
			remand_result(run, &result) == 0 && result.exit_code == 7 &&
			remand_cancel(run) == 0 &&
			remand_signal(run, SIGKILL, REMAND_ALL) == -ESRCH;
	return same == 1000 ? argument : NULL;
}

/* One thread at a time, as is the rule for a handle. */
TEST(whoever_asks_and_however_often_a_run_that_has_ended_says_the_same)
{
	const struct remand_spec spec = SPEC(.argv = SH("exit 7"));
	RUN *run = custody_start(&spec);

	CHECK(run);
	CHECK_INT(remand_wait(run, REMAND_UNLIMITED, NULL), 0);
	for (int i = 0; i < 8; i++) {
		pthread_t thread;
		void *same = NULL;

		CHECK_INT(pthread_create(&thread, NULL, ask_again, run), 0);
		pthread_join(thread, &same);
		CHECK(same);
	}
}

TEST(a_channel_keeps_messages_apart_and_ends_with_the_program)
{
	const int count = (int)custody_scale(10000, 500);
	char script[128], buffer[16], expected[16];
	RUN *run = NULL;
	RESULT result = { 0 };
	int ends[2];

	snprintf(script, sizeof(script),
		"i=0; while [ $i -lt %d ]; do printf \"%%d\" $i >&3; i=$((i + 1)); done", count);
	CHECK_INT(remand_channel(ends), 0);
	{
		const struct remand_pass pass = { ends[1], 3 };
		const struct remand_spec spec =
			SPEC(.argv = SH(script), .passes = &pass, .passes_count = 1);

		run = custody_start(&spec);
	}
	fd_close(ends[1]);
	CHECK(run);
	for (int i = 0; i < count; i++) {
		ssize_t n;

		snprintf(expected, sizeof(expected), "%d", i);
		while ((n = recv(ends[0], buffer, sizeof(buffer), MSG_DONTWAIT)) < 0 &&
			errno == EAGAIN && remand_wait(run, NS_PER_MS, NULL) != -EIO)
			;
		if (n == 0 && custody_finish(run, &result) == 0)
			printf("# it ended before message %d: %s\n", i, result.reason);
		CHECK_INT(n, strlen(expected));
		CHECK(memcmp(buffer, expected, (size_t)n) == 0);
	}
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(recv(ends[0], buffer, sizeof(buffer), 0), 0);
	fd_close(ends[0]);
}

TEST(who_writes_to_a_channel_whose_other_side_was_killed_is_told_so)
{
	RESULT result = { 0 };
	RUN *run = NULL;
	int ends[2];

	CHECK_INT(remand_channel(ends), 0);
	{
		const struct remand_pass pass = { ends[1], 3 };
		const struct remand_spec spec =
			SPEC(.argv = SH("kill -KILL $$"), .passes = &pass, .passes_count = 1);

		run = custody_start(&spec);
	}
	fd_close(ends[1]);
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.signal, SIGKILL);
	CHECK_INT(send(ends[0], "x", 1, MSG_NOSIGNAL), -1);
	CHECK_INT(errno, EPIPE);
	fd_close(ends[0]);
}
