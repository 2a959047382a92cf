/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small kernel files: whole or not at all. */
#include "file.h"

#include <errno.h>

#include "scratch.h"
#include "table.h"

TEST(a_small_file_is_read_whole_without_its_last_newline)
{
	static const struct {
		const char *content, *want;
	} rows[] = {
		{ "max\n", "max" },
		{ "max", "max" },
		{ "a 1\nb 2\n", "a 1\nb 2" },
		{ "a\n\n", "a\n" },
		{ "\n", "" },
		{ "", "" },
	};
	SCRATCH(scratch, "/tmp");
	char buffer[16];

	CHECK(scratch.fd >= 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		CHECK_INT(scratch_write(&scratch, "file", rows[i].content), 0);
		CHECK_INT(file_read(scratch.fd, "file", buffer, sizeof(buffer)), 0);
		CHECK_STR(buffer, rows[i].want);
	}
}

TEST(a_file_that_does_not_fit_is_an_error_and_never_cut)
{
	SCRATCH(scratch, "/tmp");
	char buffer[16];

	CHECK(scratch.fd >= 0);
	CHECK_INT(scratch_write(&scratch, "file", "012345678901234"), 0);
	CHECK_INT(file_read(scratch.fd, "file", buffer, sizeof(buffer)), 0);
	CHECK_STR(buffer, "012345678901234");
	CHECK_INT(scratch_write(&scratch, "file", "0123456789012345"), 0);
	CHECK_INT(file_read(scratch.fd, "file", buffer, sizeof(buffer)), -EFBIG);
	CHECK_INT(scratch_write(&scratch, "file", "01234567890123456789"), 0);
	CHECK_INT(file_read(scratch.fd, "file", buffer, sizeof(buffer)), -EFBIG);
}

TEST(a_file_that_cannot_be_read_says_why)
{
	SCRATCH(scratch, "/tmp");
	char buffer[16];

	CHECK(scratch.fd >= 0);
	CHECK_INT(file_read(scratch.fd, "missing", buffer, sizeof(buffer)), -ENOENT);
	CHECK_INT(file_read(scratch.fd, ".", buffer, sizeof(buffer)), -EISDIR);
	CHECK_INT(file_read(-1, "missing", buffer, sizeof(buffer)), -EBADF);
	CHECK_INT(file_read_fd(-1, buffer, sizeof(buffer)), -EBADF);
}

TEST(an_open_file_is_read_from_its_start_every_time)
{
	CLEANUP_FD int fd = -1;
	SCRATCH(scratch, "/tmp");
	char buffer[16];

	CHECK(scratch.fd >= 0);
	CHECK_INT(scratch_write(&scratch, "file", "first\n"), 0);
	fd = openat(scratch.fd, "file", O_RDONLY | O_CLOEXEC);
	CHECK_INT(file_read_fd(fd, buffer, sizeof(buffer)), 0);
	CHECK_STR(buffer, "first");
	CHECK_INT(scratch_write(&scratch, "file", "second\n"), 0);
	CHECK_INT(file_read_fd(fd, buffer, sizeof(buffer)), 0);
	CHECK_STR(buffer, "second");
}

TEST(a_write_goes_to_an_existing_file_only)
{
	SCRATCH(scratch, "/tmp");
	char buffer[16];

	CHECK(scratch.fd >= 0);
	CHECK_INT(file_write(scratch.fd, "file", "7"), -ENOENT);
	CHECK_INT(scratch_write(&scratch, "file", ""), 0);
	CHECK_INT(file_write(scratch.fd, "file", "7"), 0);
	CHECK_INT(file_read(scratch.fd, "file", buffer, sizeof(buffer)), 0);
	CHECK_STR(buffer, "7");
	CHECK_INT(file_write(AT_FDCWD, "/dev/full", "7"), -ENOSPC);
}

TEST(the_number_of_a_key_is_found_on_whichever_line_it_is)
{
	static const char text[] = "usage_usec 17\nuser_usec 4\nsystem_usec 0\n\n"
				   "max_usec 9\nmax 18446744073709551615\nlast 3";
	static const struct {
		const char *key;
		int r;
		uint64_t want;
	} rows[] = {
		{ "usage_usec", 0, 17 },
		{ "user_usec", 0, 4 },
		{ "system_usec", 0, 0 },
		{ "max_usec", 0, 9 },
		{ "max", 0, UINT64_MAX },
		{ "last", 0, 3 },
		{ "usec", -ENOENT },
		{ "ma", -ENOENT },
		{ "max_use", -ENOENT },
		{ "user_usec 4", -ENOENT },
		{ "17", -ENOENT },
		{ "missing", -ENOENT },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t value = 4711;

		CHECK_ROW(file_find_u64(text, rows[i].key, &value) == rows[i].r, rows[i].key);
		CHECK_ROW(value == (rows[i].r ? 4711 : rows[i].want), rows[i].key);
	}
}

TEST(a_value_that_is_no_number_is_an_error_and_not_a_guess)
{
	static const struct {
		const char *text;
		int r;
	} rows[] = {
		{ "", -ENOENT },
		{ "\n", -ENOENT },
		{ "key", -ENOENT },
		{ "key\n", -ENOENT },
		{ "key\t1", -ENOENT },
		{ "xkey 1", -ENOENT },
		{ " key 1", -ENOENT },
		{ "key ", -EINVAL },
		{ "key \n", -EINVAL },
		{ "key \nother 5", -EINVAL },
		{ "key max", -EINVAL },
		{ "key x1", -EINVAL },
		{ "key 1x", -EINVAL },
		{ "key 1.5", -EINVAL },
		{ "key -1", -EINVAL },
		{ "key 18446744073709551616", -EINVAL },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t value = 4711;

		CHECK_ROW(file_find_u64(rows[i].text, "key", &value) == rows[i].r, rows[i].text);
		CHECK_ROW(value == 4711, rows[i].text);
	}
}
