/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes from here to there: in order, cut at the limit, counted to the end, never blocking. */
#include "pump.h"

#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>

#include "capture.h"
#include "scratch.h"
#include "table.h"

#define NO_LIMIT UINT64_MAX

static void pump_cleanup(struct pump *pump)
{
	pump_done(pump);
}

#define PUMP __attribute__((cleanup(pump_cleanup))) struct pump

/* Both ends of the source and of the sink; what the pump took is -1 here. */
struct ends {
	int from[2], to[2];
};

static void ends_cleanup(struct ends *ends)
{
	for (int i = 0; i < 2; i++) {
		fd_close(ends->from[i]);
		fd_close(ends->to[i]);
	}
}

#define ENDS __attribute__((cleanup(ends_cleanup))) struct ends

/* A pump between two new pipes, the writing one blocking as a target's would be. */
static int pump_pipes(struct pump *pump, struct ends *ends, uint64_t limit)
{
	if (pipe2(ends->from, O_CLOEXEC) < 0 || pipe2(ends->to, O_CLOEXEC | O_NONBLOCK) < 0 ||
		fcntl(ends->from[0], F_SETFL, O_NONBLOCK) < 0)
		return -1;
	return pump_open(pump, fd_take(&ends->from[0]), fd_take(&ends->to[1]), limit);
}

/* All that can be read now, as a string. */
static const char *drain(int fd, char *buffer, size_t size)
{
	size_t used = 0;
	ssize_t n;

	while (used < size - 1 && (n = read(fd, buffer + used, size - 1 - used)) > 0)
		used += (size_t)n;
	buffer[used] = '\0';
	return buffer;
}

TEST(bytes_go_from_pipe_to_pipe_and_the_end_goes_on_too)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;
	char buffer[32];

	CHECK_INT(pump_pipes(&pump, &ends, NO_LIMIT), 0);
	CHECK(pump_wants_input(&pump) && !pump_wants_output(&pump));
	CHECK_INT(write(ends.from[1], "hello", 5), 5);
	CHECK_INT(pump_step(&pump), 0);
	CHECK_STR(drain(ends.to[0], buffer, sizeof(buffer)), "hello");
	CHECK_INT(read(ends.to[0], buffer, 1), -1);
	CHECK_INT(errno, EAGAIN);
	CHECK_INT(pump.total, 5);

	CHECK_INT(write(ends.from[1], "bye", 3), 3);
	ends.from[1] = fd_close(ends.from[1]);
	CHECK_INT(pump_step(&pump), 0);
	CHECK_STR(drain(ends.to[0], buffer, sizeof(buffer)), "bye");
	CHECK_INT(read(ends.to[0], buffer, 1), 0);
	CHECK(!pump_wants_input(&pump) && !pump_wants_output(&pump));
	CHECK_INT(pump.total, 8);
	CHECK_INT(pump_step(&pump), 0);
}

TEST(a_step_with_nothing_to_do_does_not_block)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;

	CHECK_INT(pump_pipes(&pump, &ends, NO_LIMIT), 0);
	CHECK_INT(pump_step(&pump), 0);
	CHECK_INT(pump_step(&pump), 0);
	CHECK(pump_wants_input(&pump));
	CHECK_INT(pump.total, 0);
}

TEST(exactly_the_limit_passes_and_everything_is_counted)
{
	static const struct {
		uint64_t limit;
		const char *want;
		bool exceeded;
	} rows[] = {
		{ 0, "", true },
		{ 1, "0", true },
		{ 9, "012345678", true },
		{ 10, "0123456789", false },
		{ 11, "0123456789", false },
		{ NO_LIMIT, "0123456789", false },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ENDS ends = { { -1, -1 }, { -1, -1 } };
		PUMP pump = PUMP_EMPTY;
		char buffer[32];

		CHECK_INT(pump_pipes(&pump, &ends, rows[i].limit), 0);
		CHECK_INT(write(ends.from[1], "01234", 5), 5);
		CHECK_INT(pump_step(&pump), 0);
		CHECK_INT(write(ends.from[1], "56789", 5), 5);
		CHECK_INT(pump_step(&pump), 0);
		CHECK_STR(drain(ends.to[0], buffer, sizeof(buffer)), rows[i].want);
		CHECK_INT(pump.total, 10);
		CHECK_ROW(pump_exceeded(&pump) == rows[i].exceeded, rows[i].want);
	}
}

TEST(a_flood_beyond_the_limit_is_swallowed_so_that_its_writer_is_not_stuck)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;
	static char block[4096];
	char buffer[64];

	CHECK_INT(pump_pipes(&pump, &ends, 10), 0);
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 1000; i++) {
		CHECK_INT(write(ends.from[1], block, sizeof(block)), sizeof(block));
		CHECK_INT(pump_step(&pump), 0);
	}
	CHECK_STR(drain(ends.to[0], buffer, sizeof(buffer)), "xxxxxxxxxx");
	CHECK_INT(pump.total, 1000 * sizeof(block));
}

TEST(a_capture_keeps_what_the_limit_allows_and_counts_the_rest)
{
	static const struct {
		uint64_t limit;
		size_t want;
	} rows[] = { { 0, 0 }, { 1, 1 }, { 9999, 9999 }, { 10000, 10000 }, { 10001, 10000 },
		{ NO_LIMIT, 10000 } };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ENDS ends = { { -1, -1 }, { -1, -1 } };
		PUMP pump = PUMP_EMPTY;

		CHECK_INT(pipe2(ends.from, O_CLOEXEC | O_NONBLOCK), 0);
		CHECK_INT(pump_capture(&pump, fd_take(&ends.from[0]), rows[i].limit, NO_LIMIT), 0);
		for (int j = 0; j < 1000; j++) {
			CHECK_INT(write(ends.from[1], "0123456789", 10), 10);
			CHECK_INT(pump_step(&pump), 0);
		}
		CHECK_INT(pump.start, 0);
		CHECK_INT(pump.end, rows[i].want);
		CHECK_INT(pump.total, 10000);
		CHECK_INT(pump_exceeded(&pump), rows[i].limit < 10000);
		for (size_t j = 0; j < pump.end; j++)
			CHECK_INT(pump.buffer[j], '0' + (int)(j % 10));
		CHECK(pump.capacity > pump.end || pump.end == 0);
	}
}

TEST(a_large_capture_is_complete_and_in_order)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;
	uint32_t words[1024];
	uint32_t next = 0;

	CHECK_INT(pipe2(ends.from, O_CLOEXEC | O_NONBLOCK), 0);
	CHECK_INT(pump_capture(&pump, fd_take(&ends.from[0]), NO_LIMIT, NO_LIMIT), 0);
	for (int i = 0; i < 500; i++) {
		for (size_t j = 0; j < COUNT_OF(words); j++)
			words[j] = next++;
		CHECK_INT(write(ends.from[1], words, sizeof(words)), sizeof(words));
		CHECK_INT(pump_step(&pump), 0);
	}
	CHECK_INT(pump.end, 500 * sizeof(words));
	for (uint32_t i = 0; i < next; i++) {
		uint32_t word;

		memcpy(&word, pump.buffer + i * sizeof(word), sizeof(word));
		CHECK_INT(word, i);
	}
}

static void count_signal(int signum)
{
	(void)signum;
	_exit(77);
}

/* In a child with the default action for SIGPIPE, then with a handler of the caller's own. */
static int lose_reader(void *handler)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;
	sigset_t pending;

	signal(SIGPIPE, handler ? count_signal : SIG_DFL);
	if (pump_pipes(&pump, &ends, NO_LIMIT) < 0)
		return 1;
	ends.to[0] = fd_close(ends.to[0]);
	if (write(ends.from[1], "x", 1) != 1 || pump_step(&pump) != 0)
		return 2;
	sigpending(&pending);
	if (sigismember(&pending, SIGPIPE))
		return 3;
	if (pump_wants_input(&pump) || pump_wants_output(&pump) || pump.from >= 0 || pump.to >= 0)
		return 4;
	signal(SIGPIPE, SIG_IGN);
	if (write(ends.from[1], "x", 1) != -1 || errno != EPIPE)
		return 5;
	return pump_step(&pump) == 0 && pump.total == 1 ? 0 : 6;
}

TEST(a_reader_that_went_away_kills_nobody_here_and_the_writer_learns_of_it)
{
	CHECK_INT(scratch_child(lose_reader, NULL), 0);
}

TEST(a_sigpipe_handler_of_the_caller_is_not_called)
{
	int yes = 1;

	CHECK_INT(scratch_child(lose_reader, &yes), 0);
}

static int keep_pending(void *argument)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;
	sigset_t set, mask;

	(void)argument;
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGPIPE);
	if (pump_pipes(&pump, &ends, NO_LIMIT) < 0)
		return 1;
	ends.to[0] = fd_close(ends.to[0]);
	if (write(ends.from[1], "x", 1) != 1 || pump_step(&pump) != 0)
		return 2;
	sigpending(&set);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	return sigismember(&set, SIGPIPE) && sigismember(&mask, SIGPIPE) ? 0 : 3;
}

TEST(a_sigpipe_that_was_pending_before_is_still_pending_and_blocked_after)
{
	CHECK_INT(scratch_child(keep_pending, NULL), 0);
}

TEST(a_slow_reader_gets_every_byte_in_order)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;
	uint32_t sent = 0, received = 0, word;

	CHECK_INT(pump_pipes(&pump, &ends, NO_LIMIT), 0);
	CHECK_INT(fcntl(ends.from[1], F_SETFL, O_NONBLOCK), 0);
	/* Until all three, pipe, pump and pipe, are full. */
	for (int idle = 0; idle < 2;) {
		word = sent;
		idle++;
		while (write(ends.from[1], &word, sizeof(word)) == sizeof(word)) {
			word = ++sent;
			idle = 0;
		}
		CHECK_INT(pump_step(&pump), 0);
	}
	CHECK(pump_wants_output(&pump));
	CHECK(!pump_wants_input(&pump));
	CHECK(sent * sizeof(word) > 128 * 1024);
	ends.from[1] = fd_close(ends.from[1]);
	for (;;) {
		ssize_t n = read(ends.to[0], &word, sizeof(word));

		if (n == 0)
			break;
		if (n < 0) {
			CHECK_INT(errno, EAGAIN);
			CHECK_INT(pump_step(&pump), 0);
			continue;
		}
		CHECK_INT(n, sizeof(word));
		CHECK_INT(word, received);
		received++;
	}
	CHECK_INT(received, sent);
	CHECK_INT(pump.total, sent * sizeof(word));
}

TEST(the_source_may_end_while_the_reader_is_behind)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;
	char fill[1] = { 0 }, buffer[8];
	static char room[1 << 20];

	CHECK_INT(pump_pipes(&pump, &ends, NO_LIMIT), 0);
	while (write(pump.to, fill, 1) == 1)
		;
	CHECK_INT(write(ends.from[1], "end", 3), 3);
	ends.from[1] = fd_close(ends.from[1]);
	CHECK_INT(pump_step(&pump), 0);
	CHECK_INT(pump_step(&pump), 0);
	CHECK(pump_wants_output(&pump));
	CHECK(read(ends.to[0], room, sizeof(room)) > 0);
	CHECK_INT(pump_step(&pump), 0);
	CHECK_STR(drain(ends.to[0], buffer, sizeof(buffer)), "end");
	CHECK_INT(read(ends.to[0], buffer, 1), 0);
}

TEST(a_regular_file_takes_everything_at_once_at_the_offset_of_its_owner)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;
	CLEANUP_FD int fd = -1;
	SCRATCH(scratch, "/tmp");
	char buffer[64] = "";

	CHECK(scratch.fd >= 0);
	fd = openat(scratch.fd, "file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	CHECK_INT(write(fd, "before ", 7), 7);
	CHECK_INT(pipe2(ends.from, O_CLOEXEC | O_NONBLOCK), 0);
	CHECK_INT(pump_open(&pump, fd_take(&ends.from[0]), pump_reopen(fd, O_WRONLY), NO_LIMIT), 0);
	CHECK_INT(write(ends.from[1], "pumped", 6), 6);
	ends.from[1] = fd_close(ends.from[1]);
	CHECK_INT(pump_step(&pump), 0);
	CHECK(pump.from < 0 && pump.to < 0);
	CHECK_INT(write(fd, " after", 6), 6);
	CHECK_INT(pread(fd, buffer, sizeof(buffer) - 1, 0), 19);
	CHECK_STR(buffer, "before pumped after");
}

TEST(a_full_device_is_a_failure_that_is_told)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;

	CHECK_INT(pipe2(ends.from, O_CLOEXEC | O_NONBLOCK), 0);
	CHECK_INT(pump_open(&pump, fd_take(&ends.from[0]), open("/dev/full", O_WRONLY | O_CLOEXEC),
			  NO_LIMIT),
		0);
	CHECK_INT(write(ends.from[1], "x", 1), 1);
	CHECK_INT(pump_step(&pump), -ENOSPC);
}

TEST(a_socket_takes_bytes_and_its_flags_stay_the_callers)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;
	static char block[65536];
	char buffer[16];

	CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.to), 0);
	CHECK_INT(pipe2(ends.from, O_CLOEXEC | O_NONBLOCK), 0);
	CHECK_INT(pump_open(&pump, fd_take(&ends.from[0]), pump_reopen(ends.to[1], O_WRONLY),
			  NO_LIMIT),
		0);
	CHECK_INT(write(ends.from[1], "hello", 5), 5);
	CHECK_INT(pump_step(&pump), 0);
	CHECK_INT(recv(ends.to[0], buffer, sizeof(buffer), MSG_DONTWAIT), 5);
	CHECK(memcmp(buffer, "hello", 5) == 0);
	CHECK_INT(fcntl(ends.to[1], F_GETFL) & O_NONBLOCK, 0);
	/* A full socket that blocks for others does not block the pump. */
	while (send(ends.to[1], block, sizeof(block), MSG_DONTWAIT) > 0)
		;
	CHECK_INT(write(ends.from[1], block, 4096), 4096);
	CHECK_INT(pump_step(&pump), 0);
	CHECK(pump_wants_output(&pump));
	ends.to[0] = fd_close(ends.to[0]);
	CHECK_INT(pump_step(&pump), 0);
	CHECK(pump.from < 0 && pump.to < 0);
}

static int read_blocking_socket(void *argument)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;
	char buffer[16];

	(void)argument;
	/* Ends a pump that hangs. */
	alarm(60);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.from) < 0 ||
		pipe2(ends.to, O_CLOEXEC | O_NONBLOCK) < 0)
		return 1;
	if (pump_open(&pump, pump_reopen(ends.from[0], O_RDONLY), fd_take(&ends.to[1]), NO_LIMIT) <
		0)
		return 2;
	if (write(ends.from[1], "hello", 5) != 5 || pump_step(&pump) != 0)
		return 3;
	if (strcmp(drain(ends.to[0], buffer, sizeof(buffer)), "hello") != 0)
		return 4;
	if (fcntl(ends.from[0], F_GETFL) & O_NONBLOCK)
		return 5;
	/* Nothing more to read. */
	return pump_step(&pump) == 0 && pump_wants_input(&pump) ? 0 : 6;
}

TEST(a_socket_that_blocks_for_the_caller_does_not_block_the_pump)
{
	CHECK_INT(scratch_child(read_blocking_socket, NULL), 0);
}

TEST(a_terminal_is_read_to_its_hangup)
{
	PUMP pump = PUMP_EMPTY;
	CLEANUP_FD int master = -1;
	CLEANUP_FD int slave = -1;
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	struct termios raw;
	char buffer[16];

	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		SKIP("no pseudo terminals here");
	CHECK_INT(tcgetattr(slave, &raw), 0);
	cfmakeraw(&raw);
	CHECK_INT(tcsetattr(slave, TCSANOW, &raw), 0);
	CHECK_INT(pipe2(ends.to, O_CLOEXEC | O_NONBLOCK), 0);
	CHECK_INT(
		pump_open(&pump, pump_reopen(slave, O_RDONLY), fd_take(&ends.to[1]), NO_LIMIT), 0);
	CHECK_INT(fcntl(slave, F_GETFL) & O_NONBLOCK, 0);
	CHECK_INT(pump_step(&pump), 0);
	CHECK(pump_wants_input(&pump));
	CHECK_INT(write(master, "typed", 5), 5);
	/* The line discipline passes it on from a kernel thread. */
	while (pump.total < 5)
		CHECK_INT(pump_step(&pump), 0);
	CHECK_STR(drain(ends.to[0], buffer, sizeof(buffer)), "typed");
	master = fd_close(master);
	CHECK_INT(pump_step(&pump), 0);
	CHECK(pump.from < 0 && pump.to < 0);
	CHECK_INT(read(ends.to[0], buffer, 1), 0);
}

/* The terminal of the session, after su(1); another one stays as it is. */
static int reopen_as_another_user(void *argument)
{
	int *master = argument, other_master = -1, other = -1, slave, own;

	if (setsid() < 0 || openpty(&other_master, &other, NULL, NULL, NULL) < 0)
		return 2;
	slave = open(ptsname(*master), O_RDWR | O_CLOEXEC);
	if (slave < 0 || fchmod(slave, 0600) < 0 || fchmod(other, 0600) < 0 ||
		setresuid(65534, 65534, 65534) < 0)
		return 3;
	own = pump_reopen(slave, O_WRONLY);
	if (own < 0 || !(fcntl(own, F_GETFL) & O_NONBLOCK) || (fcntl(slave, F_GETFL) & O_NONBLOCK))
		return 4;
	own = pump_reopen(other, O_WRONLY);
	return own < 0 || (fcntl(own, F_GETFL) & O_NONBLOCK) ? 5 : 0;
}

TEST(the_terminal_of_the_session_does_not_block_although_it_is_another_users)
{
	CLEANUP_FD int master = -1;
	CLEANUP_FD int slave = -1;

	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		SKIP("no pseudo terminals here");
	if (geteuid() != 0)
		SKIP("only root can become another user");
	CHECK_INT(scratch_child(reopen_as_another_user, &master), 0);
}

TEST(once_all_writers_are_dead_an_empty_pipe_is_the_end_even_if_somebody_holds_it_open)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;
	char buffer[16];

	CHECK_INT(pump_pipes(&pump, &ends, NO_LIMIT), 0);
	CHECK_INT(write(ends.from[1], "last words", 10), 10);
	pump.last = true;
	CHECK_INT(pump_step(&pump), 0);
	CHECK_STR(drain(ends.to[0], buffer, sizeof(buffer)), "last words");
	CHECK(pump.from < 0 && pump.to < 0);
	CHECK_INT(read(ends.to[0], buffer, 1), 0);
}

TEST(the_last_of_a_capture_is_kept)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;

	CHECK_INT(pipe2(ends.from, O_CLOEXEC | O_NONBLOCK), 0);
	CHECK_INT(pump_capture(&pump, fd_take(&ends.from[0]), NO_LIMIT, NO_LIMIT), 0);
	CHECK_INT(write(ends.from[1], "last", 4), 4);
	pump.last = true;
	CHECK_INT(pump_step(&pump), 0);
	CHECK(pump.from < 0);
	CHECK_INT(pump.end, 4);
	CHECK(memcmp(pump.buffer, "last", 4) == 0);
}

TEST(a_reopened_pipe_does_not_block_and_the_callers_still_does)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	CLEANUP_FD int own = -1;

	CHECK_INT(pipe2(ends.from, O_CLOEXEC), 0);
	own = pump_reopen(ends.from[0], O_RDONLY);
	CHECK(own >= 0 && own != ends.from[0]);
	CHECK(fcntl(own, F_GETFL) & O_NONBLOCK);
	CHECK(fcntl(own, F_GETFD) & FD_CLOEXEC);
	CHECK_INT(fcntl(ends.from[0], F_GETFL) & O_NONBLOCK, 0);
	CHECK_INT(pump_reopen(-1, O_RDONLY), -EBADF);
}

/* ---- feeding, and captures that are too large for memory ---- */

TEST(what_is_fed_comes_in_order_and_ends_behind_its_last_byte)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;
	static char data[200000], got[200001];
	size_t used = 0;
	ssize_t n;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7 + i / 251);
	CHECK_INT(pipe2(ends.to, O_CLOEXEC | O_NONBLOCK), 0);
	CHECK_INT(pump_feed(&pump, fd_take(&ends.to[1]), data, sizeof(data)), 0);
	do {
		CHECK_INT(pump_step(&pump), 0);
		n = read(ends.to[0], got + used, sizeof(got) - used);
		used += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	CHECK_INT(n, 0);
	CHECK_INT(used, sizeof(data));
	CHECK(memcmp(data, got, sizeof(data)) == 0);
}

TEST(feeding_a_reader_that_went_away_ends_quietly)
{
	ENDS ends = { { -1, -1 }, { -1, -1 } };
	PUMP pump = PUMP_EMPTY;

	CHECK_INT(pipe2(ends.to, O_CLOEXEC | O_NONBLOCK), 0);
	ends.to[0] = fd_close(ends.to[0]);
	CHECK_INT(pump_feed(&pump, fd_take(&ends.to[1]), "abc", 3), 0);
	signal(SIGPIPE, SIG_DFL);
	CHECK_INT(pump_step(&pump), 0);
	CHECK(!pump_wants_output(&pump));
	CHECK_INT(pump.to, -1);
}

TEST(a_capture_moves_to_a_file_when_it_is_more_than_memory_may_hold)
{
	static const struct {
		size_t memory_bytes;
		bool file;
	} rows[] = { { 9999, true }, { 10000, false }, { 1, true } };
	static char block[10000];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ENDS ends = { { -1, -1 }, { -1, -1 } };
		PUMP pump = PUMP_EMPTY;
		struct remand_capture capture = { 0 };
		char row[32];

		snprintf(row, sizeof(row), "%zu", rows[i].memory_bytes);
		memset(block, 'a' + (int)i, sizeof(block));
		CHECK_INT(pipe2(ends.from, O_CLOEXEC | O_NONBLOCK), 0);
		CHECK_INT(
			pump_capture(&pump, fd_take(&ends.from[0]), NO_LIMIT, rows[i].memory_bytes),
			0);
		for (int half = 0; half < 2; half++) {
			CHECK_INT(write(ends.from[1], block + 5000 * half, 5000), 5000);
			CHECK_INT(pump_step(&pump), 0);
		}
		CHECK_ROW((pump.file_fd >= 0) == rows[i].file, row);
		CHECK_INT(capture_take(&pump, &capture), 0);
		CHECK_ROW(capture.mapped == rows[i].file, row);
		CHECK_ROW(capture.length == sizeof(block) &&
				  memcmp(capture.data, block, sizeof(block)) == 0 &&
				  capture.data[sizeof(block)] == '\0',
			row);
		capture_clear(&capture);
	}
}

TEST(the_file_of_a_capture_has_no_name)
{
	CLEANUP_FD int fd = capture_open_file();
	struct stat st;

	CHECK(fd > 2);
	CHECK_INT(fstat(fd, &st), 0);
	CHECK_INT(st.st_nlink, 0);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}
