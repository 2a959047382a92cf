/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deadlines that never wrap. */
#include "clock.h"

#include "table.h"

TEST(the_clock_never_goes_back)
{
	uint64_t before = clock_now_ns();

	for (int i = 0; i < 1000; i++) {
		uint64_t now = clock_now_ns();

		CHECK(now >= before);
		before = now;
	}
	CHECK(before > 0);
}

TEST(a_deadline_that_is_too_far_away_is_never)
{
	static const struct {
		uint64_t start, duration, want;
	} rows[] = {
		{ 0, 0, 0 },
		{ 5, 7, 12 },
		{ 0, DEADLINE_NEVER, DEADLINE_NEVER },
		{ 1, DEADLINE_NEVER, DEADLINE_NEVER },
		{ DEADLINE_NEVER, 0, DEADLINE_NEVER },
		{ DEADLINE_NEVER, DEADLINE_NEVER, DEADLINE_NEVER },
		{ DEADLINE_NEVER - 1, 1, DEADLINE_NEVER },
		{ DEADLINE_NEVER - 1, 2, DEADLINE_NEVER },
		{ 10, DEADLINE_NEVER - 11, DEADLINE_NEVER - 1 },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		CHECK(clock_after(rows[i].start, rows[i].duration) == rows[i].want);
}

TEST(the_units_of_time_are_multiples_of_each_other)
{
	CHECK_INT(NS_PER_S, 1000 * NS_PER_MS);
	CHECK_INT(NS_PER_MS, 1000 * NS_PER_US);
	CHECK_INT(NS_PER_US, 1000);
}
