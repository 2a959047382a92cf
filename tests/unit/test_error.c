/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors are whole sentences that fit. */
#include "error.h"

#include <errno.h>

#include "table.h"

TEST(a_sentence_of_our_own_is_kept_with_its_stage_and_errno)
{
	struct remand_error error;

	memset(&error, 0xff, sizeof(error));
	CHECK_INT(error_say(&error, REMAND_STAGE_HOST, -ENOSYS, "no %s on %d", "x", 7), -ENOSYS);
	CHECK_INT(error.stage, REMAND_STAGE_HOST);
	CHECK_INT(error.errnum, ENOSYS);
	CHECK_STR(error.message, "no x on 7");
	CHECK_INT(error_say(&error, REMAND_STAGE_SPEC, 0, "b"), 0);
	CHECK_INT(error.errnum, 0);
	CHECK_STR(error.message, "b");
}

TEST(the_system_says_why_and_we_say_what_to_do)
{
	struct remand_error error;

	CHECK_INT(
		error_errno(&error, REMAND_STAGE_GROUP, -EACCES, "cannot create %s", "g"), -EACCES);
	CHECK_STR(error.message,
		"cannot create g: Permission denied; the cgroup is not delegated to this user");
	CHECK_INT(error_errno(&error, REMAND_STAGE_STDIO, -EACCES, "cannot open %s", "f"), -EACCES);
	CHECK_STR(error.message, "cannot open f: Permission denied");
}

TEST(without_a_record_the_error_is_still_returned)
{
	CHECK_INT(error_say(NULL, REMAND_STAGE_SPEC, -EINVAL, "%s", "x"), -EINVAL);
	CHECK_INT(error_errno(NULL, REMAND_STAGE_SPEC, -EINVAL, "%s", "x"), -EINVAL);
}

TEST(a_sentence_that_is_too_long_is_cut_and_terminated)
{
	struct remand_error error;
	char large[3000];

	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	error_say(&error, REMAND_STAGE_SPEC, -EINVAL, "%s", large);
	CHECK_INT(strlen(error.message), sizeof(error.message) - 1);
	error_errno(&error, REMAND_STAGE_GROUP, -EACCES, "%s", large);
	CHECK_INT(strlen(error.message), sizeof(error.message) - 1);
	large[sizeof(error.message) - 5] = '\0';
	error_errno(&error, REMAND_STAGE_GROUP, -EACCES, "%s", large);
	CHECK_INT(strlen(error.message), sizeof(error.message) - 1);
}

TEST(what_a_child_reports_becomes_a_sentence)
{
	static const struct {
		struct failure failure;
		const char *want;
	} rows[] = {
		{ { REMAND_STAGE_EXEC, ENOENT, "./sol" },
			"cannot execute ./sol: No such file or directory" },
		{ { REMAND_STAGE_EXEC, ENOEXEC, "x" }, "cannot execute x: Exec format error; "
						       "neither a program for this machine nor a "
						       "script with #!" },
		{ { REMAND_STAGE_CHDIR, ENOENT, "/x" },
			"cannot enter the directory /x: No such file or directory" },
		{ { REMAND_STAGE_LANDLOCK, EPERM, "" },
			"cannot apply Landlock: Operation not permitted" },
		{ { REMAND_STAGE_RLIMIT, EPERM, "core" },
			"cannot set the resource limit core: Operation not permitted; above the "
			"hard limit "
			"of the caller" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct remand_error error;

		error_from_failure(&error, &rows[i].failure);
		CHECK_STR(error.message, rows[i].want);
		CHECK_INT(error.stage, rows[i].failure.stage);
		CHECK_INT(error.errnum, rows[i].failure.errnum);
	}
}

TEST(a_record_that_makes_no_sense_does_no_harm)
{
	struct failure failure;
	struct remand_error error;

	memset(&failure, 0xff, sizeof(failure));
	memset(failure.object, 'x', sizeof(failure.object)); /* no end */
	error_from_failure(&error, &failure);
	CHECK_INT(error.stage, REMAND_STAGE_SUPERVISE);
	CHECK(strlen(error.message) < 512);
	CHECK(strstr(error.message, "xxx"));
	failure.stage = (enum remand_stage)(REMAND_STAGE_REPORT + 1);
	error_from_failure(&error, &failure);
	CHECK_INT(error.stage, REMAND_STAGE_SUPERVISE);
}

TEST(every_stage_has_a_word_and_can_be_told_in_a_sentence)
{
	for (int i = 0; i <= REMAND_STAGE_REPORT; i++) {
		struct failure failure = { (enum remand_stage)i, EIO, "object" };
		struct remand_error error;
		const char *name = remand_stage_name((enum remand_stage)i);

		CHECK(name && name[0]);
		for (int j = 0; j < i; j++)
			CHECK_ROW(strcmp(name, remand_stage_name((enum remand_stage)j)) != 0, name);
		error_from_failure(&error, &failure);
		CHECK_ROW(strncmp(error.message, "cannot ", 7) == 0, name);
		CHECK_ROW(strstr(error.message, " object: Input/output error"), name);
	}
}

TEST(what_a_child_reports_is_written_to_its_pipe_at_once)
{
	CHECK(sizeof(struct failure) <= 4096); /* PIPE_BUF: pipe(7) */
}
