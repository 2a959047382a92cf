/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PID 1 of the cell, and the messages between it and the supervisor. */
#ifndef KEEPER_H
#define KEEPER_H

#include <sys/resource.h>

#include "id_map.h"
#include "plan.h"

/* Supervisor to keeper: the ids are mapped, begin. */
struct keeper_order {
	struct id_map_inside ids;
	struct rlimit files; /* RLIMIT_NOFILE from now on: what a plan was sent with needed room */
};

/* The keeper's whole life, in the child of clone3. */
_Noreturn void keeper_main(const struct plan *plan);

#endif
