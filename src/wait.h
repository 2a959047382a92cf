/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the blocking calls of the library share: until the handle's fd is ready, or time is up. */
#ifndef WAIT_H
#define WAIT_H

#include <stdint.h>

#include "remand.h"

/* REMAND_UNLIMITED: never. */
uint64_t wait_deadline(uint64_t timeout_ns);

/* 0: readable, or a signal came: look again. -ETIMEDOUT: the deadline passed. -errno: failed. */
int wait_readable(int fd, uint64_t deadline_ns, struct remand_error *error);

#endif
