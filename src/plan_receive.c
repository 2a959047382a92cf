/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keeper's side of plan_transfer.h, where only async-signal-safe calls are left. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "plan_transfer.h"

static int fail(struct failure *failure)
{
	failure->stage = REMAND_STAGE_CLONE;
	failure->errnum = errno;
	strncpy(failure->object, "(descriptors)", sizeof(failure->object) - 1);
	return -1;
}

/* Descriptors that came with a packet. MSG_CTRUNC cannot come but by our own limit of open files.
 */
static int take_fds(struct plan_arena *arena, struct msghdr *header, struct failure *failure)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	size_t count = 0;

	if (control && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS)
		count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if ((header->msg_flags & MSG_CTRUNC) || count > PLAN_FDS_MAX - arena->fds_count) {
		errno = EMFILE;
		return fail(failure);
	}
	if (count > 0)
		memcpy(arena->fds + arena->fds_count, CMSG_DATA(control), count * sizeof(int));
	arena->fds_count += count;
	return 0;
}

/* The end of the socket alone would not tell of a supervisor's death: keeper.c, wait_for_go(). */
static int wait_for_packet(const int born[PLAN_FDS_BORN])
{
	struct pollfd fds[] = {
		{ .fd = born[0], .events = POLLIN },
		{ .fd = born[2], .events = POLLIN },
	};
	int n;

	do
		n = poll(fds, 2, -1);
	while (n < 0 && errno == EINTR);
	return n < 0 || fds[1].revents ? -1 : 0;
}

static int receive_packet(struct plan_arena *arena, bool first, const int born[PLAN_FDS_BORN],
	struct failure *failure)
{
	union {
		struct cmsghdr header;
		char buffer[CMSG_SPACE(PLAN_PACKET_FDS * sizeof(int))];
	} control;
	const size_t head = first ? sizeof(arena->parcel) : 0;
	struct iovec iov[] = {
		{ &arena->parcel, head },
		{ arena->image + arena->image_used, PLAN_IMAGE_BYTES - arena->image_used },
	};
	struct msghdr header = { .msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = control.buffer,
		.msg_controllen = sizeof(control.buffer) };
	ssize_t n;

	if (wait_for_packet(born) < 0)
		return -1;
	do
		n = recvmsg(born[0], &header, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < (ssize_t)head || n == 0)
		return -1;
	arena->image_used += (size_t)n - head;
	return take_fds(arena, &header, failure);
}

/* The plan's descriptors are ours now, under the numbers that they got here; but none where the
 * target's own will be. */
static int renumber(struct plan_arena *arena, struct plan *plan, const int born[PLAN_FDS_BORN],
	struct failure *failure)
{
	const int *next = arena->fds;

	for (size_t i = 0; i < plan_count_fds(plan); i++) {
		int *fd = plan_fd(plan, i);
		int raised;

		if (i >= PLAN_FDS_BORN && *fd < 0)
			continue;
		*fd = i < PLAN_FDS_BORN ? born[i] : *next++;
		if (*fd < plan->floor) {
			raised = fcntl(*fd, F_DUPFD_CLOEXEC, plan->floor);
			if (raised < 0)
				return fail(failure);
			close(*fd);
			*fd = raised;
		}
		plan->keep[i] = *fd;
	}
	return 0;
}

struct plan *plan_receive(
	struct plan_arena *arena, const int born[PLAN_FDS_BORN], struct failure *failure)
{
	struct plan *plan = (struct plan *)(void *)arena->image;
	int r = receive_packet(arena, true, born, failure);

	while (r == 0 && (arena->image_used < arena->parcel.image_size ||
				 arena->fds_count < arena->parcel.fds_count))
		r = receive_packet(arena, false, born, failure);
	if (r == 0)
		r = renumber(arena, plan, born, failure);
	return r == 0 ? plan : NULL;
}
