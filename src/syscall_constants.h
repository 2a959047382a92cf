/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The symbolic names that rules may use for argument values and errors. */
#ifndef SYSCALL_CONSTANTS_H
#define SYSCALL_CONSTANTS_H

#include <stdint.h>

/* 0, or -ENOENT. */
int syscall_constants_find(const char *name, uint64_t *ret_value);

/* The first name with this prefix that has the value, NULL: none. */
const char *syscall_constants_name(const char *prefix, uint64_t value);

/* "ENOSYS" and the like: the number, or -ENOENT. */
int syscall_constants_errno(const char *name);

#endif
