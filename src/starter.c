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

#include "child.h"
#include "clock.h"
#include "fd.h"
#include "file.h"
#include "message.h"
#include "wait.h"

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
	int ends[2];
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
	if (TEMP_FAILURE_RETRY(recv(starter->socket_fd, &hello, sizeof(hello), 0)) != sizeof(hello))
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

/* ---- a request ---- */

struct shipment {
	struct starter_request request;
	void *image;
	int *fds;
	size_t plan_fds; /* how many of them are the plan's */
};

static void shipment_done(struct shipment *shipment)
{
	/* What follows the plan's was opened for this; the cgroup's is the run's. */
	if (shipment->request.fds_count > shipment->plan_fds)
		fd_close(shipment->fds[shipment->plan_fds]);
	free(shipment->image);
	free(shipment->fds);
}

static int load_fds(struct shipment *shipment, struct plan *plan, int cgroup_fd)
{
	const size_t most = plan_count_fds(plan) + 2;
	size_t count = 0;
	int directory_fd;

	if (most > STARTER_FDS_MAX)
		return -E2BIG;
	shipment->fds = calloc(most, sizeof(*shipment->fds));
	if (!shipment->fds)
		return -ENOMEM;
	for (size_t i = 0; i < most - 2; i++)
		if (*plan_fd(plan, i) >= 0)
			shipment->fds[count++] = *plan_fd(plan, i);
	shipment->plan_fds = shipment->request.fds_count = count;
	/* Not ".", for which a directory must be one that we may search. */
	directory_fd = open("/proc/thread-self/cwd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory_fd < 0)
		return syscall_errno();
	shipment->fds[count++] = directory_fd;
	shipment->request.fds_count = count;
	/* Sent only where it is needed. */
	shipment->fds[count] = cgroup_fd;
	return 0;
}

static int load(struct shipment *shipment, const struct remand_starter *starter, struct plan *plan,
	int cgroup_fd)
{
	int r = load_fds(shipment, plan, cgroup_fd);

	if (r == 0)
		r = plan_pack(
			plan, starter->address, &shipment->image, &shipment->request.image_size);
	return r == 0 && shipment->request.image_size > STARTER_IMAGE_BYTES ? -E2BIG : r;
}

struct packet {
	struct iovec iov[2];
	const int *fds;
	size_t fds_count;
};

static int send_packet(int socket_fd, struct packet *packet)
{
	union {
		struct cmsghdr header;
		char buffer[CMSG_SPACE(STARTER_PACKET_FDS * sizeof(int))];
	} control = { 0 };
	const size_t size = packet->fds_count * sizeof(int);
	struct msghdr header = { .msg_iov = packet->iov, .msg_iovlen = 2 };

	if (size > 0) {
		header.msg_control = control.buffer;
		header.msg_controllen = CMSG_SPACE(size);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(&control.header), packet->fds, size);
	}
	return TEMP_FAILURE_RETRY(sendmsg(socket_fd, &header, MSG_NOSIGNAL)) < 0 ? syscall_errno()
										 : 0;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* In so many packets that each has at least one byte: an empty one would pass for the end. */
static int send_all(int socket_fd, struct shipment *shipment)
{
	struct starter_request *request = &shipment->request;
	const size_t by_size = (request->image_size - 1) / STARTER_PACKET_BYTES + 1;
	const size_t by_fds = (request->fds_count - 1) / STARTER_PACKET_FDS + 1;
	const size_t packets = by_size > by_fds ? by_size : by_fds;
	const size_t bytes = (request->image_size - 1) / packets + 1;
	size_t sent = 0, sent_fds = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < packets; i++) {
		struct packet packet = {
			.iov = { { request, i == 0 ? sizeof(*request) : 0 },
				{ (char *)shipment->image + sent,
					least(bytes, request->image_size - sent) } },
			.fds = shipment->fds + sent_fds,
			.fds_count = least(STARTER_PACKET_FDS, request->fds_count - sent_fds),
		};

		r = send_packet(socket_fd, &packet);
		sent += packet.iov[1].iov_len;
		sent_fds += packet.fds_count;
	}
	/* Half a request would be completed by the next. */
	if (r < 0)
		(void)shutdown(socket_fd, SHUT_RDWR);
	return r;
}

/* Takes the identity's cgroup where that is a new one. */
static int send_in_turn(struct remand_starter *starter, struct shipment *shipment,
	struct caller_identity *identity, struct remand_error *error)
{
	const int cgroup_fd = shipment->fds[shipment->request.fds_count];
	int r = 0;

	pthread_mutex_lock(&starter->mutex);
	if (strcmp(starter->identity.cgroup, identity->cgroup) != 0) {
		shipment->request.moved = true;
		shipment->request.fds_count++;
		r = cgroup_fd < 0 ? -ENOENT : 0;
	}
	if (r == 0)
		r = send_all(starter->socket_fd, shipment);
	/* The lines are the same, and others may be comparing theirs with them now. */
	if (r == 0 && shipment->request.moved) {
		free(starter->identity.cgroup);
		starter->identity.cgroup = identity->cgroup;
		identity->cgroup = NULL;
	}
	pthread_mutex_unlock(&starter->mutex);
	if (r == -ENOENT)
		return error_say(error, REMAND_STAGE_GROUP, r,
			"the starter cannot follow its caller into a cgroup that is not to be seen "
			"here; make a new one with remand_starter_new()");
	return r == -EPIPE || r == -ECONNRESET ? say_gone(error) : r;
}

int starter_send(struct remand_starter *starter, struct plan *plan, int cgroup_fd,
	struct remand_error *error)
{
	struct shipment shipment = { 0 };
	struct caller_identity identity = { 0 };
	int r;

	if (starter->owner != getpid())
		return error_say(error, REMAND_STAGE_CLONE, -EINVAL,
			"the starter belongs to another process, which this one is a fork of; make "
			"one here with remand_starter_new()");
	r = caller_read(&shipment.request.caller, &identity);
	if (r < 0)
		return error_errno(error, REMAND_STAGE_CLONE, r,
			"cannot find out what the keeper would inherit");
	r = caller_compare(&starter->identity, &identity, error);
	if (r == 0) {
		r = load(&shipment, starter, plan, cgroup_fd);
		if (r < 0)
			error_errno(
				error, REMAND_STAGE_CLONE, r, "cannot hand the run to the starter");
	}
	if (r == 0)
		r = send_in_turn(starter, &shipment, &identity, error);
	shipment_done(&shipment);
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

int starter_receive(int control_fd, struct starter_answer *ret_answer, struct remand_error *error)
{
	struct message message;
	int fd = -1, r = 0;

	while (r == 0) {
		r = wait_readable(control_fd, DEADLINE_NEVER, error);
		if (r == 0)
			r = message_receive(control_fd, &message, &fd);
	}
	if (r == -ECONNRESET)
		return say_gone(error);
	if (r < 0)
		return error_errno(error, REMAND_STAGE_CLONE, r, "cannot hear from the keeper");
	*ret_answer = (struct starter_answer){
		.errnum = message.raw_status, .keeper_fd = fd, .pid = fd < 0 ? -1 : pid_of(fd)
	};
	return 0;
}
