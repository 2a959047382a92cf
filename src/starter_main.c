/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The starter: a fork of the caller that waits for requests and clones a keeper for each. The
 * caller may have had threads, so that everything here is async-signal-safe.
 *
 * A keeper receives its plan by itself, at an address that was mapped for it here, before it was
 * known what it will be: each keeper finds the place empty.
 */
#include "starter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fd.h"
#include "file.h"
#include "keeper.h"
#include "message.h"
#include "plan_transfer.h"
#include "syscalls.h"

struct starter {
	int socket_fd, owner_fd;
	struct plan_arena *arena;
};

/* What one run wants. */
struct errand {
	struct starter_request request;
	int fd[STARTER_FDS]; /* -1: did not come */
};

static void errand_done(struct errand *errand)
{
	for (size_t i = 0; i < STARTER_FDS; i++)
		errand->fd[i] = fd_close(errand->fd[i]);
}

/* Descriptors that came with a packet: the first three always, by our own code. MSG_CTRUNC cannot
 * come but by our own limit of open files. */
static int take_fds(struct errand *errand, struct msghdr *header)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	size_t size;

	if (!control || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
		return -EMFILE;
	size = control->cmsg_len - CMSG_LEN(0);
	if (size > sizeof(errand->fd))
		return -EIO;
	memcpy(errand->fd, CMSG_DATA(control), size);
	return (header->msg_flags & MSG_CTRUNC) || errand->fd[STARTER_DIRECTORY] < 0 ? -EMFILE : 0;
}

static int receive(const struct starter *starter, struct errand *ret_errand)
{
	union {
		struct cmsghdr header;
		char buffer[CMSG_SPACE(STARTER_FDS * sizeof(int))];
	} control;
	struct errand *errand = ret_errand;
	struct iovec iov = { &errand->request, sizeof(errand->request) };
	struct msghdr header = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buffer,
		.msg_controllen = sizeof(control.buffer) };
	ssize_t n;

	for (size_t i = 0; i < STARTER_FDS; i++)
		errand->fd[i] = -1;
	do
		n = recvmsg(starter->socket_fd, &header, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n != sizeof(errand->request))
		return -ECONNRESET;
	return take_fds(errand, &header);
}

static int fail(struct failure *failure, enum remand_stage stage, const char *object)
{
	failure->stage = stage;
	failure->errnum = errno;
	strncpy(failure->object, object, sizeof(failure->object) - 1);
	return -1;
}

/* To the supervisor, over the run's own sockets. */
static void answer(const struct errand *errand, const struct failure *failure, int keeper_fd)
{
	const struct message message = { .kind = MESSAGE_KEEPER, .raw_status = failure->errnum };

	if (failure->errnum)
		(void)!write(errand->fd[STARTER_FAILURE], failure, sizeof(*failure));
	(void)message_send(errand->fd[STARTER_CONTROL], &message, keeper_fd, NULL);
}

/*
 * The keeper, until it is like one that was cloned from the supervisor itself. With our end of the
 * socket it would keep the requests alive that nobody reads when we are killed. It answers too: a
 * starter that was killed before it could leaves no child behind of which the supervisor has no
 * pidfd. In a pid namespace of its own it is 1 there.
 */
_Noreturn static void keeper_begin(const struct starter *starter, const struct errand *errand)
{
	const int born[PLAN_FDS_BORN] = { errand->fd[STARTER_CONTROL], errand->fd[STARTER_FAILURE],
		starter->owner_fd };
	struct failure failure = { 0 };
	const struct plan *plan;
	int network_errnum;

	if (fd_close_all_but(born, PLAN_FDS_BORN, NULL) < 0)
		_exit(125);
	answer(errand, &failure, pidfd_open(getpid(), 0));
	network_errnum = keeper_make_network(&errand->request.isolation);
	plan = plan_receive(starter->arena, born, &failure);
	if (plan)
		keeper_main(plan, network_errnum);
	if (failure.errnum)
		(void)!write(errand->fd[STARTER_FAILURE], &failure, sizeof(failure));
	_exit(125);
}

/*
 * What the keeper inherits from us instead of from the caller. Directories of the keeper's new
 * mount namespace are those in which its parent is: entered by itself, through our descriptor, the
 * working directory would stay in the old one, where nothing can be bound from.
 */
static int follow(const struct errand *errand, struct failure *failure)
{
	if (errand->fd[STARTER_CGROUP] >= 0) {
		errno = -file_write(errand->fd[STARTER_CGROUP], "cgroup.procs", "0");
		if (errno)
			return fail(failure, REMAND_STAGE_GROUP,
				"(moving the starter to the cgroup of its caller)");
	}
	umask(errand->request.caller.umask);
	if (fchdir(errand->fd[STARTER_DIRECTORY]) < 0)
		return fail(failure, REMAND_STAGE_CHDIR, "(the caller's working directory)");
	return 0;
}

/* Its pidfd, or -1 with the failure filled in. */
static int clone_keeper(
	const struct starter *starter, const struct errand *errand, struct failure *failure)
{
	int pidfd = -1;
	/* exit_signal must be 0 with CLONE_PARENT: it is ours, which is 0 too. */
	struct clone_args args = {
		.flags = CLONE_PARENT | CLONE_PIDFD | keeper_namespaces(&errand->request.isolation),
		.pidfd = (uintptr_t)&pidfd,
	};
	pid_t pid;

	/* Else the keeper's id maps would belong to root. */
	if (errand->request.caller.dumpable)
		(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	pid = syscall_clone(&args);
	if (pid == 0)
		keeper_begin(starter, errand);
	if (pid < 0)
		(void)fail(failure, REMAND_STAGE_CLONE, "");
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return pidfd;
}

/* false: nothing can be started from here any more. */
static bool serve(const struct starter *starter)
{
	struct failure failure = { 0 };
	struct errand errand;
	int pidfd = -1;

	if (receive(starter, &errand) < 0)
		return false;
	if (follow(&errand, &failure) == 0)
		pidfd = clone_keeper(starter, &errand, &failure);
	answer(&errand, &failure, pidfd);
	fd_close(pidfd);
	errand_done(&errand);
	/* A directory in which we are could not be unmounted. */
	(void)!chdir("/");
	return failure.stage != REMAND_STAGE_GROUP;
}

/* Own attributes, and the memory for plans. 0 or -errno. */
static int settle(struct starter *starter)
{
	const int keep[] = { starter->socket_fd, starter->owner_fd };
	struct rlimit files;
	void *arena;
	int r = fd_close_all_but(keep, 2, NULL);

	if (r < 0)
		return r;
	if (chdir("/") < 0)
		return syscall_errno();
	/* What the caller holds in memory is here too. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return syscall_errno();
	(void)prctl(PR_SET_NAME, "remand-starter", 0, 0, 0);
	/* Descriptors on their way need room; keepers get the caller's limit. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	arena = mmap(NULL, sizeof(struct plan_arena), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (arena == MAP_FAILED)
		return syscall_errno();
	starter->arena = arena;
	return 0;
}

_Noreturn void starter_main(int socket_fd, int owner_fd)
{
	struct starter starter = { .socket_fd = socket_fd, .owner_fd = owner_fd };
	struct pollfd fds[] = {
		{ .fd = owner_fd, .events = POLLIN },
		{ .fd = socket_fd, .events = POLLIN },
	};
	struct starter_hello hello = { .errnum = -settle(&starter) };

	if (!hello.errnum)
		hello.address = (uintptr_t)starter.arena->image;
	(void)send(socket_fd, &hello, sizeof(hello), MSG_NOSIGNAL);
	while (starter.arena) {
		int n = poll(fds, 2, -1);

		if (n < 0 && errno == EINTR)
			continue;
		/* The end of the owner, or of its end of the socket, is the end of us. */
		if (n < 0 || fds[0].revents || !serve(&starter))
			break;
	}
	_exit(hello.errnum ? 125 : 0);
}
