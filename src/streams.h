/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The target's stdin, stdout and stderr: opened by the supervisor, never by the target. */
#ifndef STREAMS_H
#define STREAMS_H

#include <sys/types.h>

#include "passes.h"
#include "path.h"
#include "pump.h"
#include "remand.h"

struct stream {
	int target_fd; /* becomes the target's; closed on our side once the keeper has it */
	int file_fd;   /* the caller's stdin, a regular file that the target reads by itself */
	int caller_fd; /* a duplicate of the caller's fd of that file, whose offset is to follow */
	off_t caller_offset; /* where that was */
	int end_fd;          /* the caller's end of a PIPE, until it is taken */
	bool own_pipe;       /* target_fd is an end of a pipe of ours */
	bool own_reader;     /* pump.to is an end of a pipe of ours, read by the caller */
	struct pump pump;
};

struct streams {
	struct stream stream[3];
	struct passes passes;
};

#define STREAM_EMPTY                                                                              \
	{                                                                                         \
		.target_fd = -1, .file_fd = -1, .caller_fd = -1, .end_fd = -1, .pump = PUMP_EMPTY \
	}
#define STREAMS_EMPTY                                                                          \
	{                                                                                      \
		.stream = { STREAM_EMPTY, STREAM_EMPTY, STREAM_EMPTY }, .passes = PASSES_EMPTY \
	}

/* How the caller's stdin may be handed over. */
struct streams_host {
	const struct path_hostile *hostile; /* directory whose links are not to be followed */
	bool separate_ids;                  /* the target is another user than the caller */
};

/* One stream to be opened. */
struct stream_request {
	int which;
	const struct remand_stream *stream;
	const struct streams_host *host;
	uint64_t limit;
};

int streams_open(struct streams *ret_streams, const struct remand_spec *spec,
	const struct streams_host *host, struct remand_error *error);
/* Make the pipes of ours the target's own, so that it can open /dev/stdin and its like. */
int streams_give_to(const struct streams *streams, uid_t uid, gid_t gid);
/* The target has its copies. */
void streams_close_target_fds(struct streams *streams);
/* After the end: what the target read, the caller's stdin is past too. */
void streams_follow_offset(const struct streams *streams);
/* Something of the stream passes through the supervisor, or is kept by it. */
bool streams_is_carried(const struct streams *streams, int which);
/* Bytes that the target wrote to stdout (1) or stderr (2); REMAND_UNKNOWN where nobody counts. */
uint64_t streams_written(const struct streams *streams, int which);
/* The caller's end of a PIPE, now the caller's; -EINVAL: there is none (any more). */
int streams_take_end(struct streams *streams, int which);
void streams_done(struct streams *streams);

/* What stream_input.c opens, and streams.c lends it. On failure the stream is to be released. */
int stream_open_input(struct stream *stream, const struct stream_request *request);
int stream_open_null(struct stream *stream, int flags);
/* A pipe of which we keep one end, non-blocking. which: 0 we write, else we read. */
int stream_make_pipe(struct stream *stream, int which, int *ret_ours);

#endif
