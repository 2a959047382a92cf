/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two ends of a channel with message boundaries, for a caller and its target. */
#include <sys/socket.h>

#include "fd.h"
#include "remand.h"
#include "syscalls.h"

int remand_channel(int ret_fds[2])
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return syscall_errno();
	for (int i = 0; i < 2; i++) {
		fds[i] = fd_raise(fds[i]);
		if (fds[i] < 0) {
			fd_close(fds[!i]);
			return fds[i];
		}
	}
	ret_fds[0] = fds[0];
	ret_fds[1] = fds[1];
	return 0;
}
