/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the target gets as stdin, stdout and stderr, and what it does not. */
#include "streams.h"

#include <errno.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "file.h"
#include "scratch.h"
#include "table.h"

static void streams_cleanup(struct streams *streams)
{
	streams_done(streams);
}

#define STREAMS __attribute__((cleanup(streams_cleanup))) struct streams

#define NULL_STREAM                                  \
	{                                            \
		.kind = REMAND_STREAM_NULL, .fd = -1 \
	}

static struct remand_spec spec_with(uint64_t output_bytes)
{
	return (struct remand_spec){ .output_bytes = output_bytes,
		.input = NULL_STREAM,
		.output = NULL_STREAM,
		.error = NULL_STREAM };
}

/* Without a directory to beware of, for a target that cannot open its stdin for writing. */
static int open_streams(
	struct streams *ret_streams, const struct remand_spec *spec, struct remand_error *error)
{
	const struct path_hostile nowhere = { .exists = false };
	const struct streams_host host = { .hostile = &nowhere, .separate_ids = true };

	return streams_open(ret_streams, spec, &host, error);
}

static struct remand_stream from_fd(int fd)
{
	return (struct remand_stream){ .kind = REMAND_STREAM_FD, .fd = fd };
}

static struct remand_stream from_path(const char *path)
{
	return (struct remand_stream){ .kind = REMAND_STREAM_PATH, .path = path };
}

static bool is_same(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static bool is_null(int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat("/dev/null", &b) == 0 && S_ISCHR(a.st_mode) &&
	       a.st_rdev == b.st_rdev;
}

static bool is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

static int access_mode(int fd)
{
	return fcntl(fd, F_GETFL) & O_ACCMODE;
}

TEST(default_and_null_are_the_null_device_in_one_direction_only)
{
	static const enum remand_stream_kind kinds[] = { REMAND_STREAM_DEFAULT,
		REMAND_STREAM_NULL };

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct remand_spec spec = spec_with(10);
		STREAMS streams = STREAMS_EMPTY;

		spec.input.kind = spec.output.kind = spec.error.kind = kinds[i];
		CHECK_INT(open_streams(&streams, &spec, NULL), 0);
		for (int j = 0; j < 3; j++) {
			int fd = streams.stream[j].target_fd;

			CHECK(is_null(fd));
			CHECK(fd > 2);
			CHECK_INT(access_mode(fd), j == 0 ? O_RDONLY : O_WRONLY);
			CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		}
		CHECK(streams_written(&streams, 1) == REMAND_UNKNOWN);
		CHECK(streams_written(&streams, 2) == REMAND_UNKNOWN);
	}
}

static void check_hidden_input(int fd)
{
	struct remand_spec spec = spec_with(10);
	STREAMS streams = STREAMS_EMPTY;

	spec.input = from_fd(fd);
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	CHECK(is_pipe(streams.stream[0].target_fd));
	CHECK(!is_same(streams.stream[0].target_fd, fd));
	CHECK_INT(access_mode(streams.stream[0].target_fd), O_RDONLY);
	CHECK_INT(fcntl(streams.stream[0].target_fd, F_GETFL) & O_NONBLOCK, 0);
	CHECK(fcntl(streams.stream[0].pump.to, F_GETFL) & O_NONBLOCK);
}

TEST(a_read_only_file_is_handed_over_at_the_callers_offset_and_the_caller_follows)
{
	struct remand_spec spec = spec_with(10);
	STREAMS streams = STREAMS_EMPTY;
	CLEANUP_FD int fd = -1;
	SCRATCH(scratch, "/tmp");
	char c;

	CHECK_INT(scratch_write(&scratch, "file", "abcd"), 0);
	fd = openat(scratch.fd, "file", O_RDONLY | O_CLOEXEC);
	CHECK_INT(read(fd, &c, 1), 1);
	spec.input = from_fd(fd);
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	CHECK(is_same(streams.stream[0].target_fd, fd));
	CHECK_INT(read(streams.stream[0].target_fd, &c, 1), 1);
	CHECK_INT(c, 'b');
	streams_close_target_fds(&streams);
	streams_follow_offset(&streams);
	CHECK_INT(read(fd, &c, 1), 1);
	CHECK_INT(c, 'c');
}

TEST(the_target_cannot_change_flags_or_offset_of_what_the_caller_reads)
{
	struct remand_spec spec = spec_with(10);
	STREAMS streams = STREAMS_EMPTY;
	CLEANUP_FD int file = -1;
	SCRATCH(scratch, "/tmp");
	int fds[2];

	CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
	spec.input = from_fd(fds[0]);
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	CHECK_INT(fcntl(streams.stream[0].target_fd, F_SETFL, O_NONBLOCK), 0);
	CHECK_INT(fcntl(fds[0], F_GETFL) & O_NONBLOCK, 0);
	streams_done(&streams);
	fd_close(fds[0]);
	fd_close(fds[1]);

	CHECK_INT(scratch_write(&scratch, "file", "abcd"), 0);
	file = openat(scratch.fd, "file", O_RDONLY | O_CLOEXEC);
	spec.input = from_fd(file);
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	CHECK_INT(lseek(streams.stream[0].target_fd, 3, SEEK_SET), 3);
	CHECK_INT(lseek(file, 0, SEEK_CUR), 0);
}

TEST(a_pipe_of_the_caller_is_reached_through_one_of_ours)
{
	int fds[2];

	CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
	check_hidden_input(fds[0]);
	fd_close(fds[0]);
	fd_close(fds[1]);
}

TEST(a_target_that_could_open_its_stdin_for_writing_gets_a_pipe)
{
	const struct path_hostile nowhere = { .exists = false };
	const struct streams_host host = { .hostile = &nowhere, .separate_ids = false };
	struct remand_spec spec = spec_with(10);
	CLEANUP_FD int fd = -1;
	SCRATCH(scratch, "/tmp");
	char path[128];

	CHECK_INT(scratch_write(&scratch, "file", "abc"), 0);
	fd = openat(scratch.fd, "file", O_RDONLY | O_CLOEXEC);
	for (int i = 0; i < 2; i++) {
		STREAMS streams = STREAMS_EMPTY;
		char buffer[8];

		spec.input = i ? from_path(scratch_join(&scratch, "file", path)) : from_fd(fd);
		CHECK_INT(streams_open(&streams, &spec, &host, NULL), 0);
		CHECK(is_pipe(streams.stream[0].target_fd));
		CHECK_INT(pump_step(&streams.stream[0].pump), 0);
		CHECK_INT(read(streams.stream[0].target_fd, buffer, sizeof(buffer)), 3);
		CHECK(memcmp(buffer, "abc", 3) == 0);
	}
}

static int open_with_alarm(void *spec)
{
	STREAMS streams = STREAMS_EMPTY;

	/* Ends a supervisor that hangs. */
	alarm(60);
	return open_streams(&streams, spec, NULL) == 0 ? 0 : 1;
}

TEST(a_fifo_whose_last_writer_is_gone_does_not_hang_the_supervisor)
{
	struct remand_spec spec = spec_with(10);
	CLEANUP_FD int writer = -1;
	CLEANUP_FD int reader = -1;
	SCRATCH(scratch, "/tmp");
	char path[128];

	CHECK_INT(mkfifo(scratch_join(&scratch, "fifo", path), 0600), 0);
	writer = open(path, O_RDWR | O_CLOEXEC);
	reader = open(path, O_RDONLY | O_CLOEXEC);
	CHECK_INT(write(writer, "x", 1), 1);
	writer = fd_close(writer);
	spec.input = from_fd(reader);
	CHECK_INT(scratch_child(open_with_alarm, &spec), 0);
}

TEST(a_terminal_is_never_handed_over_as_stdin)
{
	CLEANUP_FD int master = -1;
	CLEANUP_FD int slave = -1;
	CLEANUP_FD int reader = -1;

	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		SKIP("no pseudo terminals here");
	check_hidden_input(slave);
	reader = open(ttyname(slave), O_RDONLY | O_NOCTTY | O_CLOEXEC);
	CHECK(reader >= 0);
	check_hidden_input(reader);
}

TEST(what_can_also_be_written_is_never_handed_over_as_stdin)
{
	CLEANUP_FD int file = -1;
	CLEANUP_FD int fifo = -1;
	int pair[2];
	char path[128];
	SCRATCH(scratch, "/tmp");

	CHECK_INT(scratch_write(&scratch, "file", "abc"), 0);
	file = openat(scratch.fd, "file", O_RDWR | O_CLOEXEC);
	check_hidden_input(file);
	CHECK_INT(mkfifo(scratch_join(&scratch, "fifo", path), 0600), 0);
	fifo = open(path, O_RDWR | O_CLOEXEC);
	check_hidden_input(fifo);
	CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	check_hidden_input(pair[0]);
	fd_close(pair[0]);
	fd_close(pair[1]);
}

TEST(an_output_descriptor_of_the_caller_is_reached_through_a_pipe_and_counted)
{
	struct remand_spec spec = spec_with(4);
	STREAMS streams = STREAMS_EMPTY;
	char buffer[16];
	int fds[2];

	CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
	spec.output = spec.error = from_fd(fds[1]);
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	CHECK(is_pipe(streams.stream[1].target_fd));
	CHECK(!is_same(streams.stream[1].target_fd, fds[1]));
	CHECK(!is_same(streams.stream[1].target_fd, streams.stream[2].target_fd));
	CHECK_INT(access_mode(streams.stream[1].target_fd), O_WRONLY);
	CHECK_INT(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0);
	CHECK_INT(streams_written(&streams, 1), 0);

	CHECK_INT(write(streams.stream[1].target_fd, "012345", 6), 6);
	CHECK_INT(pump_step(&streams.stream[1].pump), 0);
	CHECK_INT(read(fds[0], buffer, sizeof(buffer)), 4);
	CHECK(memcmp(buffer, "0123", 4) == 0);
	CHECK_INT(streams_written(&streams, 1), 6);
	CHECK_INT(streams_written(&streams, 2), 0);
	fd_close(fds[0]);
	fd_close(fds[1]);
}

TEST(a_descriptor_that_is_not_open_is_refused_with_a_sentence)
{
	struct remand_spec spec = spec_with(10);
	struct remand_error error;
	STREAMS streams = STREAMS_EMPTY;

	spec.input = from_fd(999);
	CHECK_INT(open_streams(&streams, &spec, &error), -EBADF);
	CHECK_STR(error.message, "cannot connect stdin: Bad file descriptor");
	CHECK_INT(error.stage, REMAND_STAGE_STDIO);
	spec = spec_with(10);
	spec.error = from_fd(-1);
	CHECK_INT(open_streams(&streams, &spec, &error), -EBADF);
	CHECK_STR(error.message, "cannot connect stderr: Bad file descriptor");
	spec.error = (struct remand_stream){ .kind = (enum remand_stream_kind)99 };
	CHECK_INT(open_streams(&streams, &spec, &error), -EINVAL);
	CHECK_STR(error.message, "cannot connect stderr: Invalid argument");
}

TEST(an_output_file_is_truncated_and_what_the_target_writes_is_counted)
{
	struct remand_spec spec = spec_with(10);
	STREAMS streams = STREAMS_EMPTY;
	SCRATCH(scratch, "/tmp");
	char path[128], content[32];
	int fd;

	CHECK_INT(scratch_write(&scratch, "out", "old content"), 0);
	spec.output = from_path(scratch_join(&scratch, "out", path));
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	fd = streams.stream[1].target_fd;
	CHECK_INT(streams_written(&streams, 1), 0);
	CHECK_INT(access_mode(fd), O_WRONLY);
	CHECK_INT(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	CHECK_INT(write(fd, "new", 3), 3);
	streams_close_target_fds(&streams);
	CHECK_INT(pump_step(&streams.stream[1].pump), 0);
	CHECK_INT(streams_written(&streams, 1), 3);
	CHECK_INT(file_read(scratch.fd, "out", content, sizeof(content)), 0);
	CHECK_STR(content, "new");
}

TEST(an_output_file_is_created_as_the_umask_allows)
{
	struct remand_spec spec = spec_with(10);
	STREAMS streams = STREAMS_EMPTY;
	SCRATCH(scratch, "/tmp");
	char path[128];
	struct stat st;
	mode_t mask = umask(027);

	spec.error = from_path(scratch_join(&scratch, "err", path));
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	umask(mask);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 0777, 0640);
	CHECK_INT(streams_written(&streams, 2), 0);
}

TEST(an_output_device_is_reached_through_a_pipe)
{
	struct remand_spec spec = spec_with(10);
	STREAMS streams = STREAMS_EMPTY;

	spec.output = from_path("/dev/null");
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	CHECK(is_pipe(streams.stream[1].target_fd));
	CHECK_INT(streams_written(&streams, 1), 0);
}

TEST(an_input_file_is_read_only_and_blocking)
{
	struct remand_spec spec = spec_with(10);
	STREAMS streams = STREAMS_EMPTY;
	SCRATCH(scratch, "/tmp");
	char path[128], c;
	int fd;

	CHECK_INT(scratch_write(&scratch, "in", "x"), 0);
	spec.input = from_path(scratch_join(&scratch, "in", path));
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	fd = streams.stream[0].target_fd;
	CHECK_INT(access_mode(fd), O_RDONLY);
	CHECK_INT(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	CHECK_INT(read(fd, &c, 1), 1);
}

TEST(an_input_fifo_without_a_writer_does_not_hang_and_is_at_its_end)
{
	struct remand_spec spec = spec_with(10);
	STREAMS streams = STREAMS_EMPTY;
	SCRATCH(scratch, "/tmp");
	char path[128], c;

	CHECK_INT(mkfifo(scratch_join(&scratch, "fifo", path), 0600), 0);
	spec.input = from_path(path);
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	CHECK(is_pipe(streams.stream[0].target_fd));
	CHECK_INT(pump_step(&streams.stream[0].pump), 0);
	CHECK_INT(read(streams.stream[0].target_fd, &c, 1), 0);
}

/* ---- refused paths ---- */

TEST(a_path_that_cannot_be_opened_is_refused_with_a_sentence_that_names_it)
{
	static const struct {
		int which;
		const char *name;
		int r;
		const char *why;
	} rows[] = {
		{ 0, "missing", -ENOENT, "No such file or directory" },
		{ 0, "directory", -EISDIR, "Is a directory" },
		{ 1, "directory", -EISDIR, "Is a directory" },
		{ 2, "directory", -EISDIR, "Is a directory" },
		{ 1, "fifo", -ENXIO, "No such device or address" },
		{ 2, "fifo", -ENXIO, "No such device or address" },
		{ 1, "missing/out", -ENOENT, "No such file or directory" },
		{ 0, "socket", -ENXIO, "No such device or address" },
	};
	static const char *const names[] = { "stdin", "stdout", "stderr" };
	SCRATCH(scratch, "/tmp");
	char path[128], want[256];

	CHECK_INT(mkdir(scratch_join(&scratch, "directory", path), 0700), 0);
	CHECK_INT(mkfifo(scratch_join(&scratch, "fifo", path), 0600), 0);
	CHECK_INT(mknod(scratch_join(&scratch, "socket", path), S_IFSOCK | 0600, 0), 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct remand_spec spec = spec_with(10);
		struct remand_stream *const stream[] = { &spec.input, &spec.output, &spec.error };
		struct remand_error error;
		STREAMS streams = STREAMS_EMPTY;

		*stream[rows[i].which] = from_path(scratch_join(&scratch, rows[i].name, path));
		CHECK_ROW(open_streams(&streams, &spec, &error) == rows[i].r, rows[i].name);
		snprintf(want, sizeof(want), "cannot open %s for %s: %s", path,
			names[rows[i].which], rows[i].why);
		CHECK_STR(error.message, want);
		CHECK_INT(error.stage, REMAND_STAGE_STDIO);
		CHECK(streams.stream[0].target_fd < 0);
	}
}

TEST(a_link_that_lies_in_the_hostile_directory_is_not_followed_by_any_stream)
{
	struct path_hostile hostile;
	const struct streams_host host = { .hostile = &hostile, .separate_ids = true };
	SCRATCH(work, "/tmp");
	SCRATCH(outside, "/tmp");
	char link[128], target[128], content[16];

	CHECK_INT(scratch_write(&outside, "file", "precious"), 0);
	CHECK_INT(
		symlink(scratch_join(&outside, "file", target), scratch_join(&work, "link", link)),
		0);
	CHECK_INT(path_hostile_identify(work.path, &hostile), 0);
	for (int i = 0; i < 3; i++) {
		struct remand_spec spec = spec_with(10);
		struct remand_stream *const stream[] = { &spec.input, &spec.output, &spec.error };
		STREAMS streams = STREAMS_EMPTY;
		struct remand_error error;

		*stream[i] = from_path(link);
		CHECK_INT(streams_open(&streams, &spec, &host, &error), -ELOOP);
		CHECK(strstr(error.message, link));
	}
	CHECK_INT(file_read(outside.fd, "file", content, sizeof(content)), 0);
	CHECK_STR(content, "precious");
}

/* ---- capture and merge ---- */

TEST(a_captured_stream_is_kept_in_memory_up_to_the_limit)
{
	struct remand_spec spec = spec_with(4);
	STREAMS streams = STREAMS_EMPTY;

	spec.output.kind = spec.error.kind = REMAND_STREAM_CAPTURE;
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	CHECK_INT(streams_written(&streams, 1), 0);
	CHECK_INT(write(streams.stream[1].target_fd, "012345", 6), 6);
	CHECK_INT(write(streams.stream[2].target_fd, "e", 1), 1);
	CHECK_INT(pump_step(&streams.stream[1].pump), 0);
	CHECK_INT(pump_step(&streams.stream[2].pump), 0);
	CHECK_INT(streams.stream[1].pump.end, 4);
	CHECK(memcmp(streams.stream[1].pump.buffer, "0123", 4) == 0);
	CHECK_INT(streams_written(&streams, 1), 6);
	CHECK_INT(streams_written(&streams, 2), 1);
}

TEST(a_merged_stderr_shares_the_pipe_of_stdout_and_keeps_the_order)
{
	struct remand_spec spec = spec_with(100);
	STREAMS streams = STREAMS_EMPTY;

	spec.output.kind = REMAND_STREAM_CAPTURE;
	spec.error.kind = REMAND_STREAM_MERGE;
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	CHECK(is_same(streams.stream[1].target_fd, streams.stream[2].target_fd));
	CHECK(streams.stream[2].target_fd > 2);
	CHECK_INT(write(streams.stream[1].target_fd, "a", 1), 1);
	CHECK_INT(write(streams.stream[2].target_fd, "b", 1), 1);
	CHECK_INT(write(streams.stream[1].target_fd, "c", 1), 1);
	CHECK_INT(pump_step(&streams.stream[1].pump), 0);
	CHECK_INT(streams.stream[1].pump.end, 3);
	CHECK(memcmp(streams.stream[1].pump.buffer, "abc", 3) == 0);
	CHECK_INT(streams_written(&streams, 1), 3);
	CHECK(streams_written(&streams, 2) == REMAND_UNKNOWN);
}

TEST(a_merged_stderr_writes_to_the_same_file_after_stdout_and_not_over_it)
{
	struct remand_spec spec = spec_with(100);
	STREAMS streams = STREAMS_EMPTY;
	SCRATCH(scratch, "/tmp");
	char path[128], content[32];

	spec.output = from_path(scratch_join(&scratch, "out", path));
	spec.error.kind = REMAND_STREAM_MERGE;
	CHECK_INT(open_streams(&streams, &spec, NULL), 0);
	CHECK_INT(write(streams.stream[1].target_fd, "a", 1), 1);
	CHECK_INT(write(streams.stream[2].target_fd, "b", 1), 1);
	CHECK_INT(write(streams.stream[1].target_fd, "c", 1), 1);
	CHECK_INT(pump_step(&streams.stream[1].pump), 0);
	CHECK_INT(streams_written(&streams, 1), 3);
	CHECK_INT(file_read(scratch.fd, "out", content, sizeof(content)), 0);
	CHECK_STR(content, "abc");
}

/* ---- callers in a poor state ---- */

/* 0 when the target's descriptors are all above 2 and nothing of ours took the place of one that
 * the caller has closed; else a number that says which check failed. */
static int check_closed(const struct remand_spec *spec)
{
	STREAMS streams = STREAMS_EMPTY;

	for (int fd = 0; fd < 3; fd++)
		close(fd);
	if (open_streams(&streams, spec, NULL) < 0)
		return 1;
	for (int i = 0; i < 3; i++) {
		if (streams.stream[i].target_fd <= 2)
			return 10 + i;
		if (fcntl(i, F_GETFD) >= 0)
			return 20 + i;
	}
	for (int i = 1; i < 3; i++)
		if (((const struct remand_stream *[]){ NULL, &spec->output, &spec->error })[i]
					->kind == REMAND_STREAM_INHERIT &&
			!is_null(streams.stream[i].target_fd))
			return 30 + i;
	return 0;
}

static int run_closed(void *spec)
{
	return check_closed(spec);
}

TEST(inheriting_streams_that_the_caller_has_closed_gives_the_null_device)
{
	struct remand_spec spec = spec_with(10);

	spec.input.kind = spec.output.kind = spec.error.kind = REMAND_STREAM_INHERIT;
	CHECK_INT(scratch_child(run_closed, &spec), 0);
}

TEST(our_own_descriptors_never_take_the_places_of_closed_standard_streams)
{
	static const struct {
		const char *what;
		enum remand_stream_kind output, error;
	} rows[] = {
		{ "capture both", REMAND_STREAM_CAPTURE, REMAND_STREAM_CAPTURE },
		{ "capture stdout, inherit stderr", REMAND_STREAM_CAPTURE, REMAND_STREAM_INHERIT },
		{ "null stdout, inherit stderr", REMAND_STREAM_NULL, REMAND_STREAM_INHERIT },
		{ "merge", REMAND_STREAM_CAPTURE, REMAND_STREAM_MERGE },
	};
	CLEANUP_FD int fifo = -1;
	SCRATCH(scratch, "/tmp");
	char path[128];

	CHECK_INT(mkfifo(scratch_join(&scratch, "fifo", path), 0600), 0);
	fifo = open(path, O_RDWR | O_CLOEXEC);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct remand_spec spec = spec_with(10);

		spec.output.kind = rows[i].output;
		spec.error.kind = rows[i].error;
		CHECK_ROW(scratch_child(run_closed, &spec) == 0, rows[i].what);
		/* stdin through a pump, which needs more descriptors. */
		spec.input = from_fd(fifo);
		CHECK_ROW(scratch_child(run_closed, &spec) == 0, rows[i].what);
	}
}

static int write_to_closed_stderr(void *argument)
{
	struct remand_spec spec = spec_with(10);
	STREAMS streams = STREAMS_EMPTY;

	(void)argument;
	close(2);
	spec.output.kind = REMAND_STREAM_CAPTURE;
	spec.error.kind = REMAND_STREAM_INHERIT;
	if (open_streams(&streams, &spec, NULL) < 0)
		return 1;
	if (write(streams.stream[2].target_fd, "secret", 6) != 6)
		return 2;
	if (pump_step(&streams.stream[2].pump) < 0 || pump_step(&streams.stream[1].pump) < 0)
		return 3;
	return streams_written(&streams, 1) == 0 ? 0 : 4;
}

TEST(a_stderr_that_the_caller_has_closed_does_not_leak_into_the_captured_stdout)
{
	CHECK_INT(scratch_child(write_to_closed_stderr, NULL), 0);
}

/* Open the streams with fewer and fewer descriptors to be had. */
static int starve(void *argument)
{
	const struct remand_spec *spec = argument;
	struct rlimit limit = { 64, 64 };
	int before = check_count_fds();
	bool failed = false;

	for (; limit.rlim_cur > 3; limit.rlim_cur--) {
		struct streams streams = STREAMS_EMPTY;
		struct remand_error error = { 0 };
		struct rlimit enough = { 64, 64 };

		setrlimit(RLIMIT_NOFILE, &limit);
		if (open_streams(&streams, spec, &error) < 0) {
			failed = true;
			/* EINVAL: fcntl(2), F_DUPFD above the limit */
			if ((error.errnum != EMFILE && error.errnum != EINVAL) || !error.message[0])
				return 1;
		}
		streams_done(&streams);
		setrlimit(RLIMIT_NOFILE, &enough);
		if (check_count_fds() != before)
			return 2;
	}
	return failed ? 0 : 3;
}

static int starve_closed(void *argument)
{
	close(0);
	close(1);
	close(2);
	return starve(argument);
}

TEST(no_descriptor_is_left_when_there_are_too_few)
{
	CLEANUP_FD int fifo = -1;
	CLEANUP_FD int file = -1;
	SCRATCH(scratch, "/tmp");
	char path[128], out[128];
	struct remand_spec specs[7];
	struct remand_pass passes[2];

	CHECK_INT(mkfifo(scratch_join(&scratch, "fifo", path), 0600), 0);
	fifo = open(path, O_RDWR | O_CLOEXEC);
	CHECK_INT(scratch_write(&scratch, "file", "abc"), 0);
	file = openat(scratch.fd, "file", O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < COUNT_OF(specs); i++)
		specs[i] = spec_with(10);
	specs[1].input = specs[1].output = specs[1].error = from_fd(fifo);
	specs[2].output.kind = REMAND_STREAM_CAPTURE;
	specs[2].error.kind = REMAND_STREAM_MERGE;
	specs[3].input = from_path("/dev/null");
	specs[3].output = from_path(scratch_join(&scratch, "out", out));
	specs[3].error = from_path("/dev/null");
	specs[4].input = from_fd(file);
	specs[5].input.kind = specs[5].output.kind = specs[5].error.kind = REMAND_STREAM_PIPE;
	specs[6].input =
		(struct remand_stream){ .kind = REMAND_STREAM_BYTES, .data = "abc", .length = 3 };
	passes[0] = passes[1] = (struct remand_pass){ file, 3 };
	specs[6].passes = passes;
	specs[6].passes_count = 2;
	for (size_t i = 0; i < COUNT_OF(specs); i++) {
		char row[16];

		snprintf(row, sizeof(row), "spec %zu", i);
		CHECK_ROW(scratch_child(starve, &specs[i]) == 0, row);
		CHECK_ROW(scratch_child(starve_closed, &specs[i]) == 0, row);
	}
}
