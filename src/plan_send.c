/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor's side of plan_transfer.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "fd.h"
#include "plan_transfer.h"
#include "syscalls.h"

struct packet {
	struct iovec iov[2];
	const int *fds;
	size_t fds_count;
};

static int send_packet(int control_fd, struct packet *packet)
{
	union {
		struct cmsghdr header;
		char buffer[CMSG_SPACE(PLAN_PACKET_FDS * sizeof(int))];
	} control;
	const size_t size = packet->fds_count * sizeof(int);
	struct msghdr header = { .msg_iov = packet->iov, .msg_iovlen = 2 };

	if (size > 0) {
		memset(control.buffer, 0, CMSG_SPACE(size));
		header.msg_control = control.buffer;
		header.msg_controllen = CMSG_SPACE(size);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(&control.header), packet->fds, size);
	}
	return TEMP_FAILURE_RETRY(sendmsg(control_fd, &header, MSG_NOSIGNAL)) < 0 ? syscall_errno()
										  : 0;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t divide_up(size_t a, size_t b)
{
	return (a + b - 1) / b;
}

/* In so many packets that each has at least one byte: an empty one would pass for the end. */
static int send_all(
	int control_fd, const struct plan_parcel *parcel, const void *image, const int *fds)
{
	const size_t by_size = divide_up(parcel->image_size, PLAN_PACKET_BYTES);
	const size_t by_fds = divide_up(parcel->fds_count, PLAN_PACKET_FDS);
	const size_t packets = by_size > by_fds ? by_size : by_fds;
	const size_t bytes = divide_up(parcel->image_size, packets);
	size_t sent = 0, sent_fds = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < packets; i++) {
		struct packet packet = {
			.iov = { { (void *)(uintptr_t)parcel, i == 0 ? sizeof(*parcel) : 0 },
				{ (char *)(uintptr_t)image + sent,
					least(bytes, parcel->image_size - sent) } },
			.fds = fds + sent_fds,
			.fds_count = least(PLAN_PACKET_FDS, parcel->fds_count - sent_fds),
		};

		r = send_packet(control_fd, &packet);
		sent += packet.iov[1].iov_len;
		sent_fds += packet.fds_count;
	}
	return r;
}

/* fds: room for those of the plan. */
static int pack_and_send(struct plan *plan, int control_fd, uintptr_t address, int *fds)
{
	CLEANUP_FREE void *image = NULL;
	struct plan_parcel parcel = { 0 };
	int r = plan_pack(plan, address, &image, &parcel.image_size);

	if (r < 0)
		return r;
	if (parcel.image_size > PLAN_IMAGE_BYTES)
		return -E2BIG;
	for (size_t i = PLAN_FDS_BORN; i < plan_count_fds(plan); i++)
		if (*plan_fd(plan, i) >= 0)
			fds[parcel.fds_count++] = *plan_fd(plan, i);
	return send_all(control_fd, &parcel, image, fds);
}

int plan_send(struct plan *plan, int control_fd, uintptr_t address)
{
	const size_t most = plan_count_fds(plan);
	int *fds;
	int r;

	if (most > PLAN_FDS_MAX)
		return -E2BIG;
	fds = calloc(most, sizeof(*fds));
	if (!fds)
		return -ENOMEM;
	r = pack_and_send(plan, control_fd, address, fds);
	free(fds);
	return r;
}
