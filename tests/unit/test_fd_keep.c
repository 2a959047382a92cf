/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Closing every descriptor but some. */
#include "fd.h"

#include <errno.h>
#include <fcntl.h>

#include "scratch.h"
#include "table.h"

#define HIGHEST 300

struct case_ {
	const char *what;
	int keep[8];
	size_t count;
};

/* In a child: everything from 0 to HIGHEST is open, then only what is to be kept. */
static int keep_some(void *argument)
{
	const struct case_ *row = argument;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd <= HIGHEST; fd++)
		if (fd != null && dup2(null, fd) != fd)
			return 1;
	if (fd_close_all_but(row->keep, row->count, NULL) != 0)
		return 2;
	for (int fd = 0; fd <= HIGHEST; fd++) {
		bool kept = false;

		for (size_t i = 0; i < row->count; i++)
			kept |= row->keep[i] == fd;
		if (kept != (fcntl(fd, F_GETFD) >= 0))
			return 3;
	}
	return 0;
}

TEST(exactly_the_kept_descriptors_stay_open)
{
	static struct case_ rows[] = {
		{ "none", { 0 }, 0 },
		{ "one", { 7 }, 1 },
		{ "the first", { 0 }, 1 },
		{ "the standard ones", { 0, 1, 2 }, 3 },
		{ "not the standard ones", { 3, 4 }, 2 },
		{ "the last", { HIGHEST }, 1 },
		{ "unsorted", { 200, 5, 100, 3, 299 }, 5 },
		{ "neighbours", { 10, 11, 12, 13 }, 4 },
		{ "neighbours backwards", { 13, 12, 11, 10 }, 4 },
		{ "twice", { 9, 9, 4, 9 }, 4 },
		{ "nothing", { -1 }, 1 },
		{ "nothing between", { -1, 20, -1, 2, -1 }, 5 },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		CHECK_ROW(scratch_child(keep_some, &rows[i]) == 0, rows[i].what);
}

static int keep_closed(void *argument)
{
	static const int keep[] = { 5000, 4 };

	(void)argument;
	close(4);
	if (fd_close_all_but(keep, COUNT_OF(keep), NULL) != 0)
		return 1;
	return fcntl(4, F_GETFD) < 0 && fcntl(5000, F_GETFD) < 0 ? 0 : 2;
}

TEST(a_kept_descriptor_need_not_be_open)
{
	CHECK_INT(scratch_child(keep_closed, NULL), 0);
}

TEST(closing_keeps_errno_and_returns_the_empty_value)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	errno = ENOTTY;
	CHECK_INT(fd_close(fd), -1);
	CHECK_INT(errno, ENOTTY);
	CHECK(fcntl(fd, F_GETFD) < 0);
	errno = ENOTTY;
	CHECK_INT(fd_close(-1), -1);
	CHECK_INT(errno, ENOTTY);
}

TEST(taking_a_descriptor_leaves_the_empty_value_behind)
{
	int fd = 17;

	CHECK_INT(fd_take(&fd), 17);
	CHECK_INT(fd, -1);
}
