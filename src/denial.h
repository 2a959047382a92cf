/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A forbidden system call that ends the run, as the kernel tells the supervisor of it. */
#ifndef DENIAL_H
#define DENIAL_H

#include <stdbool.h>
#include <stdint.h>

struct denial {
	bool happened;
	uint32_t architecture; /* AUDIT_ARCH_*: the ABI that the call was made in */
	int64_t syscall;
	uint64_t arguments[6];
	uint64_t program_counter;
};

/* Take one notification from the listener. The caller of the call stays stopped until it is killed.
 * 0, or -errno: there was none after all. */
int denial_receive(int listener, struct denial *ret_denial);

#endif
