/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything keeper and target need, prepared by the supervisor: between clone3 and execve there is
 * no malloc, no lock and no decision left, only steps.
 */
#ifndef PLAN_H
#define PLAN_H

#include <stdint.h>
#include <sys/types.h>

#include "cell.h"
#include "filter.h"
#include "function.h"
#include "host.h"
#include "isolation.h"
#include "permit.h"
#include "remand.h"
#include "rlimits.h"

struct plan {
	/* Descriptors; the plan borrows them all. */
	int control_fd;    /* the keeper's end of the socket to the supervisor */
	int failure_fd;    /* where a failed stage is reported; closed by exec */
	int supervisor_fd; /* pidfd of the process that called the library */
	int group_fd;      /* the cgroup that the target is born in */
	int kill_fd;       /* its cgroup.kill, where no pid namespace dies with the keeper; or -1 */
	int stdio[3];      /* what becomes fd 0, 1 and 2 of the target; all above 2 */
	struct remand_pass *passes; /* further ones that the target keeps; borrowed */
	size_t passes_count;
	int floor; /* what the target still needs of ours is not below, its own are */
	int *keep; /* all of these: what the keeper must not close. Owned */
	size_t keep_count;

	/* The cell. */
	struct isolation isolation;
	bool send_box; /* /box is the cell's own and files will be collected from it */
	const char *hostname;
	struct cell cell;

	/* The target. */
	char **argv;
	char **env;
	char **programs; /* paths to try, in order, NULL-terminated */
	const char *directory;
	struct rlimit_entry rlimits[RLIM_NLIMITS];
	int nice;
	int landlock_abi; /* 0: none */
	struct permit permit;
	struct filter_program filter;
	struct filter_program watched_filter; /* the same, told to a listener */
	bool needs_listener;      /* a rule kills or logs, which is for whoever listens to do */
	struct function function; /* instead of argv and programs */
};

struct plan_request {
	const struct remand_spec *given;    /* as asked for: zero where nobody asked */
	const struct remand_spec *resolved; /* with defaults */
	const struct isolation *isolation;
	const struct path_hostile *hostile; /* the work directory */
	const struct box *box;              /* where the cell does not bring one */
};

/* On success the plan is to be released by plan_done(). */
int plan_make(struct plan *ret_plan, const struct plan_request *request, const struct host *host,
	struct remand_error *error);
void plan_done(struct plan *plan);

/* How many fields hold a descriptor, or -1; and field i of them, in an order that depends on the
 * counts alone. Async-signal-safe. */
size_t plan_count_fds(const struct plan *plan);
int *plan_fd(struct plan *plan, size_t i);

/* After all fds are in place: write down which the keeper keeps. */
int plan_keep_fds(struct plan *plan);

/* A copy of the plan and of all that it points to, as one piece for the given address (of which the
 * plan is the beginning) in any process that has this library in the same place. Caller frees. */
int plan_pack(const struct plan *plan, uintptr_t address, void **ret_image, size_t *ret_size);

#endif
