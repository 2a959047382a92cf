/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The members of a run without a group: found all, or that is an error. */
#include "members.h"

#include <unistd.h>

#include "check.h"
#include "failing_readdir.h"

TEST(children_that_cannot_be_looked_for_are_an_error_and_not_none)
{
	struct members_usage usage;

	CHECK_INT(members_measure(getpid(), &usage), 0);
	CHECK_INT(usage.count, 0);
	for (int calls = 0; calls < 3; calls++) {
		int r;

		readdir_calls = calls;
		r = members_measure(getpid(), &usage);
		readdir_calls = -1;
		CHECK_INT(r, -EIO);
	}
}
