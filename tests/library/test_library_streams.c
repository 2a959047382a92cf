/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a caller of the library can feed, read, capture and pass on, with real programs. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "custody.h"
#include "fd.h"
#include "table.h"

static char *noise(size_t length)
{
	char *data = malloc(length);
	uint32_t x = 1;

	for (size_t i = 0; data && i < length; i++)
		data[i] = (char)((x = x * 1664525 + 1013904223) >> 24);
	return data;
}

static bool holds(const struct remand_capture *capture, const char *data, size_t length)
{
	return capture->length == length && memcmp(capture->data, data, length) == 0 &&
	       capture->data[length] == '\0';
}

/* Until end of file. */
static size_t read_all(int fd, char *buffer, size_t size)
{
	size_t used = 0;
	ssize_t n;

	while (used < size && (n = read(fd, buffer + used, size - used)) > 0)
		used += (size_t)n;
	return used;
}

TEST(bytes_of_any_size_go_through_cat_and_come_back_as_they_were)
{
	const size_t length = custody_scale(100, 4) << 20;
	CLEANUP_FREE char *data = noise(length);
	const struct remand_spec spec = SPEC(.argv = ARGV("cat"),
		.input = { .kind = REMAND_STREAM_BYTES, .data = data, .length = length },
		.output = { .kind = REMAND_STREAM_CAPTURE, .memory_bytes = REMAND_UNLIMITED },
		.output_bytes = REMAND_UNLIMITED);
	RESULT result = { 0 };

	CHECK(data);
	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_STR(result.reason, "exited with status 0");
	CHECK(!result.output.mapped);
	CHECK(holds(&result.output, data, length));
}

TEST(no_bytes_are_an_end_of_file)
{
	const struct remand_spec spec =
		SPEC(.argv = ARGV("cat"), .input = { .kind = REMAND_STREAM_BYTES },
			.output = { .kind = REMAND_STREAM_CAPTURE });
	RESULT result = { 0 };

	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK(holds(&result.output, "", 0));
}

TEST(the_callers_bytes_are_its_own_again_once_the_run_has_started)
{
	char data[] = "mine";
	const struct remand_spec spec = SPEC(.argv = SH("sleep 0.1; cat"),
		.input = { .kind = REMAND_STREAM_BYTES, .data = data, .length = 4 },
		.output = { .kind = REMAND_STREAM_CAPTURE });
	RUN *run = custody_start(&spec);
	RESULT result = { 0 };

	memset(data, 'x', 4);
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK(holds(&result.output, "mine", 4));
}

TEST(a_program_that_reads_one_byte_of_many_is_ok_and_raises_no_sigpipe)
{
	const size_t length = custody_scale(100, 4) << 20;
	CLEANUP_FREE char *data = noise(length);
	const struct remand_spec spec = SPEC(.argv = ARGV("head", "-c1"),
		.input = { .kind = REMAND_STREAM_BYTES, .data = data, .length = length },
		.output = { .kind = REMAND_STREAM_CAPTURE });
	RESULT result = { 0 };

	signal(SIGPIPE, SIG_DFL);
	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_OK);
	CHECK(holds(&result.output, data, 1));
}

TEST(both_outputs_are_captured_at_once_while_the_input_is_fed)
{
	const size_t length = custody_scale(10, 1) << 20;
	CLEANUP_FREE char *data = noise(length);
	const struct remand_spec spec = SPEC(.argv = SH("tee /dev/stderr"),
		.input = { .kind = REMAND_STREAM_BYTES, .data = data, .length = length },
		.output = { .kind = REMAND_STREAM_CAPTURE },
		.error = { .kind = REMAND_STREAM_CAPTURE });
	RESULT result = { 0 };

	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK(holds(&result.output, data, length));
	CHECK(holds(&result.error, data, length));
}

TEST(a_large_capture_is_in_a_file_without_a_name_and_reads_like_memory)
{
	const size_t length = (3 << 20) + 4096;
	CLEANUP_FREE char *data = noise(length);
	const struct remand_spec spec = SPEC(.argv = ARGV("cat"),
		.input = { .kind = REMAND_STREAM_BYTES, .data = data, .length = length },
		.output = { .kind = REMAND_STREAM_CAPTURE });
	RESULT result = { 0 };

	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK(result.output.mapped);
	CHECK(holds(&result.output, data, length));
	result.output.data[0] = 'x'; /* memory of the caller's own */
	remand_result_clear(&result);
	CHECK(!result.output.data && !result.output.mapped);
}

TEST(a_flood_into_a_file_is_cut_at_the_output_limit)
{
	const struct remand_spec spec = SPEC(.argv = ARGV("yes"), .output_bytes = 2 << 20,
		.output = { .kind = REMAND_STREAM_CAPTURE, .memory_bytes = 4096 });
	RESULT result = { 0 };

	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_OUTPUT_LIMIT);
	CHECK_INT(result.output.length, 2 << 20);
	CHECK(result.output.mapped && result.output.data[2 << 20] == '\0');
}

TEST(a_grandchild_that_keeps_the_pipe_open_delays_nothing)
{
	const struct remand_spec spec = SPEC(.argv = SH("sleep 1000 & echo hi"),
		.output = { .kind = REMAND_STREAM_CAPTURE });
	RESULT result = { 0 };

	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_OK); /* and not wall-limit */
	CHECK(holds(&result.output, "hi\n", 3));
}

TEST(stderr_merged_into_stdout_keeps_the_order)
{
	const struct remand_spec spec = SPEC(.argv = SH("echo o; echo e >&2; echo o; exit 4"),
		.output = { .kind = REMAND_STREAM_CAPTURE },
		.error = { .kind = REMAND_STREAM_MERGE });
	RESULT result = { 0 };

	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK(holds(&result.output, "o\ne\no\n", 6));
	CHECK_INT(result.exit_code, 4);
}

/* ---- pipes ---- */

TEST(a_caller_talks_with_the_program_through_pipes)
{
	const struct remand_spec spec = SPEC(.argv = SH("read a; echo got $a; read b; echo end"),
		.input = { .kind = REMAND_STREAM_PIPE }, .output = { .kind = REMAND_STREAM_PIPE });
	RUN *run = custody_start(&spec);
	CLEANUP_FD int to = run ? remand_take_stream(run, 0) : -1;
	CLEANUP_FD int from = run ? remand_take_stream(run, 1) : -1;
	RESULT result = { 0 };
	char buffer[32] = "";

	CHECK(to > 2 && from > 2);
	CHECK((fcntl(to, F_GETFD) & FD_CLOEXEC) && (fcntl(from, F_GETFD) & FD_CLOEXEC));
	CHECK(!(fcntl(to, F_GETFL) & O_NONBLOCK) && !(fcntl(from, F_GETFL) & O_NONBLOCK));
	CHECK_INT(write(to, "one\n", 4), 4);
	/* Output moves when we dispatch. */
	CHECK_INT(fcntl(from, F_SETFL, O_NONBLOCK), 0);
	while (read(from, buffer, sizeof(buffer)) < 0)
		CHECK(remand_wait(run, 1000000, NULL) == -ETIMEDOUT);
	CHECK_STR(buffer, "got one\n");
	to = fd_close(to); /* end of file: the second read returns */
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(read(from, buffer, sizeof(buffer)), 4);
	CHECK(memcmp(buffer, "end\n", 4) == 0);
	CHECK_INT(read(from, buffer, sizeof(buffer)), 0);
}

TEST(a_result_does_not_wait_for_a_reader_and_what_was_written_can_be_read_later)
{
	/* More than one pipe holds, less than two: the program itself need not wait. */
	const struct remand_spec spec = SPEC(.argv = ARGV("head", "-c", "120000", "/dev/zero"),
		.output = { .kind = REMAND_STREAM_PIPE });
	RUN *run = custody_start(&spec);
	CLEANUP_FD int from = run ? remand_take_stream(run, 1) : -1;
	CLEANUP_FREE char *buffer = malloc(200000);
	RESULT result = { 0 };

	CHECK(run);
	CHECK_INT(remand_wait(run, UINT64_C(120) * 1000000000, NULL), 0);
	CHECK_INT(remand_result(run, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_OK);
	CHECK_INT(result.stdout_bytes, 120000);
	run = remand_free(run);
	CHECK_INT(read_all(from, buffer, 200000), 120000);
}

TEST(what_a_pipe_carries_is_counted_and_cut)
{
	const struct remand_spec spec = SPEC(.argv = ARGV("yes"), .output_bytes = 1000,
		.output = { .kind = REMAND_STREAM_PIPE });
	RUN *run = custody_start(&spec);
	CLEANUP_FD int from = run ? remand_take_stream(run, 1) : -1;
	RESULT result = { 0 };
	char buffer[2000];

	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_OUTPUT_LIMIT);
	CHECK_INT(read_all(from, buffer, sizeof(buffer)), 1000);
}

TEST(a_reader_that_goes_away_is_sigpipe_for_the_program)
{
	const struct remand_spec spec = SPEC(.argv = ARGV("yes"), .output_bytes = REMAND_UNLIMITED,
		.output = { .kind = REMAND_STREAM_PIPE });
	RUN *run = custody_start(&spec);
	RESULT result = { 0 };

	CHECK(run);
	signal(SIGPIPE, SIG_DFL);
	fd_close(remand_take_stream(run, 1));
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.signal, SIGPIPE);
}

TEST(an_end_can_be_taken_once_and_only_of_a_pipe)
{
	const struct remand_spec spec =
		SPEC(.argv = ARGV("true"), .input = { .kind = REMAND_STREAM_PIPE });
	RUN *run = custody_start(&spec);

	CHECK(run);
	fd_close(remand_take_stream(run, 0));
	CHECK_INT(remand_take_stream(run, 0), -EINVAL);
	CHECK_INT(remand_take_stream(run, 1), -EINVAL);
	CHECK_INT(remand_take_stream(run, 3), -EINVAL);
	CHECK_INT(remand_take_stream(run, -1), -EINVAL);
}

TEST(an_end_that_nobody_takes_goes_with_the_run)
{
	const struct remand_spec spec = SPEC(.argv = ARGV("cat"),
		.input = { .kind = REMAND_STREAM_PIPE }, .output = { .kind = REMAND_STREAM_PIPE });
	RUN *run = custody_start(&spec);

	CHECK(run); /* the harness counts descriptors and children */
}

TEST(remand_run_refuses_a_pipe_that_nobody_could_take)
{
	const struct remand_spec spec =
		SPEC(.argv = ARGV("cat"), .input = { .kind = REMAND_STREAM_PIPE });
	struct remand_result result;
	struct remand_error error;

	CHECK_INT(remand_run(&spec, &result, &error), -EINVAL);
	CHECK_STR(error.message,
		"nobody could take the end of a stream of the kind PIPE here; use remand_start()");
}

/* Two runs, the output of the first being the input of the second: one carries, with one pipe. */
TEST(a_pipe_of_one_run_can_be_the_stream_of_another)
{
	const struct remand_spec reader =
		SPEC(.argv = ARGV("wc", "-c"), .input = { .kind = REMAND_STREAM_PIPE },
			.output = { .kind = REMAND_STREAM_CAPTURE });
	RUN *second = custody_start(&reader);
	CLEANUP_FD int joint = second ? remand_take_stream(second, 0) : -1;
	const struct remand_spec writer = SPEC(.argv = ARGV("head", "-c", "1000000", "/dev/zero"),
		.output = { .kind = REMAND_STREAM_FD, .fd = joint });
	RUN *first = custody_start(&writer);
	RESULT result = { 0 };
	RESULT count = { 0 };

	joint = fd_close(joint);
	CHECK_INT(custody_finish(first, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_OK);
	CHECK_INT(custody_finish(second, &count), 0);
	CHECK_STR(count.output.data, "1000000\n");
}

/* ---- descriptors passed on ---- */

TEST(a_passed_descriptor_has_the_number_that_was_asked_for_and_no_other_is_there)
{
	CLEANUP_FD int hosts = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
	CLEANUP_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const struct remand_pass passes[] = { { hosts, 3 }, { null, 200 }, { hosts, 7 } };
	const struct remand_spec spec = SPEC(.argv = ARGV("dash", "-c", "ls /proc/$$/fd; cat <&7"),
		.output = { .kind = REMAND_STREAM_CAPTURE }, .passes = passes,
		.passes_count = COUNT_OF(passes));
	RESULT result = { 0 };

	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK(strncmp(result.output.data, "0\n1\n2\n200\n3\n7\n", 14) == 0);
	CHECK(result.output.length > 14);
}

TEST(two_passed_descriptors_can_change_places)
{
	int a[2], b[2];
	char c = 0;

	CHECK_INT(pipe2(a, O_CLOEXEC), 0);
	CHECK_INT(pipe2(b, O_CLOEXEC), 0);
	{
		const struct remand_pass passes[] = { { a[1], b[1] }, { b[1], a[1] } };
		char script[64];
		const struct remand_spec spec = SPEC(.argv = SH(script), .passes = passes,
			.passes_count = COUNT_OF(passes));
		RESULT result = { 0 };

		snprintf(script, sizeof(script), "printf b >&%d; printf a >&%d", a[1], b[1]);
		CHECK_INT(custody_run(&spec, &result), 0);
	}
	CHECK_INT(read(a[0], &c, 1), 1);
	CHECK_INT(c, 'a');
	CHECK_INT(read(b[0], &c, 1), 1);
	CHECK_INT(c, 'b');
	for (int i = 0; i < 2; i++) {
		fd_close(a[i]);
		fd_close(b[i]);
	}
}

TEST(the_callers_end_of_a_passed_pipe_ends_with_the_run)
{
	int ends[2];
	char c;

	CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
	{
		const struct remand_pass pass = { ends[1], 3 };
		const struct remand_spec spec =
			SPEC(.argv = SH("sleep 1000 & exit 0"), .passes = &pass, .passes_count = 1);
		RESULT result = { 0 };

		CHECK_INT(custody_run(&spec, &result), 0);
	}
	fd_close(ends[1]);
	CHECK_INT(read(ends[0], &c, 1), 0);
	fd_close(ends[0]);
}

TEST(a_descriptor_that_is_not_open_is_refused_before_anything_starts)
{
	const struct remand_pass pass = { 999, 3 };
	const struct remand_spec spec =
		SPEC(.argv = ARGV("true"), .passes = &pass, .passes_count = 1);
	struct remand_result result;
	struct remand_error error;

	CHECK_INT(remand_run(&spec, &result, &error), -EBADF);
	CHECK_STR(error.message, "cannot pass descriptor 999 on as 3: Bad file descriptor");
}
