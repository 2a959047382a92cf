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
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "fd.h"
#include "syscalls.h"

/* A capture up to here stays in memory where nobody asked for more or less. */
#define CAPTURE_MEMORY_BYTES (UINT64_C(1) << 20)

static const char *const names[] = { "stdin", "stdout", "stderr" };

int stream_open_null(struct stream *stream, int flags)
{
	stream->target_fd = fd_raise(open("/dev/null", flags | O_CLOEXEC));
	return stream->target_fd < 0 ? syscall_errno() : 0;
}

/* A pipe of which we keep one end, non-blocking. which: 0 we write, else we read. */
int stream_make_pipe(struct stream *stream, int which, int *ret_ours)
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
	stream->own_pipe = true;
	*ret_ours = fds[ours];
	return 0;
}

static int pump_output(struct stream *stream, int which, int sink_taken, uint64_t limit)
{
	int ours = -1;
	int r = stream_make_pipe(stream, which, &ours);

	if (r < 0) {
		fd_close(sink_taken);
		return r;
	}
	return pump_open(&stream->pump, ours, sink_taken, limit);
}

/* Also a file is written by us: the target never holds a host file, and its output is counted. */
static int open_output_file(struct stream *stream, const struct stream_request *request)
{
	int fd = path_open(request->host->hostile, request->stream->path,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_NONBLOCK, 0666);

	return fd < 0 ? fd : pump_output(stream, request->which, fd, request->limit);
}

static int inherit_output(struct stream *stream, int which, int fd, uint64_t limit)
{
	int sink;

	if (fcntl(fd, F_GETFD) < 0)
		return errno == EBADF && fd == which ? stream_open_null(stream, O_WRONLY)
						     : syscall_errno();
	sink = pump_reopen(fd, O_WRONLY);
	return sink < 0 ? sink : pump_output(stream, which, sink, limit);
}

static int capture_output(struct stream *stream, const struct stream_request *request)
{
	uint64_t memory_bytes = request->stream->memory_bytes;
	int ours = -1;
	int r = stream_make_pipe(stream, request->which, &ours);

	return r < 0 ? r
		     : pump_capture(&stream->pump, ours, request->limit,
			       memory_bytes ? memory_bytes : CAPTURE_MEMORY_BYTES);
}

/* Counted and cut as every output is, and ended with the run, whoever holds the target's own. */
static int open_output_pipe(struct stream *stream, const struct stream_request *request)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return syscall_errno();
	stream->end_fd = fd_raise(fds[0]);
	fds[1] = fd_raise(fds[1]);
	if (stream->end_fd < 0 || fds[1] < 0 || fcntl(fds[1], F_SETFL, O_NONBLOCK) < 0) {
		int r = stream->end_fd < 0 ? stream->end_fd : syscall_errno();

		fd_close(fds[1]);
		return r;
	}
	stream->own_reader = true;
	return pump_output(stream, request->which, fds[1], request->limit);
}

static int merge_output(struct stream *stream, const struct stream *output)
{
	stream->target_fd = fcntl(output->target_fd, F_DUPFD_CLOEXEC, 3);
	return stream->target_fd < 0 ? syscall_errno() : 0;
}

static int open_output(struct streams *streams, const struct stream_request *request)
{
	struct stream *stream = &streams->stream[request->which];
	int which = request->which;

	switch (request->stream->kind) {
	case REMAND_STREAM_DEFAULT:
	case REMAND_STREAM_NULL:
		return stream_open_null(stream, O_WRONLY);
	case REMAND_STREAM_INHERIT:
		return inherit_output(stream, which, which, request->limit);
	case REMAND_STREAM_FD:
		return inherit_output(stream, which, request->stream->fd, request->limit);
	case REMAND_STREAM_PATH:
		return open_output_file(stream, request);
	case REMAND_STREAM_CAPTURE:
		return capture_output(stream, request);
	case REMAND_STREAM_MERGE:
		return merge_output(stream, &streams->stream[1]);
	case REMAND_STREAM_PIPE:
		return open_output_pipe(stream, request);
	case REMAND_STREAM_BYTES:
		break;
	}
	return -EINVAL;
}

int streams_open(struct streams *ret_streams, const struct remand_spec *spec,
	const struct streams_host *host, struct remand_error *error)
{
	const struct remand_stream *wanted[] = { &spec->input, &spec->output, &spec->error };
	struct streams streams = STREAMS_EMPTY;
	int r;

	for (int i = 0; i < 3; i++) {
		const struct stream_request request = { i, wanted[i], host, spec->output_bytes };

		r = i == 0 ? stream_open_input(&streams.stream[0], &request)
			   : open_output(&streams, &request);

		if (r == 0)
			continue;
		streams_done(&streams);
		if (wanted[i]->kind == REMAND_STREAM_PATH)
			return error_errno(error, REMAND_STAGE_STDIO, r, "cannot open %s for %s",
				wanted[i]->path, names[i]);
		return error_errno(error, REMAND_STAGE_STDIO, r, "cannot connect %s", names[i]);
	}
	r = passes_open(&streams.passes, spec, error);
	if (r < 0) {
		streams_done(&streams);
		return r;
	}
	*ret_streams = streams;
	return 0;
}

int streams_give_to(const struct streams *streams, uid_t uid, gid_t gid)
{
	for (int i = 0; i < 3; i++) {
		const struct stream *stream = &streams->stream[i];

		if (stream->own_pipe && fchown(stream->target_fd, uid, gid) < 0)
			return syscall_errno();
	}
	return 0;
}

void streams_close_target_fds(struct streams *streams)
{
	for (int i = 0; i < 3; i++)
		streams->stream[i].target_fd = fd_close(streams->stream[i].target_fd);
	passes_done(&streams->passes);
}

int streams_take_end(struct streams *streams, int which)
{
	if (which < 0 || which > 2 || streams->stream[which].end_fd < 0)
		return -EINVAL;
	return fd_take(&streams->stream[which].end_fd);
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

bool streams_is_carried(const struct streams *streams, int which)
{
	const struct pump *pump = &streams->stream[which].pump;

	return pump->from >= 0 || pump->to >= 0 || pump->capturing || pump->file_fd >= 0;
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
		fd_close(streams->stream[i].end_fd);
		pump_done(&streams->stream[i].pump);
	}
	passes_done(&streams->passes);
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
