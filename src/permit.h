/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lets the target make its own last calls under a filter that would refuse them. */
#ifndef PERMIT_H
#define PERMIT_H

#include <stdint.h>
#include <unistd.h>

#include "filter.h"
#include "remand.h"
#include "syscall_rules.h"

/*
 * Between loading the filter and execve the target still has to hand over the listener, set its
 * last limit, say that it is ready, and execute; a policy may forbid each of these to the program.
 * None takes more than four arguments. So the filter lets those few calls pass which carry this
 * random number in the other two: the kernel ignores them, and the program cannot know it, since
 * exec replaces the memory that held it and filters cannot be read without CAP_SYS_ADMIN.
 *
 * A function that runs instead of a program (function.h) finds the number in its memory, if it
 * looks. So for it execve is not among those calls, and the last of them loads a second filter,
 * which refuses whatever carries the number. One thing is left, because it comes after that: to
 * close the failure pipe, and nothing else.
 */
struct permit {
	uint64_t words[2];
};

/* What comes behind the permitted calls. */
enum permit_use {
	PERMIT_PROGRAM,
	PERMIT_FUNCTION,
};

int permit_make(struct permit *ret_permit, struct remand_error *error);

/* Put the exception on top of the rules. */
int permit_add_rules(const struct permit *permit, enum permit_use use, struct syscall_rules *rules,
	struct remand_error *error);

/* The filter that ends the permit of a function; what remains is close_range(last_fd, last_fd, 0).
 * 0 or -errno. */
int permit_make_end(const struct permit *permit, int last_fd, struct filter_program *ret_program);

/* syscall(2) with the permit; NULL: without. Pointers are cast: man 2 syscall takes longs. */
static inline long permit_syscall(
	const struct permit *permit, long number, long a, long b, long c, long d)
{
	return syscall(
		number, a, b, c, d, permit ? permit->words[0] : 0, permit ? permit->words[1] : 0);
}

#endif
