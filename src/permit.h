/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lets the target make its own last calls under a filter that would refuse them. */
#ifndef PERMIT_H
#define PERMIT_H

#include <stdint.h>
#include <unistd.h>

#include "remand.h"
#include "syscall_rules.h"

/*
 * Between loading the filter and execve the target still has to hand over the listener, set its
 * last limit, say that it is ready, and execute; a policy may forbid each of these to the program.
 * None takes more than four arguments. So the filter lets those few calls pass which carry this
 * random number in the other two: the kernel ignores them, and the program cannot know it, since
 * exec replaces the memory that held it and filters cannot be read without CAP_SYS_ADMIN.
 */
struct permit {
	uint64_t words[2];
};

int permit_make(struct permit *ret_permit, struct remand_error *error);

/* Put the exception on top of the rules. */
int permit_add_rules(
	const struct permit *permit, struct syscall_rules *rules, struct remand_error *error);

/* syscall(2) with the permit; NULL: without. Pointers are cast: man 2 syscall takes longs. */
static inline long permit_syscall(
	const struct permit *permit, long number, long a, long b, long c, long d)
{
	return syscall(
		number, a, b, c, d, permit ? permit->words[0] : 0, permit ? permit->words[1] : 0);
}

#endif
