/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See pump.h. */
#include "pump.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "fd.h"
#include "syscalls.h"

#define BUFFER_BYTES 65536
/* Per step, so that a flood on one stream starves neither the other nor the clocks. */
#define ROUNDS_PER_STEP 16

static bool is_kind(int fd, mode_t kind)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

/* Out of the set first: the description may live on in a caller's fd, and so would the entry. */
static int close_watched(const struct pump *pump, int fd)
{
	if (fd >= 0 && pump->epoll_fd >= 0)
		(void)epoll_ctl(pump->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	return fd_close(fd);
}

/* Who has become another user may not open the terminal of his session by its own name any more,
 * but by this one: tty(4). -1: it is another terminal, or none. */
static int reopen_terminal(int fd, int flags)
{
	unsigned int device, wanted;
	int own = -1;

	if (ioctl(fd, TIOCGDEV, &wanted) == 0)
		own = fd_raise(open("/dev/tty", flags));
	if (own >= 0 && (ioctl(own, TIOCGDEV, &device) < 0 || device != wanted))
		own = fd_close(own);
	return own;
}

int pump_reopen(int fd, int flags)
{
	char path[40];
	int own;

	flags |= O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

	/* A regular file never blocks, and reopening it would lose offset and O_APPEND. A socket
	 * cannot be reopened; send(2) and recv(2) take MSG_DONTWAIT. */
	if (!is_kind(fd, S_IFREG) && !is_kind(fd, S_IFSOCK)) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		own = fd_raise(open(path, flags));
		if (own < 0)
			own = reopen_terminal(fd, flags);
		if (own >= 0)
			return own;
	}
	own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return own < 0 ? syscall_errno() : own;
}

int pump_open(struct pump *ret_pump, int from_taken, int to_taken, uint64_t limit)
{
	struct pump pump = {
		.from = from_taken, .to = to_taken, .epoll_fd = -1, .file_fd = -1, .limit = limit
	};
	int flags = fcntl(to_taken, F_GETFL);

	pump.from_nonblocking = (fcntl(from_taken, F_GETFL) & O_NONBLOCK) != 0;
	pump.from_regular = is_kind(from_taken, S_IFREG);
	pump.from_socket = is_kind(from_taken, S_IFSOCK);
	pump.to_socket = is_kind(to_taken, S_IFSOCK);
	pump.to_writable = pump.to_socket || is_kind(to_taken, S_IFREG) ||
			   (flags >= 0 && (flags & O_NONBLOCK));
	/* What could not be made non-blocking takes PIPE_BUF at once when poll says so: pipe(7). */
	pump.to_chunk = pump.to_writable ? BUFFER_BYTES : PIPE_BUF;
	pump.capacity = BUFFER_BYTES;
	pump.buffer = malloc(pump.capacity);
	if (!pump.buffer) {
		pump_done(&pump);
		return -ENOMEM;
	}
	*ret_pump = pump;
	return 0;
}

int pump_capture(struct pump *ret_pump, int from_taken, uint64_t limit, uint64_t memory_bytes)
{
	*ret_pump = (struct pump){
		.from = from_taken,
		.from_nonblocking = true,
		.epoll_fd = -1,
		.to = -1,
		.file_fd = -1,
		.capturing = true,
		.limit = limit,
		.memory_bytes = memory_bytes,
	};
	return 0;
}

int pump_feed(struct pump *ret_pump, int to_taken, const void *data, size_t length)
{
	char *copy = malloc(length + 1); /* never NULL for nothing */

	if (!copy) {
		fd_close(to_taken);
		return -ENOMEM;
	}
	if (length > 0)
		memcpy(copy, data, length);
	*ret_pump = (struct pump){ .from = -1,
		.to = to_taken,
		.epoll_fd = -1,
		.file_fd = -1,
		.to_writable = true,
		.to_chunk = BUFFER_BYTES,
		.buffer = copy,
		.end = length,
		.capacity = length };
	return 0;
}

void pump_done(struct pump *pump)
{
	close_watched(pump, pump->from);
	close_watched(pump, pump->to);
	fd_close(pump->file_fd);
	free(pump->buffer);
	*pump = (struct pump)PUMP_EMPTY;
}

bool pump_exceeded(const struct pump *pump)
{
	return pump->total > pump->limit;
}

bool pump_wants_input(const struct pump *pump)
{
	return pump->from >= 0 && (pump->capturing || pump->start == pump->end);
}

bool pump_wants_output(const struct pump *pump)
{
	return pump->to >= 0 && pump->start < pump->end;
}

void pump_abandon(struct pump *pump)
{
	pump->to = close_watched(pump, pump->to);
	pump->from = close_watched(pump, pump->from);
	pump->start = pump->end;
}

int pump_widen(const struct pump *pump)
{
	/* In front of our 64 KiB there are as many in `to`; behind them, a target can have made its
	 * own pipe 1 MiB large. Without privilege ours cannot be larger than that: pipe(7). */
	static const int sizes[] = { 2 << 20, 1 << 20, 256 << 10 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (fcntl(pump->to, F_SETPIPE_SZ, sizes[i]) >= 0)
			return 0;
	return syscall_errno();
}

/* Room for one more read; a capture grows up to its limit. */
static int make_room(struct pump *pump)
{
	size_t wanted = pump->end + BUFFER_BYTES + 1;
	char *grown;

	if (!pump->capturing || pump->capacity >= wanted)
		return 0;
	wanted += pump->capacity; /* at least doubling: linear time in the end */
	grown = realloc(pump->buffer, wanted);
	if (!grown)
		return -ENOMEM;
	pump->buffer = grown;
	pump->capacity = wanted;
	return 0;
}

/* The capture has become too large for memory: from here on it is carried, into a file. */
static int move_to_file(struct pump *pump)
{
	int fd = capture_open_file();

	if (fd < 0)
		return fd;
	pump->to = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (pump->to < 0) {
		int r = syscall_errno();

		fd_close(fd);
		return r;
	}
	pump->file_fd = fd;
	pump->capturing = false;
	pump->to_writable = true;
	pump->to_chunk = BUFFER_BYTES;
	return 0;
}

/*
 * What pump_reopen() could not make non-blocking, such as a pipe of another user's, is told not to
 * wait with each call: preadv2(2), RWF_NOWAIT, which pipes know since Linux 6.4. What does not know
 * it, a terminal, is asked first; then only another reader or writer of the same one, faster than
 * we, can make us wait.
 */
static bool is_ready(int fd, short events)
{
	struct pollfd ready = { .fd = fd, .events = events };

	if (poll(&ready, 1, 0) > 0)
		return true;
	errno = EAGAIN;
	return false;
}

static ssize_t read_now(const struct pump *pump, char *data, size_t length)
{
	const struct iovec iov = { data, length };
	ssize_t n;

	if (pump->from_nonblocking || pump->from_regular)
		return read(pump->from, data, length);
	if (pump->from_socket)
		return recv(pump->from, data, length, MSG_DONTWAIT);
	n = preadv2(pump->from, &iov, 1, -1, RWF_NOWAIT);
	if (n >= 0 || errno != EOPNOTSUPP)
		return n;
	return is_ready(pump->from, POLLIN) ? read(pump->from, data, length) : -1;
}

static ssize_t write_now(const struct pump *pump, const char *data, size_t length)
{
	const struct iovec iov = { (void *)(uintptr_t)data, length };
	ssize_t n;

	if (pump->to_writable)
		return write(pump->to, data, length);
	n = pwritev2(pump->to, &iov, 1, -1, RWF_NOWAIT);
	if (n >= 0 || errno != EOPNOTSUPP)
		return n;
	return is_ready(pump->to, POLLOUT) ? write(pump->to, data, length) : -1;
}

/* 1: something arrived, 0: nothing now or nothing ever again, or syscall_errno(). */
static int take_in(struct pump *pump)
{
	uint64_t passes;
	ssize_t n;
	int r = make_room(pump);

	if (r < 0)
		return r;
	if (!pump->capturing)
		pump->start = pump->end = 0;
	n = read_now(pump, pump->buffer + pump->end, BUFFER_BYTES);
	if (n < 0 && errno == EAGAIN && pump->last) {
		pump->from = close_watched(pump, pump->from);
		return 0;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* EIO: the terminal behind it hung up. */
	if (n == 0 || (n < 0 && errno == EIO)) {
		pump->from = close_watched(pump, pump->from);
		return 0;
	}
	if (n < 0)
		return syscall_errno();
	if (pump->tap)
		pump->tap(pump->tap_context, pump->buffer + pump->end, (size_t)n);
	passes = pump->total < pump->limit ? pump->limit - pump->total : 0;
	pump->total += (uint64_t)n;
	pump->end += (uint64_t)n < passes ? (size_t)n : (size_t)passes;
	if (pump->capturing && pump->end > pump->memory_bytes)
		r = move_to_file(pump);
	return r < 0 ? r : 1;
}

/* A write that raises no SIGPIPE in the caller's program: blocked in this thread meanwhile, and
 * taken back if it was ours. pthread_sigmask(3), sigtimedwait(2). */
static ssize_t write_quietly(const struct pump *pump, const char *data, size_t length)
{
	const struct timespec now = { 0 };
	sigset_t pipe_only, before, pending;
	ssize_t n;
	int saved;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
	n = write_now(pump, data, length);
	saved = errno;
	if (n < 0 && saved == EPIPE && !sigismember(&pending, SIGPIPE))
		while (sigtimedwait(&pipe_only, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return n;
}

/* 1: something left, 0: it cannot take more now, or nobody reads any more; or syscall_errno(). */
static int put_out(struct pump *pump)
{
	size_t length = pump->end - pump->start;
	const char *data = pump->buffer + pump->start;
	ssize_t n;

	if (length > pump->to_chunk)
		length = pump->to_chunk;
	n = pump->to_socket ? send(pump->to, data, length, MSG_DONTWAIT | MSG_NOSIGNAL)
			    : write_quietly(pump, data, length);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0 && errno != EPIPE && errno != ECONNRESET && errno != EIO)
		return syscall_errno();
	if (n < 0) {
		/* Closing our end passes the news on to whoever writes: EPIPE, SIGPIPE. */
		pump->refused = true;
		pump_abandon(pump);
		return 0;
	}
	pump->start += (size_t)n;
	return 1;
}

int pump_step(struct pump *pump)
{
	int r = 1;

	/* Never stops with bytes in hand that could go on: a regular file raises no event. */
	for (int round = 0; r > 0 && (round < ROUNDS_PER_STEP || pump_wants_output(pump));
		round++) {
		if (pump_wants_output(pump))
			r = put_out(pump);
		else if (pump_wants_input(pump))
			r = take_in(pump);
		else
			r = 0;
		/* What was just taken in should leave in the same step. */
		if (r == 0 && pump->from < 0 && !pump_wants_output(pump) && !pump->capturing)
			pump->to = close_watched(pump, pump->to);
	}
	return r < 0 ? r : 0;
}
