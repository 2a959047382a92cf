/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See wait.h. */
#include "wait.h"

#include <errno.h>
#include <poll.h>

#include "clock.h"
#include "error.h"
#include "syscalls.h"

uint64_t wait_deadline(uint64_t timeout_ns)
{
	return timeout_ns == REMAND_UNLIMITED ? DEADLINE_NEVER
					      : clock_after(clock_now_ns(), timeout_ns);
}

int wait_readable(int fd, uint64_t deadline_ns, struct remand_error *error)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	struct timespec left;
	int n = ppoll(&ready, 1, clock_until(deadline_ns, &left), NULL);

	if (n == 0)
		return -ETIMEDOUT;
	if (n < 0 && errno != EINTR)
		return error_errno(error, REMAND_STAGE_SUPERVISE, syscall_errno(), "cannot wait");
	return 0;
}
