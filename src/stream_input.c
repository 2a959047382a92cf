/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The target's stdin. What may be handed over and what is carried: streams.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "streams.h"
#include "syscalls.h"

static int pump_input(struct stream *stream, int fd)
{
	int ours = -1, source, r;

	source = pump_reopen(fd, O_RDONLY);
	if (source < 0)
		return source;
	r = stream_make_pipe(stream, 0, &ours);
	if (r < 0) {
		fd_close(source);
		return r;
	}
	return pump_open(&stream->pump, source, ours, REMAND_UNLIMITED);
}

/* Only to a target with an id of its own: who owns a file can change it through any descriptor. And
 * /dev/stdin can be opened only if everybody may read the file. Else it is carried, by a pipe
 * that is made the target's. */
static bool may_be_handed_over(const struct stream_request *request, const struct stat *st)
{
	return request->host->separate_ids && (S_ISREG(st->st_mode) || S_ISFIFO(st->st_mode)) &&
	       (st->st_mode & S_IROTH) && !(st->st_mode & S_IWOTH);
}

static bool is_plain_reader(int fd, struct stat *st)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) == O_RDONLY && fstat(fd, st) == 0 &&
	       S_ISREG(st->st_mode);
}

/*
 * An open file description of the target's own: flags such as O_NONBLOCK and the offset belong to
 * the description, and the caller's must not be at the target's mercy. A pipe has no offset; in a
 * file the target starts where the caller is, and the caller follows at the end.
 */
static int hand_over(struct stream *stream, int fd)
{
	char path[40];
	off_t offset = lseek(fd, 0, SEEK_CUR);
	int own, file;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	/* O_NONBLOCK for the open only, see open_input_file(). */
	own = fd_raise(open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
	file = own < 0 || offset < 0 ? -1 : fcntl(own, F_DUPFD_CLOEXEC, 3);
	if (own < 0 || fcntl(own, F_SETFL, 0) < 0 ||
		(offset >= 0 && (file < 0 || lseek(file, offset, SEEK_SET) < 0))) {
		int r = syscall_errno();

		fd_close(own);
		fd_close(file);
		return r;
	}
	stream->target_fd = own;
	stream->file_fd = file;
	stream->caller_offset = offset;
	stream->caller_fd = offset < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return 0;
}

static int inherit_input(struct stream *stream, const struct stream_request *request, int fd)
{
	struct stat st;

	if (fcntl(fd, F_GETFD) < 0)
		return errno == EBADF && fd == 0 ? stream_open_null(stream, O_RDONLY)
						 : syscall_errno();
	/* A file that cannot be opened once more (by other rights than the caller's) is carried. */
	if (is_plain_reader(fd, &st) && may_be_handed_over(request, &st) &&
		hand_over(stream, fd) == 0)
		return 0;
	return pump_input(stream, fd);
}

/* A file named by the caller; carried where the target could open its stdin for writing. */
static int carry(struct stream *stream)
{
	int source = fd_take(&stream->target_fd), r = pump_input(stream, source);

	fd_close(source);
	return r;
}

static int open_input_file(struct stream *stream, const struct stream_request *request)
{
	/* O_NONBLOCK for the open only: a FIFO without writer must not hang the supervisor. */
	int fd = fd_raise(path_open(request->host->hostile, request->stream->path,
		O_RDONLY | O_NOCTTY | O_NONBLOCK, 0));
	struct stat st;

	if (fd < 0)
		return fd;
	stream->target_fd = fd;
	if (fstat(fd, &st) < 0)
		return syscall_errno();
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (fcntl(fd, F_SETFL, 0) < 0)
		return syscall_errno();
	return may_be_handed_over(request, &st) ? 0 : carry(stream);
}

static int feed_input(struct stream *stream, const struct remand_stream *given)
{
	int ours = -1;
	int r = stream_make_pipe(stream, 0, &ours);

	return r < 0 ? r : pump_feed(&stream->pump, ours, given->data, given->length);
}

/* The target's own pipe, whose other end nobody of ours holds: the caller's write is at once what
 * the target reads, and its close the end. */
static int open_input_pipe(struct stream *stream)
{
	int r = stream_make_pipe(stream, 0, &stream->end_fd);

	if (r == 0 && fcntl(stream->end_fd, F_SETFL, 0) < 0)
		r = syscall_errno();
	return r;
}

int stream_open_input(struct stream *stream, const struct stream_request *request)
{
	const struct remand_stream *given = request->stream;

	switch (given->kind) {
	case REMAND_STREAM_DEFAULT:
	case REMAND_STREAM_NULL:
		return stream_open_null(stream, O_RDONLY);
	case REMAND_STREAM_INHERIT:
		return inherit_input(stream, request, 0);
	case REMAND_STREAM_FD:
		return inherit_input(stream, request, given->fd);
	case REMAND_STREAM_PATH:
		return open_input_file(stream, request);
	case REMAND_STREAM_PIPE:
		return open_input_pipe(stream);
	case REMAND_STREAM_BYTES:
		return feed_input(stream, given);
	case REMAND_STREAM_CAPTURE:
	case REMAND_STREAM_MERGE:
		break;
	}
	return -EINVAL;
}
