/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System call rules compiled into the program that the kernel runs at every call. */
#ifndef FILTER_H
#define FILTER_H

#include <linux/filter.h>

#include "remand.h"
#include "syscall_rules.h"

/* What seccomp(2) wants, as struct sock_fprog, for SECCOMP_SET_MODE_FILTER. */
struct filter_program {
	struct sock_filter *instructions;
	unsigned short count;
};

int filter_compile(
	const struct syscall_rules *rules, struct filter_program *ret, struct remand_error *error);

/* A copy in which whoever would be killed, or refused with anything but ENOSYS, or logged, is
 * stopped and reported to a listener instead. */
int filter_watch(const struct filter_program *program, struct filter_program *ret);

void filter_program_done(struct filter_program *program);

#endif
