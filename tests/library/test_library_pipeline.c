/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that feed each other, and programs that talk to each other; none trusts the other. */
#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "custody.h"

static void pipeline_cleanup(struct remand_pipeline_result *result)
{
	remand_pipeline_result_clear(result);
}

#define PIPELINE_RESULT __attribute__((cleanup(pipeline_cleanup))) struct remand_pipeline_result

#define PIPELINE(...)                                                                          \
	{                                                                                      \
		.size = sizeof(struct remand_pipeline_spec), .memory_bytes = REMAND_UNLIMITED, \
		.pids = REMAND_UNLIMITED, __VA_ARGS__                                          \
	}

#define STAGES(...)                         \
	(const struct remand_spec *const[]) \
	{                                   \
		__VA_ARGS__                 \
	}

static int run(const struct remand_pipeline_spec *spec, struct remand_pipeline_result *result)
{
	struct remand_pipeline *pipeline = NULL;
	struct remand_error error = { 0 };
	int r = remand_pipeline_start(spec, &pipeline, &error);

	if (r == 0)
		r = remand_pipeline_wait(pipeline, REMAND_UNLIMITED, &error);
	if (r == 0)
		r = remand_pipeline_result(pipeline, result);
	if (r < 0)
		printf("# %s\n", error.message);
	remand_pipeline_free(pipeline);
	return r;
}

TEST(what_one_stage_writes_the_next_reads_to_the_last_byte)
{
	const struct remand_spec a = SPEC(.argv = SH("head -c 3000001 /dev/zero")),
				 b = SPEC(.argv = ARGV("cat")),
				 c = SPEC(.argv = ARGV("wc", "-c"),
					 .output = { .kind = REMAND_STREAM_CAPTURE });
	const struct remand_pipeline_spec spec =
		PIPELINE(.stages = STAGES(&a, &b, &c), .stages_count = 3);
	PIPELINE_RESULT result = { 0 };

	CHECK_INT(run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_OK);
	CHECK_INT(result.failed_stage, -1);
	CHECK_STR(result.stages[2].result.output.data, "3000001\n");
	CHECK_INT(result.stages[1].result.stdout_bytes, 3000001);
}

TEST(a_writer_whose_reader_has_ended_is_ended_by_sigpipe_which_is_no_failure)
{
	const struct remand_spec a = SPEC(.argv = ARGV("yes")),
				 b = SPEC(.argv = ARGV("head", "-n", "1"));
	const struct remand_pipeline_spec spec =
		PIPELINE(.stages = STAGES(&a, &b), .stages_count = 2);
	PIPELINE_RESULT result = { 0 };

	CHECK_INT(run(&spec, &result), 0);
	CHECK_INT(result.stages[0].result.verdict, REMAND_VERDICT_OK);
	CHECK_INT(result.stages[0].result.signal, SIGPIPE);
	CHECK_INT(result.failed_stage, -1);
}

TEST(a_sigpipe_that_nobody_closed_for_is_a_failure)
{
	const struct remand_spec a = SPEC(.argv = SH("kill -PIPE $$")),
				 b = SPEC(.argv = ARGV("cat"));
	const struct remand_pipeline_spec spec =
		PIPELINE(.stages = STAGES(&a, &b), .stages_count = 2);
	PIPELINE_RESULT result = { 0 };

	CHECK_INT(run(&spec, &result), 0);
	CHECK_INT(result.stages[0].result.verdict, REMAND_VERDICT_SIGNAL);
	CHECK_INT(result.failed_stage, 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_OK);
	CHECK_INT(remand_pipeline_result_status(&result), 0);
}

TEST(a_program_that_is_missing_ends_those_before_and_behind_it)
{
	const struct remand_spec a = SPEC(.argv = ARGV("sleep", "1000")),
				 b = SPEC(.argv = ARGV("no-such-program"));
	const struct remand_pipeline_spec spec =
		PIPELINE(.stages = STAGES(&a, &b, &a), .stages_count = 3);
	PIPELINE_RESULT result = { 0 };

	CHECK_INT(run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_NOT_STARTED);
	CHECK_INT(result.stage, 1);
	CHECK_INT(result.failed_stage, 1);
	CHECK_INT(result.stages[0].result.verdict, REMAND_VERDICT_CANCELLED);
	CHECK_INT(result.stages[2].result.verdict, REMAND_VERDICT_CANCELLED);
	CHECK_INT(remand_pipeline_result_status(&result), 127);
}

TEST(two_programs_talk_and_the_transcript_says_who_said_what)
{
	const struct remand_spec a = SPEC(.argv = SH("echo 20; read x; [ $x = 21 ] && exit 5")),
				 b = SPEC(.argv = SH("read x; echo $((x + 1)); read x"));
	const struct remand_pipeline_spec spec = PIPELINE(.stages = STAGES(&a, &b),
		.stages_count = 2, .duplex = true, .transcript_bytes = 10000);
	PIPELINE_RESULT result = { 0 };
	const char *question, *answer;

	CHECK_INT(run(&spec, &result), 0);
	CHECK_INT(result.stages[0].result.exit_code, 5);
	CHECK_INT(result.closed_first, 0);
	CHECK_INT(result.blamed, -1);
	question = strstr(result.transcript.data, "\"stage\":1,\"wrote\":\"20\\n\"}\n");
	answer = strstr(result.transcript.data, "\"stage\":2,\"wrote\":\"21\\n\"}\n");
	CHECK(question && answer && question < answer);
	CHECK(strstr(answer, "\"stage\":1,\"closed\":\"std"));
}

/* One deadlock: what the sides do, and who is to blame. */
static int blame(const char *a_script, const char *b_script, struct remand_pipeline_result *result)
{
	struct remand_spec a = SPEC(.argv = SH(a_script)), b = SPEC(.argv = SH(b_script));
	const struct remand_pipeline_spec spec =
		PIPELINE(.stages = STAGES(&a, &b), .stages_count = 2, .duplex = true);

	/* Only one side has a clock that can strike: the rule asks who is to act, not whose it is.
	 */
	a.wall_ns = UINT64_C(3) * 1000000000;
	b.wall_ns = UINT64_C(9) * 1000000000;
	return run(&spec, result);
}

TEST(when_both_wait_the_side_that_did_not_speak_last_is_blamed)
{
	PIPELINE_RESULT result = { 0 };

	CHECK_INT(blame("echo 1; read x", "read x; read x", &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_WALL_LIMIT);
	CHECK_INT(result.blamed, 1);
	CHECK_INT(result.stage, 1);
	CHECK_INT(remand_pipeline_result_status(&result), 124);
	remand_pipeline_result_clear(&result);
	CHECK_INT(blame("read x; read x", "echo 1; read x", &result), 0);
	CHECK_INT(result.blamed, 0);
}

TEST(an_idle_limit_that_ends_the_waiting_blames_no_other)
{
	struct remand_spec a = SPEC(.argv = SH("echo 1; read x")),
			   b = SPEC(.argv = SH("read x; read x"));
	const struct remand_pipeline_spec spec =
		PIPELINE(.stages = STAGES(&a, &b), .stages_count = 2, .duplex = true);
	PIPELINE_RESULT result = { 0 };

	a.idle_ns = UINT64_C(1) * 1000000000;
	CHECK_INT(run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_IDLE_LIMIT);
	CHECK_INT(result.closed_first, 0);
	CHECK_INT(result.blamed, 1);
	CHECK_INT(result.stage, 1);
}

TEST(a_side_that_does_not_read_is_blamed_though_it_spoke_last)
{
	PIPELINE_RESULT result = { 0 };

	CHECK_INT(blame("read x; echo 1; read x; read x",
			  "echo 2; sleep 1; echo 3; exec sleep 1000", &result),
		0);
	CHECK_INT(result.verdict, REMAND_VERDICT_WALL_LIMIT);
	CHECK_INT(result.blamed, 1);
}

TEST(where_nobody_has_spoken_nobody_is_blamed)
{
	PIPELINE_RESULT result = { 0 };

	CHECK_INT(blame("read x", "read x", &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_WALL_LIMIT);
	CHECK_INT(result.blamed, -1);
}

TEST(a_flood_that_nobody_reads_is_held_and_a_transcript_of_it_is_cut)
{
	struct remand_spec a = SPEC(.argv = ARGV("yes")), b = SPEC(.argv = ARGV("yes"));
	const struct remand_pipeline_spec spec = PIPELINE(.stages = STAGES(&a, &b),
		.stages_count = 2, .duplex = true, .transcript_bytes = 1000);
	PIPELINE_RESULT result = { 0 };

	a.wall_ns = b.wall_ns = UINT64_C(2) * 1000000000;
	CHECK_INT(run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_WALL_LIMIT);
	CHECK_INT(result.blamed, -1);
	/* The pipes' and our own room, not what it would have liked to write. */
	CHECK(result.stages[0].result.stdout_bytes < 4 << 20);
	CHECK(result.transcript.length <= 1000);
	CHECK(strstr(result.transcript.data, "\"cut\":true}\n"));
}

TEST(a_side_that_dies_at_once_ends_the_wait_of_the_other)
{
	const struct remand_spec a = SPEC(.argv = SH("cat >/dev/null")),
				 b = SPEC(.argv = SH("kill -SEGV $$"));
	const struct remand_pipeline_spec spec =
		PIPELINE(.stages = STAGES(&a, &b), .stages_count = 2, .duplex = true);
	PIPELINE_RESULT result = { 0 };

	CHECK_INT(run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_SIGNAL);
	CHECK_INT(result.stage, 1);
	CHECK_INT(result.closed_first, 1);
	CHECK_INT(result.stages[0].result.verdict, REMAND_VERDICT_OK);
}

TEST(output_beyond_the_limit_ends_the_stage_that_wrote_it)
{
	struct remand_spec a = SPEC(.argv = ARGV("yes")), b = SPEC(.argv = ARGV("cat"));
	const struct remand_pipeline_spec spec =
		PIPELINE(.stages = STAGES(&a, &b), .stages_count = 2);
	PIPELINE_RESULT result = { 0 };

	a.output_bytes = 100000;
	CHECK_INT(run(&spec, &result), 0);
	CHECK_INT(result.stages[0].result.verdict, REMAND_VERDICT_OUTPUT_LIMIT);
	CHECK_INT(result.stages[1].result.verdict, REMAND_VERDICT_OK);
	CHECK_INT(result.failed_stage, 0);
}

TEST(what_makes_no_sense_is_refused_before_anything_starts)
{
	const struct remand_spec good = SPEC(.argv = ARGV("true")),
				 bad = SPEC(.argv = ARGV("true"), .nice = 99),
				 led = SPEC(.argv = ARGV("true"),
					 .input = { .kind = REMAND_STREAM_NULL });
	const struct remand_pipeline_spec specs[] = {
		PIPELINE(.stages = STAGES(&good, &bad), .stages_count = 2),
		PIPELINE(.stages = STAGES(&good, &led), .stages_count = 2),
		PIPELINE(.stages = STAGES(&good), .stages_count = 1, .duplex = true),
		PIPELINE(.stages = STAGES(&good), .stages_count = 0),
		{ .size = sizeof(specs[0]),
			.stages = STAGES(&good),
			.stages_count = 1,
			.memory_bytes = 1 << 20,
			.pids = REMAND_UNLIMITED },
	};
	static const char *const sentences[] = {
		"stage 2: nice 99 is not between -20 and 19",
		"stage 2: its stdin or stdout leads to another stage, so that it can lead nowhere "
		"else",
		"two programs can talk to each other, not 1",
		"a pipeline cannot have 0 stages; expected 1 to 64",
		"stage 1: its memory limit is higher than that of all stages together; raise that "
		"one too",
	};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		struct remand_pipeline *pipeline = NULL;
		struct remand_error error = { 0 };

		CHECK_INT(remand_pipeline_start(&specs[i], &pipeline, &error), -EINVAL);
		CHECK_STR(error.message, sentences[i]);
		CHECK(!pipeline);
	}
}

TEST(one_that_is_cancelled_or_freed_leaves_nothing)
{
	const struct remand_spec a = SPEC(.argv = ARGV("sleep", "1000"));
	const struct remand_pipeline_spec spec =
		PIPELINE(.stages = STAGES(&a, &a), .stages_count = 2);
	struct remand_pipeline *pipeline = NULL;
	PIPELINE_RESULT result = { 0 };

	CHECK_INT(remand_pipeline_start(&spec, &pipeline, NULL), 0);
	CHECK_INT(remand_pipeline_result(pipeline, &result), -EAGAIN);
	CHECK_INT(remand_pipeline_wait(pipeline, 0, NULL), -ETIMEDOUT);
	remand_pipeline_cancel(pipeline);
	CHECK_INT(remand_pipeline_wait(pipeline, REMAND_UNLIMITED, NULL), 0);
	CHECK_INT(remand_pipeline_result(pipeline, &result), 0);
	CHECK_INT(remand_pipeline_result(pipeline, &result), -EAGAIN);
	remand_pipeline_free(pipeline);
	CHECK_INT(result.verdict, REMAND_VERDICT_CANCELLED);
	CHECK_INT(remand_pipeline_start(&spec, &pipeline, NULL), 0);
	remand_pipeline_free(pipeline);
	/* The harness counts descriptors and children. */
}
