/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The processes of a group as one: held, let go, signalled.
 *
 * A signal for all of them is sent while they are frozen: nobody can fork, so no process is born
 * behind our back, and nobody can become a member. Then a number that stands in cgroup.procs both
 * before and after a pidfd was opened for it is the same process both times, and the pidfd is its.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "file.h"
#include "group.h"
#include "syscalls.h"

/* A process can be in the kernel, in the middle of something that cannot be frozen. */
#define FREEZE_NS NS_PER_S
/* pidfds that are open at a time. */
#define BATCH 64

int group_freeze(const struct group *group, bool frozen)
{
	return file_write(group->fd, "cgroup.freeze", frozen ? "1" : "0");
}

static int read_flag(int fd, const char *key)
{
	char text[256];
	uint64_t value = 0;
	int r = file_read_fd(fd, text, sizeof(text));

	if (r == 0)
		r = file_find_u64(text, key, &value);
	return r < 0 ? r : value != 0;
}

/* Not through the group's own events_fd: a read there would hide the change from the epoll set. */
static int open_events(const struct group *group)
{
	return openat(group->fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
}

int group_frozen(const struct group *group)
{
	CLEANUP_FD int fd = open_events(group);

	return fd >= 0 && read_flag(fd, "frozen") > 0;
}

static int wait_frozen(const struct group *group)
{
	CLEANUP_FD int fd = open_events(group);
	uint64_t deadline_ns = clock_after(clock_now_ns(), FREEZE_NS);
	struct pollfd changed = { .fd = fd, .events = POLLPRI };

	if (fd < 0)
		return syscall_errno();
	for (;;) {
		uint64_t now = clock_now_ns();
		int frozen = read_flag(fd, "frozen"), populated = read_flag(fd, "populated");

		if (frozen < 0 || frozen > 0)
			return frozen < 0 ? frozen : 0;
		/* A group without processes does not become frozen. */
		if (populated == 0)
			return -ESRCH;
		if (now >= deadline_ns)
			return -ETIMEDOUT;
		if (poll(&changed, 1, (int)((deadline_ns - now) / NS_PER_MS + 1)) < 0 &&
			errno != EINTR)
			return syscall_errno();
	}
}

/* cgroup.procs, as text; the caller frees it. NULL and errno. */
static char *read_members(const struct group *group)
{
	CLEANUP_FD int fd = openat(group->fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	size_t used = 0, size = 4096;
	char *text = fd < 0 ? NULL : malloc(size);
	ssize_t n = text ? 1 : -1;

	while (n > 0) {
		n = read(fd, text + used, size - used - 1);
		used += n > 0 ? (size_t)n : 0;
		if (used == size - 1) {
			char *grown = realloc(text, size *= 2);

			n = grown ? n : -1;
			text = grown ? grown : text;
		}
	}
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[used] = '\0';
	return text;
}

/* The next number of the list; 0: none, or none that we can see. */
static pid_t next_member(char **at)
{
	return (pid_t)strtol(*at, at, 10);
}

static bool is_member(char *text, pid_t pid)
{
	pid_t member;

	while ((member = next_member(&text)) > 0)
		if (member == pid)
			return true;
	return false;
}

/* Those of the pids that are members still; how many got the signal is added to *count. */
static int signal_batch(
	const struct group *group, const pid_t *pids, size_t n, int signum, size_t *count)
{
	int fds[BATCH], r = 0;
	char *again;

	for (size_t i = 0; i < n; i++)
		fds[i] = pidfd_open(pids[i], 0);
	again = read_members(group);
	r = again ? 0 : syscall_errno();
	for (size_t i = 0; i < n; i++) {
		if (fds[i] >= 0 && again && is_member(again, pids[i]) &&
			pidfd_send_signal(fds[i], signum, NULL, 0) == 0)
			++*count;
		fd_close(fds[i]);
	}
	free(again);
	return r;
}

static int signal_members(const struct group *group, int signum)
{
	CLEANUP_FREE char *text = read_members(group);
	char *at = text;
	size_t count = 0;
	bool more = true;
	int r = 0;

	if (!text)
		return syscall_errno();
	while (r == 0 && more) {
		pid_t pids[BATCH];
		size_t n = 0;

		while (n < BATCH && (pids[n] = next_member(&at)) > 0)
			n++;
		more = n == BATCH;
		r = signal_batch(group, pids, n, signum, &count);
	}
	return r < 0 || count > 0 ? r : -ESRCH;
}

int group_signal(const struct group *group, int signum)
{
	char before[16];
	int r = file_read(group->fd, "cgroup.freeze", before, sizeof(before));

	if (r == 0)
		r = group_freeze(group, true);
	if (r < 0)
		return r;
	r = wait_frozen(group);
	if (r == 0)
		r = signal_members(group, signum);
	if (before[0] == '0')
		(void)group_freeze(group, false);
	return r;
}
