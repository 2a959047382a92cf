/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls by name and by number, for the architecture that we run on. */
#ifndef SYSCALL_NAMES_H
#define SYSCALL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

enum syscall_known {
	SYSCALL_NATIVE,    /* *ret_number is set */
	SYSCALL_ELSEWHERE, /* a name of another architecture: nothing to do here */
	SYSCALL_UNKNOWN,
};

enum syscall_known syscall_names_number(const char *name, unsigned int *ret_number);

/* "openat", or "syscall_1234" where nobody knows a name; always terminated. Returns ret. */
const char *syscall_names_name(unsigned int number, char ret[32]);

/*
 * Which arguments of the call the kernel reads as 32 bits wide: bit N for argument N. 0 where
 * all are as wide as a register or where we do not know.
 */
unsigned int syscall_names_narrow(const char *name);

/* How many slips of the hand apart (a letter too many, missing, wrong, two swapped), at most limit
 * + 1. */
size_t syscall_names_distance(const char *a, const char *b, size_t limit);

#endif
