/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages with a descriptor: whole, or an error that says so. */
#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "scratch.h"

/* In a child: one message with a descriptor that there is room for, or not. */
static int receive_one(void *argument)
{
	const bool room = *(const bool *)argument;
	const struct message sent = { .kind = MESSAGE_LISTENER };
	struct message message = { 0 };
	struct rlimit files;
	int sockets[2], fd = -1, unused, r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0 ||
		getrlimit(RLIMIT_NOFILE, &files) < 0 || (unused = fcntl(0, F_DUPFD_CLOEXEC, 0)) < 0)
		return 1;
	close(unused);
	files.rlim_cur = (rlim_t)unused + room;
	if (message_send(sockets[1], &sent, 0, NULL) != 0 || setrlimit(RLIMIT_NOFILE, &files) < 0)
		return 2;
	r = message_receive(sockets[0], &message, &fd);
	if (room)
		return r == 1 && message.kind == MESSAGE_LISTENER && fd == unused &&
				       (fcntl(fd, F_GETFD) & FD_CLOEXEC)
			       ? 0
			       : 3;
	return r == -EMFILE && fd == -1 ? 0 : 4;
}

TEST(a_descriptor_comes_with_its_message_and_is_close_on_exec)
{
	bool room = true;

	CHECK_INT(scratch_child(receive_one, &room), 0);
}

TEST(a_descriptor_for_which_there_is_no_room_is_an_error_and_not_a_message_without)
{
	bool room = false;

	CHECK_INT(scratch_child(receive_one, &room), 0);
}
