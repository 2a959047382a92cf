/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages on a SOCK_SEQPACKET socket: whole or not at all, descriptors by SCM_RIGHTS (unix(7)). */
#include "message.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "syscalls.h"

union control {
	struct cmsghdr header;
	char buffer[CMSG_SPACE(sizeof(int))];
};

int message_send(int socket, const struct message *message, int fd, const struct permit *permit)
{
	union control control = { 0 };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)message, .iov_len = sizeof(*message) };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		header.msg_control = control.buffer;
		header.msg_controllen = sizeof(control.buffer);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	return permit_syscall(permit, SYS_sendmsg, socket, (long)&header, MSG_NOSIGNAL, 0) < 0
		       ? syscall_errno()
		       : 0;
}

static int take_fd(struct msghdr *header)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	int fd = -1;

	if (control && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS &&
		control->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(control), sizeof(fd));
	return fd;
}

int message_receive(int socket, struct message *ret_message, int *ret_fd)
{
	union control control;
	struct message message;
	struct iovec iov = { &message, sizeof(message) };
	struct msghdr header = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buffer,
		.msg_controllen = sizeof(control.buffer) };
	ssize_t n = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return syscall_errno();
	if (n != sizeof(message))
		return -ECONNRESET;
	/* There is room for one: it is our table of open files that has none. unix(7) */
	if (header.msg_flags & MSG_CTRUNC)
		return -EMFILE;
	*ret_message = message;
	*ret_fd = take_fd(&header);
	return 1;
}
