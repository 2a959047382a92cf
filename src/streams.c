/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An untrusted target never gets the caller's own descriptor. A regular file that is open for
 * reading only may be opened anew for it (may_be_handed_over). Everything else is reached through a
 * pipe of ours, so that output is counted and cut, no terminal ioctl and no other direction is at
 * hand, and a grandchild cannot keep the caller's pipe open.
 */
#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "fd.h"
#include "syscalls.h"

/* One stream to be opened. */
struct request {
	int which;
	const struct remand_stream *stream;
	const struct streams_host *host;
	uint64_t limit;
};

static const char *const names[] = { "stdin", "stdout", "stderr" };

static int open_null(struct stream *stream, int flags)
{
	stream->target_fd = fd_raise(open("/dev/null", flags | O_CLOEXEC));
	return stream->target_fd < 0 ? syscall_errno() : 0;
}

/* A pipe of which we keep one end, non-blocking. which: 0 we write, else we read. */
static int make_pipe(struct stream *stream, int which, int *ret_ours)
{
	int fds[2], ours = which == 0 ? 1 : 0, r = 0;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return syscall_errno();
	for (int i = 0; i < 2; i++) {
		fds[i] = fd_raise(fds[i]);
		if (fds[i] < 0)
			r = fds[i];
	}
	/* O_NONBLOCK belongs to the open file description: the target's end stays blocking. */
	if (r == 0 && fcntl(fds[ours], F_SETFL, O_NONBLOCK) < 0)
		r = syscall_errno();
	if (r < 0) {
		fd_close(fds[0]);
		fd_close(fds[1]);
		return r;
	}
	stream->target_fd = fds[!ours];
	*ret_ours = fds[ours];
	return 0;
}

static int pump_input(struct stream *stream, int fd)
{
	int ours = -1, source, r;

	source = pump_reopen(fd, O_RDONLY);
	if (source < 0)
		return source;
	r = make_pipe(stream, 0, &ours);
	if (r < 0) {
		fd_close(source);
		return r;
	}
	return pump_open(&stream->pump, source, ours, REMAND_UNLIMITED);
}

static int pump_output(struct stream *stream, int which, int sink_taken, uint64_t limit)
{
	int ours = -1;
	int r = make_pipe(stream, which, &ours);

	if (r < 0) {
		fd_close(sink_taken);
		return r;
	}
	return pump_open(&stream->pump, ours, sink_taken, limit);
}

/* Only to a target with an id of its own: who owns a file can change it through any descriptor. And
 * /dev/stdin can be opened only if everybody may read the file. Else it is carried, by a pipe
 * that is made the target's. */
static bool may_be_handed_over(const struct request *request, const struct stat *st)
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

static int inherit_input(struct stream *stream, const struct request *request, int fd)
{
	struct stat st;

	if (fcntl(fd, F_GETFD) < 0)
		return errno == EBADF && fd == 0 ? open_null(stream, O_RDONLY) : syscall_errno();
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

static int open_input_file(struct stream *stream, const struct request *request)
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

/* Also a file is written by us: the target never holds a host file, and its output is counted. */
static int open_output_file(struct stream *stream, const struct request *request)
{
	int fd = path_open(request->host->hostile, request->stream->path,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_NONBLOCK, 0666);

	return fd < 0 ? fd : pump_output(stream, request->which, fd, request->limit);
}

static int inherit_output(struct stream *stream, int which, int fd, uint64_t limit)
{
	int sink;

	if (fcntl(fd, F_GETFD) < 0)
		return errno == EBADF && fd == which ? open_null(stream, O_WRONLY)
						     : syscall_errno();
	sink = pump_reopen(fd, O_WRONLY);
	return sink < 0 ? sink : pump_output(stream, which, sink, limit);
}

static int capture_output(struct stream *stream, int which, uint64_t limit)
{
	int ours = -1;
	int r = make_pipe(stream, which, &ours);

	return r < 0 ? r : pump_capture(&stream->pump, ours, limit);
}

static int open_stream(struct streams *streams, const struct request *request)
{
	struct stream *stream = &streams->stream[request->which];
	int which = request->which;

	switch (request->stream->kind) {
	case REMAND_STREAM_DEFAULT:
	case REMAND_STREAM_NULL:
		return open_null(stream, which == 0 ? O_RDONLY : O_WRONLY);
	case REMAND_STREAM_INHERIT:
		return which == 0 ? inherit_input(stream, request, 0)
				  : inherit_output(stream, which, which, request->limit);
	case REMAND_STREAM_FD:
		return which == 0
			       ? inherit_input(stream, request, request->stream->fd)
			       : inherit_output(stream, which, request->stream->fd, request->limit);
	case REMAND_STREAM_PATH:
		return which == 0 ? open_input_file(stream, request)
				  : open_output_file(stream, request);
	case REMAND_STREAM_CAPTURE:
		return capture_output(stream, which, request->limit);
	case REMAND_STREAM_MERGE:
		stream->target_fd = fcntl(streams->stream[1].target_fd, F_DUPFD_CLOEXEC, 3);
		return stream->target_fd < 0 ? syscall_errno() : 0;
	}
	return -EINVAL;
}

int streams_open(struct streams *ret_streams, const struct remand_spec *spec,
	const struct streams_host *host, struct remand_error *error)
{
	const struct remand_stream *wanted[] = { &spec->input, &spec->output, &spec->error };
	struct streams streams = STREAMS_EMPTY;

	for (int i = 0; i < 3; i++) {
		const struct request request = { i, wanted[i], host, spec->output_bytes };
		int r = open_stream(&streams, &request);

		if (r == 0)
			continue;
		streams_done(&streams);
		if (wanted[i]->kind == REMAND_STREAM_PATH)
			return error_errno(error, REMAND_STAGE_STDIO, r, "cannot open %s for %s",
				wanted[i]->path, names[i]);
		return error_errno(error, REMAND_STAGE_STDIO, r, "cannot connect %s", names[i]);
	}
	*ret_streams = streams;
	return 0;
}

int streams_give_to(const struct streams *streams, uid_t target_id)
{
	for (int i = 0; i < 3; i++) {
		const struct stream *stream = &streams->stream[i];

		if ((stream->pump.buffer || stream->pump.capturing) &&
			fchown(stream->target_fd, target_id, target_id) < 0)
			return syscall_errno();
	}
	return 0;
}

void streams_close_target_fds(struct streams *streams)
{
	for (int i = 0; i < 3; i++)
		streams->stream[i].target_fd = fd_close(streams->stream[i].target_fd);
}

void streams_follow_offset(const struct streams *streams)
{
	const struct stream *input = &streams->stream[0];
	off_t offset = input->caller_fd < 0 ? -1 : lseek(input->file_fd, 0, SEEK_CUR);
	struct stat st;

	/* Forward only, and within the file: the target could set any offset, and what its caller
	 * reads next is not for it to choose. */
	if (offset > input->caller_offset && fstat(input->file_fd, &st) == 0 &&
		offset <= st.st_size)
		(void)lseek(input->caller_fd, offset, SEEK_SET);
}

uint64_t streams_written(const struct streams *streams, int which)
{
	const struct stream *stream = &streams->stream[which];

	/* A pump that was never opened has no buffer and no capture. */
	return stream->pump.buffer || stream->pump.capturing ? stream->pump.total : REMAND_UNKNOWN;
}

void streams_done(struct streams *streams)
{
	for (int i = 0; i < 3; i++) {
		fd_close(streams->stream[i].target_fd);
		fd_close(streams->stream[i].file_fd);
		fd_close(streams->stream[i].caller_fd);
		pump_done(&streams->stream[i].pump);
	}
	*streams = (struct streams)STREAMS_EMPTY;
}

int remand_open_output(const struct remand_spec *spec, const char *path)
{
	struct path_hostile hostile;
	int fd, r = path_hostile_identify(spec->work, &hostile);

	if (r < 0)
		return r;
	hostile.forbidden = true;
	/* O_NONBLOCK for the open only: a FIFO without reader is an error, not a hang. */
	fd = path_open(&hostile, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_NONBLOCK, 0666);
	if (fd >= 0 && fcntl(fd, F_SETFL, 0) < 0) {
		r = syscall_errno();
		fd_close(fd);
		return r;
	}
	return fd;
}
