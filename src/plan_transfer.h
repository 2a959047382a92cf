/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan on its way to a keeper that was cloned before there was one (starter.h): packed, in
 * packets on the run's control socket, with the descriptors on them.
 *
 *       supervisor --- control socket: struct plan_parcel + image, SCM_RIGHTS, then go ---> keeper
 */
#ifndef PLAN_TRANSFER_H
#define PLAN_TRANSFER_H

#include <stddef.h>

#include "error.h"
#include "plan.h"

/* Of one packet. SCM_MAX_FD is 253. */
#define PLAN_PACKET_BYTES (32 << 10)
#define PLAN_PACKET_FDS   250
/* Of a whole plan. */
#define PLAN_FDS_MAX     8192
#define PLAN_IMAGE_BYTES (64 << 20)

/* The first of plan_fd(), control_fd, failure_fd and supervisor_fd, are the keeper's by birth. */
#define PLAN_FDS_BORN 3

/* The first packet begins with it. The descriptors are the other ones of plan_fd() that are not -1.
 */
struct plan_parcel {
	size_t image_size;
	size_t fds_count;
};

/* Where it arrives: mapped for it beforehand, so that its address is known to the sender. */
struct plan_arena {
	struct plan_parcel parcel;
	size_t image_used, fds_count;
	int fds[PLAN_FDS_MAX];
	_Alignas(max_align_t) char image[PLAN_IMAGE_BYTES];
};

/* The supervisor's side. address: of the image in the keeper. -E2BIG: too large; -EPIPE: the keeper
 * is gone. */
int plan_send(struct plan *plan, int control_fd, uintptr_t address);

/* The keeper's side; async-signal-safe. born: its descriptors for the first of plan_fd(). NULL: the
 * supervisor gave up or is gone (failure->errnum is 0), or the failure to be told. */
struct plan *plan_receive(
	struct plan_arena *arena, const int born[PLAN_FDS_BORN], struct failure *failure);

#endif
