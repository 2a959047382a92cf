/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The starter: a fork of the caller that waits for requests and clones a keeper for each. The
 * caller may have had threads, so that everything here is async-signal-safe.
 *
 * A plan is received at an address that was mapped for it, before it is known what it will be: what
 * is cloned finds it there. The memory is given back after each, and what the plan's environment
 * held with it.
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
#include "syscalls.h"

/* Mapped once, filled by each request. */
struct arena {
	struct starter_request request;
	int fds[STARTER_FDS_MAX];
	size_t fds_count;
	size_t image_used;
	_Alignas(max_align_t) char image[];
};

#define ARENA_BYTES (sizeof(struct arena) + STARTER_IMAGE_BYTES)

struct starter {
	int socket_fd, owner_fd;
	struct arena *arena;
};

/* Descriptors that came with a packet. MSG_CTRUNC cannot come but by our own limit of open files.
 */
static int take_fds(struct arena *arena, struct msghdr *header)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	size_t count;

	if (header->msg_flags & MSG_CTRUNC)
		return -EMFILE;
	if (!control || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
		return 0;
	count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (count > STARTER_FDS_MAX - arena->fds_count)
		return -EMFILE;
	memcpy(arena->fds + arena->fds_count, CMSG_DATA(control), count * sizeof(int));
	arena->fds_count += count;
	return 0;
}

static int receive_packet(const struct starter *starter, bool first)
{
	union {
		struct cmsghdr header;
		char buffer[CMSG_SPACE(STARTER_PACKET_FDS * sizeof(int))];
	} control;
	struct arena *arena = starter->arena;
	const size_t head = first ? sizeof(arena->request) : 0;
	struct iovec iov[] = {
		{ &arena->request, head },
		{ arena->image + arena->image_used, STARTER_IMAGE_BYTES - arena->image_used },
	};
	struct msghdr header = { .msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = control.buffer,
		.msg_controllen = sizeof(control.buffer) };
	ssize_t n;

	do
		n = recvmsg(starter->socket_fd, &header, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < (ssize_t)head || n == 0)
		return -ECONNRESET;
	arena->image_used += (size_t)n - head;
	return take_fds(arena, &header);
}

/* A whole request. */
static int receive(const struct starter *starter)
{
	struct arena *arena = starter->arena;
	int r = receive_packet(starter, true);

	while (r == 0 && (arena->image_used < arena->request.image_size ||
				 arena->fds_count < arena->request.fds_count))
		r = receive_packet(starter, false);
	return r;
}

static struct plan *plan_of(const struct starter *starter)
{
	return (struct plan *)(void *)starter->arena->image;
}

static int fail(struct failure *failure, enum remand_stage stage, const char *object)
{
	failure->stage = stage;
	failure->errnum = errno;
	strncpy(failure->object, object, sizeof(failure->object) - 1);
	return -1;
}

/* The plan's descriptors are ours now, under the numbers that they got here; but none where the
 * target's own will be. */
static int renumber(const struct starter *starter, struct failure *failure)
{
	struct plan *plan = plan_of(starter);
	int *next = starter->arena->fds;

	for (size_t i = 0; i < plan_count_fds(plan); i++) {
		int *fd = plan_fd(plan, i);

		if (*fd < 0)
			continue;
		*fd = *next;
		if (*next < plan->floor) {
			int raised = fcntl(*next, F_DUPFD_CLOEXEC, plan->floor);

			if (raised < 0)
				return fail(failure, REMAND_STAGE_CLONE, "(descriptors)");
			close(*next);
			*fd = *next = raised;
		}
		plan->keep[i] = *next++;
	}
	return 0;
}

/* What follows the plan's descriptors: 0 the working directory, 1 the cgroup. */
static int extra_fd(const struct starter *starter, size_t which)
{
	const struct arena *arena = starter->arena;

	return arena->fds[arena->fds_count - (arena->request.moved ? 2 : 1) + which];
}

/* To the supervisor, over the run's own sockets. */
static void answer(const struct plan *plan, const struct failure *failure, int keeper_fd)
{
	const struct message message = { .kind = MESSAGE_KEEPER, .raw_status = failure->errnum };

	if (failure->errnum)
		(void)!write(plan->failure_fd, failure, sizeof(*failure));
	(void)message_send(plan->control_fd, &message, keeper_fd, NULL);
}

/* It answers too: a starter that was killed before it could leaves no child behind of which the
 * supervisor has no pidfd. In a pid namespace of its own it is 1 there. */
_Noreturn static void keeper_begin(const struct plan *plan)
{
	answer(plan, &(struct failure){ 0 }, pidfd_open(getpid(), 0));
	keeper_main(plan);
}

/*
 * What the keeper inherits from us instead of from the caller. Directories of the keeper's new
 * mount namespace are those in which its parent is: entered by itself, through our descriptor, the
 * working directory would stay in the old one, where nothing can be bound from.
 */
static int follow(const struct starter *starter, struct failure *failure)
{
	if (starter->arena->request.moved) {
		errno = -file_write(extra_fd(starter, 1), "cgroup.procs", "0");
		if (errno)
			return fail(failure, REMAND_STAGE_GROUP,
				"(moving the starter to the cgroup of its caller)");
	}
	umask(starter->arena->request.caller.umask);
	if (fchdir(extra_fd(starter, 0)) < 0)
		return fail(failure, REMAND_STAGE_CHDIR, "(the caller's working directory)");
	return 0;
}

/* Its pidfd, or -1 with the failure filled in. */
static int clone_keeper(const struct starter *starter, struct failure *failure)
{
	const struct plan *plan = plan_of(starter);
	int pidfd = -1;
	/* exit_signal must be 0 with CLONE_PARENT: it is ours, which is 0 too. */
	struct clone_args args = {
		.flags = CLONE_PARENT | CLONE_PIDFD | plan->isolation.namespaces,
		.pidfd = (uintptr_t)&pidfd,
	};
	pid_t pid;

	/* Else the keeper's id maps would belong to root. */
	if (starter->arena->request.caller.dumpable)
		(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	pid = syscall_clone(&args);
	if (pid == 0)
		keeper_begin(plan);
	if (pid < 0)
		(void)fail(failure, REMAND_STAGE_CLONE, "");
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return pidfd;
}

static void forget(const struct starter *starter)
{
	struct arena *arena = starter->arena;

	for (size_t i = 0; i < arena->fds_count; i++)
		close(arena->fds[i]);
	(void)madvise(arena, ARENA_BYTES, MADV_DONTNEED);
	/* A directory in which we are could not be unmounted. */
	(void)!chdir("/");
}

/* false: nothing can be started from here any more. */
static bool serve(const struct starter *starter)
{
	struct failure failure = { 0 };
	int pidfd = -1;

	if (receive(starter) < 0)
		return false;
	if (renumber(starter, &failure) == 0 && follow(starter, &failure) == 0)
		pidfd = clone_keeper(starter, &failure);
	answer(plan_of(starter), &failure, pidfd);
	fd_close(pidfd);
	forget(starter);
	return failure.stage != REMAND_STAGE_GROUP;
}

/* Own attributes, and the memory for plans. 0 or -errno. */
static int settle(struct starter *starter)
{
	const int keep[] = { starter->socket_fd, starter->owner_fd };
	struct rlimit files;
	void *arena;
	int r = fd_close_all_but(keep, 2);

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
	arena = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
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
