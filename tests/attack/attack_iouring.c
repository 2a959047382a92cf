/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* io_uring: system calls that no filter sees. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ring {
	int fd;
	unsigned int *sq_tail;
	unsigned int *sq_array;
	struct io_uring_sqe *entries;
	char *cq;
	struct io_uring_params params;
};

static int set_up(struct ring *ring)
{
	size_t length;
	char *sq;

	memset(ring, 0, sizeof(*ring));
	ring->fd = (int)syscall(SYS_io_uring_setup, 4U, &ring->params);
	if (ring->fd < 0)
		return -errno;
	length = ring->params.sq_off.array + ring->params.sq_entries * sizeof(unsigned int);
	sq = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	ring->entries = mmap(NULL, ring->params.sq_entries * sizeof(struct io_uring_sqe),
		PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
	length = ring->params.cq_off.cqes + ring->params.cq_entries * sizeof(struct io_uring_cqe);
	ring->cq = mmap(
		NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_CQ_RING);
	if (sq == MAP_FAILED || (void *)ring->entries == MAP_FAILED || ring->cq == MAP_FAILED)
		return -errno;
	ring->sq_tail = (unsigned int *)(void *)(sq + ring->params.sq_off.tail);
	ring->sq_array = (unsigned int *)(void *)(sq + ring->params.sq_off.array);
	return 0;
}

static int submit(struct ring *ring)
{
	const struct io_uring_cqe *done;

	ring->sq_array[0] = 0;
	__atomic_store_n(ring->sq_tail, 1U, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1U, 1U, IORING_ENTER_GETEVENTS, NULL, 0UL) < 0)
		return -errno;
	done = (const struct io_uring_cqe *)(const void *)(ring->cq + ring->params.cq_off.cqes);
	return done->res < 0 ? done->res : 0;
}

static int set_up_only(char **args)
{
	struct ring ring;

	(void)args;
	return set_up(&ring);
}

static int open_file(char **args)
{
	struct ring ring;
	int outcome = set_up(&ring);

	if (outcome < 0)
		return outcome;
	ring.entries[0].opcode = IORING_OP_OPENAT;
	ring.entries[0].fd = AT_FDCWD;
	ring.entries[0].addr = (unsigned long)args[0];
	return submit(&ring);
}

static int open_socket(char **args)
{
	struct ring ring;
	int outcome = set_up(&ring);

	(void)args;
	if (outcome < 0)
		return outcome;
	ring.entries[0].opcode = IORING_OP_SOCKET;
	ring.entries[0].fd = AF_NETLINK;
	ring.entries[0].off = SOCK_RAW;
	return submit(&ring);
}

static int register_only(char **args)
{
	(void)args;
	return attack_refused(syscall(SYS_io_uring_register, -1, 0U, NULL, 0U));
}

const struct attack attacks[] = {
	{ "setup", set_up_only, true },
	{ "open", open_file, true },
	{ "socket", open_socket, true },
	{ "register", register_only, true },
	{ 0 },
};
