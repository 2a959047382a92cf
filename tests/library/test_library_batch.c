/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many runs at a time in one thread. */
#include <errno.h>
#include <poll.h>

#include "clock.h"
#include "custody.h"
#include "table.h"

#define JOBS 24

static void batch_cleanup(struct remand_batch **batch)
{
	*batch = remand_batch_free(*batch);
}

#define BATCH __attribute__((cleanup(batch_cleanup))) struct remand_batch

static int submit(struct remand_batch *batch, const char *script, uint64_t tag)
{
	const struct remand_spec spec = SPEC(.argv = SH(script));
	struct remand_error error = { 0 };
	int r = remand_batch_submit(batch, &spec, tag, &error);

	if (r < 0 && r != -EAGAIN)
		printf("# %s\n", error.message);
	return r;
}

TEST(every_job_has_its_own_result_and_never_more_run_than_may)
{
	BATCH *batch = NULL;
	bool seen[JOBS] = { false };
	uint64_t next = 0, tag = 0;
	int results = 0;

	CHECK_INT(remand_batch_new(3, &batch, NULL), 0);
	while (results < JOBS) {
		RESULT result = { 0 };
		char script[32];
		int r = -EAGAIN;

		snprintf(script, sizeof(script), "exit %" PRIu64, next + 1);
		if (next < JOBS)
			r = submit(batch, script, next);
		if (r == 0) {
			next++;
			CHECK(remand_batch_running(batch) <= 3);
			continue;
		}
		CHECK_INT(r, -EAGAIN);
		CHECK_INT(remand_batch_next(batch, REMAND_UNLIMITED, &tag, &result, NULL), 0);
		CHECK(tag < JOBS && !seen[tag]);
		CHECK_INT(result.exit_code, tag + 1);
		seen[tag] = true;
		results++;
	}
	CHECK_INT(remand_batch_running(batch), 0);
}

TEST(a_job_that_kills_itself_disturbs_no_other)
{
	const uint64_t jobs = custody_scale(300, 12);
	uint64_t next = 0, right = 0, tag = 0;
	BATCH *batch = NULL;

	CHECK_INT(remand_batch_new(4, &batch, NULL), 0);
	for (uint64_t ended = 0; ended < jobs; ended++) {
		RESULT result = { 0 };

		while (next < jobs && remand_batch_running(batch) < 4) {
			CHECK_INT(submit(batch, next % 3 ? "exit 5" : "kill -9 $$", next), 0);
			next++;
		}
		CHECK_INT(remand_batch_next(batch, REMAND_UNLIMITED, &tag, &result, NULL), 0);
		right += tag % 3 ? result.exit_code == 5
				 : result.verdict == REMAND_VERDICT_SIGNAL && result.signal == 9;
	}
	CHECK_INT(right, jobs);
}

TEST(a_job_that_cannot_be_started_takes_no_place)
{
	BATCH *batch = NULL;
	const struct remand_spec bad = SPEC(.argv = ARGV("true"), .nice = 99);
	const struct remand_spec pipe =
		SPEC(.argv = ARGV("true"), .input = { .kind = REMAND_STREAM_PIPE });

	CHECK_INT(remand_batch_new(1, &batch, NULL), 0);
	CHECK_INT(remand_batch_submit(batch, &bad, 0, NULL), -EINVAL);
	CHECK_INT(remand_batch_submit(batch, &pipe, 0, NULL), -EINVAL);
	CHECK_INT(remand_batch_running(batch), 0);
	CHECK_INT(submit(batch, "exit 0", 0), 0);
}

TEST(waiting_ends_with_the_time_or_at_once_when_there_is_nothing_to_wait_for)
{
	BATCH *batch = NULL;
	RESULT result = { 0 };
	struct pollfd fd;
	uint64_t tag;

	CHECK_INT(remand_batch_new(2, &batch, NULL), 0);
	CHECK_INT(remand_batch_next(batch, REMAND_UNLIMITED, &tag, &result, NULL), -ENOENT);
	CHECK_INT(submit(batch, "sleep 1000", 7), 0);
	CHECK_INT(remand_batch_next(batch, 0, &tag, &result, NULL), -ETIMEDOUT);
	CHECK_INT(remand_batch_next(batch, 10 * NS_PER_MS, &tag, &result, NULL), -ETIMEDOUT);
	remand_batch_cancel(batch);
	fd = (struct pollfd){ .fd = remand_batch_fd(batch), .events = POLLIN };
	while (remand_batch_next(batch, 0, &tag, &result, NULL) == -ETIMEDOUT)
		CHECK_INT(poll(&fd, 1, 60000), 1);
	CHECK_INT(tag, 7);
	CHECK_INT(result.verdict, REMAND_VERDICT_CANCELLED);
}

TEST(a_batch_that_is_freed_leaves_nothing_running)
{
	BATCH *batch = NULL;

	CHECK_INT(remand_batch_new(3, &batch, NULL), 0);
	for (uint64_t i = 0; i < 3; i++)
		CHECK_INT(submit(batch, "sleep 1000", i), 0);
	/* The harness counts descriptors and children. */
}

TEST(a_batch_of_none_or_too_many_is_refused)
{
	struct remand_batch *batch = NULL;
	struct remand_error error;

	CHECK_INT(remand_batch_new(0, &batch, &error), -EINVAL);
	CHECK_STR(error.message, "a batch cannot have 0 runs at a time; expected 1 to 65536");
	CHECK_INT(remand_batch_new(REMAND_PARALLEL_MAX + 1, &batch, NULL), -EINVAL);
	CHECK(!batch);
}
