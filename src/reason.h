/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdict in words, with the numbers that it rests on. */
#ifndef REASON_H
#define REASON_H

#include <stdio.h>

#include "group.h"
#include "remand.h"

/* Fill result->reason and result->evidence from the verdict and the rest of the result. */
void reason_fill(struct remand_result *result, const struct group_usage *usage);

/* "SEGV" for 11; real-time signals as "RTMIN+3"; never NULL for 1..64. buffer: 16 bytes. */
const char *reason_signal_name(int signum, char buffer[16]);

/* The call that the run was ended for; NULL: none, or nothing more is known of it. */
const struct remand_denial *reason_killed(const struct remand_result *result);

/* The name of a system call of that ABI, NULL when libseccomp knows none. Caller frees. */
char *reason_syscall_name(uint32_t architecture, int64_t number);

#endif
