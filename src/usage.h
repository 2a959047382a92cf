/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what the kernel counted to what the program used, without our own part before exec. */
#ifndef USAGE_H
#define USAGE_H

#include <sys/resource.h>

#include "remand.h"
#include "target.h"

/* Nothing of it was measured. */
extern const struct remand_usage usage_unknown;

/* What our own code used before exec, nearly all of it in the kernel, is not the program's. */
uint64_t usage_less(uint64_t measured, uint64_t own);

uint64_t usage_time_ns(const struct timeval *time);

/* Of the target, as its parent's wait found it. */
void usage_of_root(const struct rusage *found, const struct target_ready *ready,
	struct remand_usage *ret_usage);

#endif
