/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Closing everything but a few descriptors, by ranges. Async-signal-safe. */
#include <limits.h>

#include "fd.h"
#include "permit.h"
#include "syscalls.h"

/* The lowest of keep that is not below from, or UINT_MAX. */
static unsigned int next_kept(const int *keep, size_t count, unsigned int from)
{
	unsigned int lowest = UINT_MAX;

	for (size_t i = 0; i < count; i++)
		if (keep[i] >= 0 && (unsigned int)keep[i] >= from && (unsigned int)keep[i] < lowest)
			lowest = (unsigned int)keep[i];
	return lowest;
}

int fd_close_all_but(const int *keep, size_t count, const struct permit *permit)
{
	unsigned int from = 0;

	for (;;) {
		unsigned int kept = next_kept(keep, count, from);

		if (kept > from &&
			permit_syscall(permit, SYS_close_range, from, (long)(kept - 1), 0, 0) < 0)
			return syscall_errno();
		if (kept == UINT_MAX)
			return 0;
		from = kept + 1;
	}
}
