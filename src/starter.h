/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A small process of the caller's from which keepers are cloned, where the caller itself has grown
 * too large: a clone copies the page tables of all its memory. CLONE_PARENT makes them the caller's
 * own children all the same, so that all that comes after is as without a starter.
 *
 *       supervisor ---- socket: struct starter_request + packed plan, with descriptors -> starter
 *       supervisor <--- the run's own control socket: MESSAGE_KEEPER, with its pidfd --- starter,
 *                                                                                           keeper
 *
 * Both answer, and the first counts: the starter is sooner, and the keeper is there still when the
 * starter is killed after clone3, so that no child is left that the supervisor has no pidfd of.
 */
#ifndef STARTER_H
#define STARTER_H

#include <stdint.h>

#include "caller.h"
#include "plan.h"
#include "remand.h"

/* Of all packets that make up one request. SCM_MAX_FD is 253. */
#define STARTER_PACKET_BYTES (32 << 10)
#define STARTER_PACKET_FDS   250
/* Of one request. */
#define STARTER_FDS_MAX     8192
#define STARTER_IMAGE_BYTES (64 << 20)

/* The first packet begins with it. The descriptors are those of plan_fd() that are not -1, then the
 * caller's working directory, then, where `moved` says so, the directory of its cgroup. */
struct starter_request {
	size_t image_size;
	size_t fds_count;
	bool moved; /* it lives in another cgroup than before */
	struct caller caller;
};

/* What the starter says when it is ready. */
struct starter_hello {
	int errnum;
	uintptr_t address; /* where a plan will lie in it, and in its keepers */
};

/* The starter's whole life, in the child of clone3. */
_Noreturn void starter_main(int socket_fd, int owner_fd);

/* Have the keeper of a planned run cloned: all but the answer. cgroup_fd: the directory of the
 * caller's own cgroup, or -1. */
int starter_send(struct remand_starter *starter, struct plan *plan, int cgroup_fd,
	struct remand_error *error);

struct starter_answer {
	int errnum;    /* 0: the keeper waits for the order to go; else see the failure pipe */
	int keeper_fd; /* its pidfd, -1: none was made */
	pid_t pid;
};

/* The answer, from the supervisor's end of the run's control socket. Nobody in this process may
 * hold the other end any more, so that the end of the starter shows. */
int starter_receive(int control_fd, struct starter_answer *ret_answer, struct remand_error *error);

#endif
