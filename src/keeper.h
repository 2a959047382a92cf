/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PID 1 of the cell, and the messages between it and the supervisor. */
#ifndef KEEPER_H
#define KEEPER_H

#include <sched.h>
#include <sys/resource.h>

#include "id_map.h"
#include "plan.h"

enum keeper_order_kind {
	KEEPER_GO,     /* the first one: the ids are mapped, begin */
	KEEPER_DETACH, /* go on without me: detach.c */
};

/* Supervisor to keeper. That it shuts its end of the socket down is the order to end. */
struct keeper_order {
	enum keeper_order_kind kind;
	/* GO: */
	struct id_map_inside ids;
	struct rlimit files; /* RLIMIT_NOFILE from now on: what a plan was sent with needed room */
};

/* What clone3 makes for it. The network it makes for itself: that takes the kernel as long as all
 * the other namespaces, and the supervisor has other work meanwhile. */
static inline uint64_t keeper_namespaces(const struct isolation *isolation)
{
	return isolation->namespaces & ~(uint64_t)CLONE_NEWNET;
}

/* The first thing that it does, in the child of clone3; 0 or an errno, to be told after the order
 * to go. */
int keeper_make_network(const struct isolation *isolation);

/* The rest of the keeper's life. */
_Noreturn void keeper_main(const struct plan *plan, int network_errnum);

#endif
