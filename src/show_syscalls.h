/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A compiled filter summed up by the groups of system calls. */
#ifndef SHOW_SYSCALLS_H
#define SHOW_SYSCALLS_H

#include <jansson.h>

#include "filter.h"

/*
 * A new reference: {"@group": {"answer": "allow", "but": {"EPERM": ["name", ...]}}, ...}. The
 * answer is what most calls of the group get; "by arguments" stands for those whose arguments
 * decide.
 */
json_t *show_syscalls(const struct filter_program *program);

#endif
