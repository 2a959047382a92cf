/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A function of the caller's in a program's place. The target is then a copy of the caller that
 * does not exec: all that exec would have closed, reset or taken away is taken away by hand, after
 * every wall stands and before the function is called.
 *
 *   the caller's threads   refused beforehand (function.c), or the function promised to bear it
 *   shared memory          unmapped, so that the copy of the memory is a copy (function_memory.c)
 *   rights, settings       as exec leaves them (function_target.c)
 *   descriptors, permit    closed and ended as the last acts (function_target.c, permit.h)
 *
 * What stays, and remand.h says so: a copy of the caller's private memory, whatever is in it. So
 * the target stays not dumpable, as the keeper is.
 */
#ifndef FUNCTION_H
#define FUNCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "error.h"
#include "filter.h"
#include "remand.h"

struct plan;

struct function {
	remand_function call; /* NULL: a program is executed */
	void *argument;
	bool signal_safe;
	int *keep; /* the descriptors that it sees, and the failure pipe. Owned */
	size_t keep_count;
	struct filter_program permit_end; /* loaded last */
};

/* -EDEADLK: the caller has other threads, and the function is not said to bear it. */
int function_check_threads(const struct remand_spec *spec, struct remand_error *error);

/* When the plan has all its descriptors. */
int function_prepare(struct plan *plan, const struct remand_spec *spec, struct remand_error *error);
void function_done(struct function *function);

/* The rest is for keeper and target. Async-signal-safe but for what concerns stdio, which is left
 * alone where the caller may have threads. -1 and the failure where something cannot be had. */

/* As clone, with the C library told of it: a process that will use it needs its thread to have the
 * right number, and its list of robust mutexes. Returns twice. */
pid_t function_fork(int *ret_pidfd);

/* Unmap what is shared with anybody and can be written. proc_fd: a /proc that knows us. */
int function_leave_shared_memory(int proc_fd, struct failure *failure);

/* Signal stack, saved ids, capabilities, environment, stdio. */
int function_settle(const struct plan *plan, struct failure *failure);

/* Close everything, end the permit, call. Returns only if that fails. */
int function_begin(const struct plan *plan, struct failure *failure);

#endif
