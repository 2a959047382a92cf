/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Time inside remand: unsigned nanoseconds of CLOCK_MONOTONIC, deadlines absolute. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_S  UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_US UINT64_C(1000)

#define DEADLINE_NEVER UINT64_MAX

static inline uint64_t clock_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* Saturating: a deadline too far away is never. */
static inline uint64_t clock_after(uint64_t start_ns, uint64_t duration_ns)
{
	return duration_ns > DEADLINE_NEVER - start_ns ? DEADLINE_NEVER : start_ns + duration_ns;
}

/* What is left until the deadline, as ppoll(2) takes it. NULL: for ever. */
static inline struct timespec *clock_until(uint64_t deadline_ns, struct timespec *buffer)
{
	uint64_t now = clock_now_ns();
	uint64_t left = deadline_ns > now ? deadline_ns - now : 0;

	if (deadline_ns == DEADLINE_NEVER)
		return NULL;
	*buffer = (struct timespec){ (time_t)(left / NS_PER_S), (long)(left % NS_PER_S) };
	return buffer;
}

#endif
