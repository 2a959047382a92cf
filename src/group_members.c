/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The processes of a group as one: held, let go, signalled.
 *
 * A signal for all of them is sent while they are frozen: nobody can fork, so no process is born
 * behind our back, and the list of cgroup.procs is complete. That a pidfd is a member's does not
 * rest on it: its number was read in the list after it had been opened, so either it was a member's
 * then, or its process had ended by then and gets nothing.
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

/* pidfds that are open at a time. */
#define BATCH 64

int group_freeze(const struct group *group, bool frozen)
{
	return file_write(group->fd, "cgroup.freeze", frozen ? "1" : "0");
}

/* Of cgroup.events: all that live here are frozen. */
struct standing {
	bool frozen, populated;
};

static int read_standing(int fd, struct standing *ret)
{
	uint64_t frozen = 0, populated = 0;
	char text[256];
	int r = file_read_fd(fd, text, sizeof(text));

	if (r == 0)
		r = file_find_u64(text, "frozen", &frozen);
	if (r == 0)
		r = file_find_u64(text, "populated", &populated);
	*ret = (struct standing){ frozen != 0, populated != 0 };
	return r;
}

/* Not through the group's own events_fd: a read there would hide the change from the epoll set. */
static int open_events(const struct group *group)
{
	return openat(group->fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
}

int group_frozen(const struct group *group)
{
	CLEANUP_FD int fd = open_events(group);
	struct standing standing;

	return fd >= 0 && read_standing(fd, &standing) == 0 && standing.frozen;
}

int group_moves(const struct group *group)
{
	struct standing standing;
	int r = read_standing(group->events_fd, &standing);

	return r < 0 ? r : standing.populated && !standing.frozen;
}

static int wait_frozen(const struct group *group)
{
	CLEANUP_FD int fd = open_events(group);
	uint64_t deadline_ns = clock_after(clock_now_ns(), GROUP_FREEZE_NS);
	struct pollfd changed = { .fd = fd, .events = POLLPRI };

	if (fd < 0)
		return syscall_errno();
	for (;;) {
		uint64_t now = clock_now_ns();
		struct standing standing;
		int r = read_standing(fd, &standing);

		if (r < 0 || standing.frozen)
			return r;
		/* A group without processes does not become frozen. */
		if (!standing.populated)
			return -ESRCH;
		if (now >= deadline_ns)
			return -ETIMEDOUT;
		if (poll(&changed, 1, (int)((deadline_ns - now) / NS_PER_MS + 1)) < 0 &&
			errno != EINTR)
			return syscall_errno();
	}
}

/* cgroup.procs, as text; the caller frees it. NULL and errno. */
static char *read_list(const struct group *group)
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

static int compare_pids(const void *a, const void *b)
{
	pid_t left = *(const pid_t *)a, right = *(const pid_t *)b;

	return (left > right) - (left < right);
}

/* Sorted; who is outside our pid namespace is a 0 there and left out. The caller frees *ret_pids.
 */
static int read_members(const struct group *group, pid_t **ret_pids, size_t *ret_count)
{
	CLEANUP_FREE char *text = read_list(group);
	size_t count = 0, most = text ? strlen(text) / 2 + 1 : 0;
	pid_t *pids = text ? malloc(most * sizeof(*pids)) : NULL;

	if (!pids)
		return text ? -ENOMEM : syscall_errno();
	for (char *at = text, *end; count < most; at = end) {
		pid_t pid = (pid_t)strtol(at, &end, 10);

		if (end == at)
			break;
		if (pid > 0)
			pids[count++] = pid;
	}
	qsort(pids, count, sizeof(*pids), compare_pids);
	*ret_pids = pids;
	*ret_count = count;
	return 0;
}

/* Those of the pids that are members still; how many got the signal is added to *got. */
static int signal_batch(
	const struct group *group, const pid_t *pids, size_t n, int signum, size_t *got)
{
	CLEANUP_FREE pid_t *again = NULL;
	size_t count = 0;
	int fds[BATCH], r;

	for (size_t i = 0; i < n; i++)
		fds[i] = pidfd_open(pids[i], 0);
	r = read_members(group, &again, &count);
	for (size_t i = 0; i < n; i++) {
		if (fds[i] >= 0 && r == 0 &&
			bsearch(&pids[i], again, count, sizeof(*again), compare_pids) &&
			pidfd_send_signal(fds[i], signum, NULL, 0) == 0)
			++*got;
		fd_close(fds[i]);
	}
	return r;
}

int group_signal_members(const struct group *group, int signum)
{
	CLEANUP_FREE pid_t *pids = NULL;
	size_t count = 0, got = 0;
	int r = read_members(group, &pids, &count);

	for (size_t i = 0; r == 0 && i < count; i += BATCH)
		r = signal_batch(
			group, pids + i, count - i < BATCH ? count - i : BATCH, signum, &got);
	return r < 0 || got > 0 ? r : -ESRCH;
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
		r = group_signal_members(group, signum);
	if (before[0] == '0')
		(void)group_freeze(group, false);
	return r;
}
