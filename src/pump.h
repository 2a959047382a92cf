/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes carried between a pipe of the target and something of the caller, so that the target never
 * holds the caller's own descriptor, and what it writes can be counted and cut. Never blocks.
 */
#ifndef PUMP_H
#define PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pump {
	int from, to;   /* owned; -1: closed. to is -1 from the start when capturing */
	bool capturing; /* into memory instead of to */
	int epoll_fd;   /* the set that from and to may be in, -1: none; borrowed */
	bool from_nonblocking;
	bool from_regular; /* always readable, and not to be watched */
	bool from_socket;
	bool to_writable; /* never blocks: asked for so, or a regular file */
	bool to_socket;
	bool last; /* all writers are dead: what is in the pipe now is all that will ever be */
	size_t to_chunk; /* the most that one write may carry without blocking */
	uint64_t limit;  /* pass on at most this much; the rest is counted only */
	uint64_t total;  /* bytes that arrived */
	char *buffer;    /* waiting to be written, or all that was captured */
	size_t start, end, capacity;
	uint64_t memory_bytes; /* a capture that is larger goes into a file */
	int file_fd;           /* that file, -1: none */
	bool refused;          /* abandoned because nobody reads `to` any more */
	/* Told of all that arrives, before it goes on; NULL: nobody. */
	void (*tap)(void *context, const char *data, size_t length);
	void *tap_context;
};

#define PUMP_EMPTY                                                  \
	{                                                           \
		.from = -1, .to = -1, .epoll_fd = -1, .file_fd = -1 \
	}

/* Takes both fds, also on failure. from must be non-blocking. */
int pump_open(struct pump *ret_pump, int from_taken, int to_taken, uint64_t limit);
/* Takes the fd. Into memory as long as it is no more than memory_bytes, else into a file. */
int pump_capture(struct pump *ret_pump, int from_taken, uint64_t limit, uint64_t memory_bytes);
/* Takes the fd, which must be non-blocking. Copies the data, and ends behind it. */
int pump_feed(struct pump *ret_pump, int to_taken, const void *data, size_t length);
void pump_done(struct pump *pump);

/* Move what can be moved now. 0, or -errno on a real failure; a reader that went away is none. */
int pump_step(struct pump *pump);

/* What it waits for. */
bool pump_wants_input(const struct pump *pump);
bool pump_wants_output(const struct pump *pump);

/* `to` is a pipe of ours, and its reader may take its time: let it hold all that is in hand and in
 * `from`. -errno: it cannot, and the reader is to be waited for. */
int pump_widen(const struct pump *pump);

/* Nobody reads `to` any more: drop what is in hand and close both ends. */
void pump_abandon(struct pump *pump);

/* More arrived than may pass. */
bool pump_exceeded(const struct pump *pump);

/* A descriptor of ours that reaches the same place as the caller's fd and does not block, without
 * changing the caller's own. -errno. */
int pump_reopen(int fd, int flags);

#endif
