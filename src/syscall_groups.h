/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Named groups of system calls, with the names that Linux administrators know from systemd. */
#ifndef SYSCALL_GROUPS_H
#define SYSCALL_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

struct syscall_group {
	const char *name;           /* "@basic-io" */
	const char *summary;        /* one line for people */
	const char *const *members; /* call names and other groups' "@names", ends with NULL */
};

/* The groups one after the other, from 0; NULL behind the last. */
const struct syscall_group *syscall_groups_get(size_t index);

/* By name, with the "@"; NULL if there is none. */
const struct syscall_group *syscall_groups_find(const char *name);

/*
 * Call visit for every call in the group and in groups inside it, until it returns non-zero,
 * which is then returned. A call that lies in two of the inner groups is visited twice. Names
 * include calls that this architecture lacks.
 */
int syscall_groups_walk(const struct syscall_group *group,
	int (*visit)(const char *name, void *context), void *context);

bool syscall_groups_hold(const struct syscall_group *group, const char *name);

#endif
