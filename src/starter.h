/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A small process of the caller's from which keepers are cloned, where the caller itself has grown
 * too large: a clone copies the page tables of all its memory. CLONE_PARENT makes them the caller's
 * own children all the same, so that all that comes after is as without a starter.
 *
 *       supervisor ---- socket: struct starter_request, with descriptors ---------------> starter
 *       supervisor <--- the run's own control socket: MESSAGE_KEEPER, with its pidfd --- starter,
 *                                                                                           keeper
 *       supervisor ---- the run's own control socket: the plan (plan_transfer.h) --------> keeper
 *
 * The keeper is ordered as soon as its namespaces are known, and cloned while the supervisor plans
 * the rest. Nothing that is to be kept from others comes to the starter.
 *
 * Starter and keeper answer, and the first counts: the starter is sooner, and the keeper is there
 * still when the starter is killed after clone3, so that no child is left that the supervisor has
 * no pidfd of.
 */
#ifndef STARTER_H
#define STARTER_H

#include <stdint.h>

#include "caller.h"
#include "host.h"
#include "isolation.h"
#include "remand.h"

/* What comes with a request, in this order. */
enum starter_fd {
	STARTER_CONTROL,   /* the keeper's end of the run's control socket */
	STARTER_FAILURE,   /* and of its failure pipe */
	STARTER_DIRECTORY, /* the caller's working directory */
	STARTER_CGROUP,    /* the directory of its cgroup, only where it was moved to another */
	STARTER_FDS,
};

/* One packet: requests of several threads do not mix. */
struct starter_request {
	struct isolation isolation;
	struct caller caller;
};

/* What the starter says when it is ready. */
struct starter_hello {
	int errnum;
	uintptr_t address; /* where a plan will lie in it, and in its keepers */
};

/* The starter's whole life, in the child of clone3. */
_Noreturn void starter_main(int socket_fd, int owner_fd);

/* Have a keeper cloned that waits for its plan: all but the answer. The descriptors are its ends of
 * the run's channels. */
struct starter_order {
	const struct isolation *isolation;
	int control_fd, failure_fd;
};
int starter_order(struct remand_starter *starter, const struct starter_order *order,
	const struct host *host, struct remand_error *error);

struct starter_answer {
	int errnum;    /* 0: the keeper waits for its plan; else see the failure pipe */
	int keeper_fd; /* its pidfd, -1: none was made */
	pid_t pid;
};

/* The answer, from the supervisor's end of the run's control socket. */
int starter_receive(const struct remand_starter *starter, int control_fd,
	struct starter_answer *ret_answer, struct remand_error *error);

/* Where the image of a plan lies in its keepers. */
uintptr_t starter_address(const struct remand_starter *starter);

#endif
