/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One message from keeper or target to the supervisor, with a descriptor on it. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdint.h>
#include <sys/resource.h>

#include "permit.h"

enum message_kind {
	MESSAGE_TARGET = 1, /* keeper: carries the target's pidfd */
	MESSAGE_BOX,        /* keeper: carries a directory fd of /box */
	MESSAGE_LISTENER,   /* target: carries the fd that tells of forbidden system calls */
	MESSAGE_STATUS,     /* keeper: the target ended */
	MESSAGE_KEEPER,     /* starter, and its child: carries the keeper's pidfd */
	MESSAGE_DETACHED,   /* keeper: it goes on without us, and this was its last message */
};

struct message {
	enum message_kind kind;
	int raw_status;         /* MESSAGE_STATUS: as wait(2) gives it; MESSAGE_KEEPER: an errno */
	uint64_t ended_ns;      /* MESSAGE_STATUS: when, by CLOCK_MONOTONIC */
	uint64_t keeper_cpu_ns; /* MESSAGE_STATUS: CPU time of the keeper itself */
	struct rusage usage;    /* MESSAGE_STATUS: of the target */
};

/* fd -1: none. permit: for a sender under a filter, else NULL. 0 or -errno. Async-signal-safe. */
int message_send(int socket, const struct message *message, int fd, const struct permit *permit);

/* Without blocking. 1: got one, *ret_fd is the caller's (-1: none came); 0: nothing now;
 * -ECONNRESET: nothing ever again; another -errno: something was lost. */
int message_receive(int socket, struct message *ret_message, int *ret_fd);

#endif
