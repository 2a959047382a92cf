/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor's half of a starter; see starter.h. */
#include "starter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base.h"
#include "child.h"
#include "clock.h"
#include "fd.h"
#include "file.h"
#include "message.h"

struct remand_starter {
	pid_t owner; /* the process whose children its keepers are */
	int socket_fd, process_fd;
	uintptr_t address;
	pthread_mutex_t mutex;           /* held while the packets of a request are sent */
	struct caller_identity identity; /* cgroup: where it was moved last */
};

static int say_gone(struct remand_error *error)
{
	return error_say(error, REMAND_STAGE_CLONE, -ECONNRESET,
		"the starter is gone, killed by somebody; make a new one with "
		"remand_starter_new()");
}

/* In milliseconds: for what a starter that has ended, or its child, has sent. */
#define LAST_WORD_MS 1000

/* 0: there is something to read. The end of the starter alone closes no socket: a fork of another
 * thread's can hold a copy of the end that was its. */
static int await_word(const struct remand_starter *starter, int fd)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = starter->process_fd, .events = POLLIN },
	};

	for (;;) {
		int n = poll(fds, 2, fds[1].fd < 0 ? LAST_WORD_MS : -1);

		if (n == 0)
			return -ECONNRESET;
		if (n < 0 && errno != EINTR)
			return syscall_errno();
		if (n > 0 && fds[0].revents)
			return 0;
		if (n > 0)
			fds[1].fd = -1;
	}
}

static int say_failed(struct remand_error *error, int r)
{
	return error_errno(error, REMAND_STAGE_CLONE, r, "cannot make a starter");
}

/* Both ends on success; the second is the starter's. */
static int give_birth(struct remand_starter *starter)
{
	CLEANUP_FD int owner_fd = pidfd_open(getpid(), 0);
	CLEANUP_FD int end_fd = -1;
	struct clone_args args = { .flags = CLONE_PIDFD, .pidfd = (uintptr_t)&starter->process_fd };
	struct starter_hello hello;
	int ends[2], r;
	pid_t pid;

	if (owner_fd < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return syscall_errno();
	end_fd = ends[1];
	starter->socket_fd = fd_raise(ends[0]);
	if (starter->socket_fd < 0)
		return starter->socket_fd;
	pid = child_clone(&args);
	if (pid < 0)
		return syscall_errno();
	if (pid == 0)
		starter_main(end_fd, owner_fd);
	fd_close(fd_take(&end_fd));
	r = await_word(starter, starter->socket_fd);
	if (r < 0)
		return r;
	if (recv(starter->socket_fd, &hello, sizeof(hello), MSG_DONTWAIT) != sizeof(hello))
		return -ECONNRESET;
	starter->address = hello.address;
	return -hello.errnum;
}

int remand_starter_new(struct remand_starter **ret_starter, struct remand_error *error)
{
	struct remand_starter *starter = malloc(sizeof(*starter));
	struct caller caller;
	int r;

	if (!starter)
		return say_failed(error, -ENOMEM);
	*starter = (struct remand_starter){ .owner = getpid(),
		.socket_fd = -1,
		.process_fd = -1,
		.mutex = PTHREAD_MUTEX_INITIALIZER };
	r = caller_read(&caller, &starter->identity);
	if (r == 0)
		r = give_birth(starter);
	if (r < 0) {
		remand_starter_free(starter);
		return say_failed(error, r);
	}
	*ret_starter = starter;
	return 0;
}

struct remand_starter *remand_starter_free(struct remand_starter *starter)
{
	if (!starter)
		return NULL;
	/* In a fork of the owner it is a copy of the handle that goes, not the owner's starter. */
	if (starter->process_fd >= 0 && starter->owner == getpid()) {
		(void)pidfd_send_signal(starter->process_fd, SIGKILL, NULL, 0);
		(void)child_reap(starter->process_fd, &(siginfo_t){ 0 }, NULL);
	}
	fd_close(starter->socket_fd);
	fd_close(starter->process_fd);
	caller_identity_done(&starter->identity);
	pthread_mutex_destroy(&starter->mutex);
	free(starter);
	return NULL;
}

uintptr_t starter_address(const struct remand_starter *starter)
{
	return starter->address;
}

/* ---- a request ---- */

static int send_request(
	int socket_fd, const struct starter_request *request, const int fds[STARTER_FDS])
{
	union {
		struct cmsghdr header;
		char buffer[CMSG_SPACE(STARTER_FDS * sizeof(int))];
	} control = { 0 };
	const size_t size = (fds[STARTER_CGROUP] < 0 ? STARTER_CGROUP : STARTER_FDS) * sizeof(int);
	struct iovec iov = { (void *)(uintptr_t)request, sizeof(*request) };
	struct msghdr header = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buffer,
		.msg_controllen = CMSG_SPACE(size) };

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(&control.header), fds, size);
	return TEMP_FAILURE_RETRY(sendmsg(socket_fd, &header, MSG_NOSIGNAL)) < 0 ? syscall_errno()
										 : 0;
}

/* Takes the identity's cgroup where that is a new one: the starter goes there first. */
static int send_in_turn(struct remand_starter *starter, const struct starter_request *request,
	int fds[STARTER_FDS], struct caller_identity *identity, const struct host *host)
{
	int r = 0;

	pthread_mutex_lock(&starter->mutex);
	if (strcmp(starter->identity.cgroup, identity->cgroup) != 0) {
		fds[STARTER_CGROUP] = base_open_cgroup(host, identity->cgroup);
		r = fds[STARTER_CGROUP] < 0 ? -ENOENT : 0;
	}
	if (r == 0)
		r = send_request(starter->socket_fd, request, fds);
	/* The lines are the same, and others may be comparing theirs with them now. */
	if (r == 0 && fds[STARTER_CGROUP] >= 0) {
		free(starter->identity.cgroup);
		starter->identity.cgroup = identity->cgroup;
		identity->cgroup = NULL;
	}
	pthread_mutex_unlock(&starter->mutex);
	fds[STARTER_CGROUP] = fd_close(fds[STARTER_CGROUP]);
	return r;
}

static int send_order(struct remand_starter *starter, const struct starter_request *request,
	const struct starter_order *order, struct caller_identity *identity,
	const struct host *host, struct remand_error *error)
{
	/* Not ".", for which a directory must be one that we may search. */
	CLEANUP_FD int directory_fd =
		open("/proc/thread-self/cwd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fds[STARTER_FDS] = { order->control_fd, order->failure_fd, directory_fd, -1 };
	int r;

	if (directory_fd < 0)
		return error_errno(error, REMAND_STAGE_CLONE, syscall_errno(),
			"cannot open the working directory for the keeper");
	r = send_in_turn(starter, request, fds, identity, host);
	if (r == -ENOENT)
		return error_say(error, REMAND_STAGE_GROUP, r,
			"the starter cannot follow its caller into a cgroup that is not to be seen "
			"here; make a new one with remand_starter_new()");
	if (r == -EPIPE || r == -ECONNRESET)
		return say_gone(error);
	return r < 0 ? error_errno(error, REMAND_STAGE_CLONE, r, "cannot reach the starter") : 0;
}

int starter_order(struct remand_starter *starter, const struct starter_order *order,
	const struct host *host, struct remand_error *error)
{
	struct starter_request request = { .isolation = *order->isolation };
	struct caller_identity identity = { 0 };
	int r;

	if (starter->owner != getpid())
		return error_say(error, REMAND_STAGE_CLONE, -EINVAL,
			"the starter belongs to another process, which this one is a fork of; make "
			"one here with remand_starter_new()");
	r = caller_read(&request.caller, &identity);
	if (r < 0)
		return error_errno(error, REMAND_STAGE_CLONE, r,
			"cannot find out what the keeper would inherit");
	r = caller_compare(&starter->identity, &identity, error);
	if (r == 0)
		r = send_order(starter, &request, order, &identity, host, error);
	caller_identity_done(&identity);
	return r;
}

/* ---- the answer ---- */

/* proc(5), fdinfo: the pid in our own pid namespace, -1 when it was reaped. */
static pid_t pid_of(int pidfd)
{
	char path[48], text[512], *line;

	snprintf(path, sizeof(path), "/proc/thread-self/fdinfo/%d", pidfd);
	if (file_read(AT_FDCWD, path, text, sizeof(text)) < 0 || !(line = strstr(text, "\nPid:")))
		return -1;
	return (pid_t)strtol(line + 5, NULL, 10);
}

/* One of the two that come, of the starter and of the keeper. */
static int receive_answer(const struct remand_starter *starter, int control_fd,
	struct message *ret_message, int *ret_keeper_fd)
{
	int r = 0;

	while (r == 0) {
		r = await_word(starter, control_fd);
		if (r == 0)
			r = message_receive(control_fd, ret_message, ret_keeper_fd);
	}
	return r < 0 ? r : 0;
}

int starter_receive(const struct remand_starter *starter, int control_fd,
	struct starter_answer *ret_answer, struct remand_error *error)
{
	struct message message = { 0 };
	int fd = -1;
	int r = receive_answer(starter, control_fd, &message, &fd);

	/* Who could not open itself has been opened by the other. */
	if (r == 0 && fd < 0 && message.raw_status == 0)
		r = receive_answer(starter, control_fd, &message, &fd);
	if (r == 0 && fd < 0 && message.raw_status == 0)
		r = -EMFILE;
	if (r == -ECONNRESET)
		return say_gone(error);
	if (r < 0)
		return error_errno(error, REMAND_STAGE_CLONE, r, "cannot hear from the keeper");
	*ret_answer = (struct starter_answer){
		.errnum = message.raw_status, .keeper_fd = fd, .pid = fd < 0 ? -1 : pid_of(fd)
	};
	return 0;
}
