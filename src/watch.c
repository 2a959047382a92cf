/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See watch.h. Level-triggered: what is registered is wanted, so nothing can spin or be missed. */
#include "watch.h"

#include <errno.h>
#include <sys/epoll.h>

#include "error.h"
#include "syscalls.h"

struct wish {
	int fd;
	uint32_t events; /* 0: not now */
};

void watch_forget(struct remand *run, enum watch watch)
{
	if (run->watched[watch] && run->watched_fd[watch] >= 0)
		(void)epoll_ctl(run->epoll_fd, EPOLL_CTL_DEL, run->watched_fd[watch], NULL);
	run->watched[watch] = 0;
	run->watched_fd[watch] = -1;
	if (watch == WATCH_CONTROL)
		run->control_ended = true;
}

static void wish_pumps(const struct remand *run, struct wish wishes[WATCH_COUNT])
{
	for (int i = 0; i < 3; i++) {
		const struct pump *pump = &run->streams.stream[i].pump;

		bool ready = pump->from_regular && pump_wants_input(pump);

		wishes[WATCH_PUMPS + 2 * i] =
			(struct wish){ pump->from, pump_wants_input(pump) ? EPOLLIN : 0 };
		wishes[WATCH_PUMPS + 2 * i + 1] =
			(struct wish){ pump->to, pump_wants_output(pump) || ready ? EPOLLOUT : 0 };
	}
	/* The target's stdin: that it was closed is to be noticed even while there is nothing to
	 * feed; EPOLLERR comes unasked. */
	if (run->streams.stream[0].pump.to >= 0)
		wishes[WATCH_PUMPS + 1].events |= EPOLLERR;
}

/* cgroup-v2.rst: the events files raise POLLPRI when they change (kernfs_notify). */
static void fill_wishes(const struct remand *run, struct wish wishes[WATCH_COUNT])
{
	wishes[WATCH_TIMER] = (struct wish){ run->timer_fd, EPOLLIN };
	wishes[WATCH_FAILURE] = (struct wish){ run->failure_fd, EPOLLIN };
	wishes[WATCH_CONTROL] = (struct wish){ run->control_fd, run->control_ended ? 0 : EPOLLIN };
	wishes[WATCH_KEEPER] = (struct wish){ run->keeper_fd, EPOLLIN };
	wishes[WATCH_MEMORY] = (struct wish){ run->group.memory_fd, EPOLLPRI };
	wishes[WATCH_PIDS] =
		(struct wish){ run->group.pids_fd, run->spec.pids_fatal ? EPOLLPRI : 0 };
	/* An empty group is the end only once we are ending; a frozen one matters in a stop. */
	wishes[WATCH_GROUP] = (struct wish){ run->group.events_fd,
		run->phase == RUN_ENDING || run->freeze_deadline_ns != DEADLINE_NEVER ? EPOLLPRI
										      : 0 };
	wishes[WATCH_DENIAL] = (struct wish){ run->listener_fd,
		run->phase < RUN_ENDING && !run->denials.resume_ns ? EPOLLIN : 0 };
	wish_pumps(run, wishes);
}

/* A regular file cannot be watched (EPERM) and need not be: it is always ready, epoll_ctl(2). */
static int watch_one(struct remand *run, enum watch watch, const struct wish *wish)
{
	struct epoll_event event = { .events = wish->events, .data.u32 = watch };
	bool same = run->watched_fd[watch] == wish->fd;
	int operation;

	if (same && run->watched[watch] == wish->events)
		return 0;
	/* A closed fd has left the set by itself; its number may be another file by now. */
	if (wish->fd < 0 || !wish->events) {
		if (same && run->watched[watch])
			(void)epoll_ctl(run->epoll_fd, EPOLL_CTL_DEL, wish->fd, NULL);
		run->watched[watch] = 0;
		run->watched_fd[watch] = wish->fd;
		return 0;
	}
	operation = same && run->watched[watch] ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	if (epoll_ctl(run->epoll_fd, operation, wish->fd, &event) < 0 && errno != EPERM)
		return syscall_errno();
	run->watched[watch] = wish->events;
	run->watched_fd[watch] = wish->fd;
	return 0;
}

int watch_update(struct remand *run, struct remand_error *error)
{
	struct wish wishes[WATCH_COUNT];

	fill_wishes(run, wishes);
	for (int i = 0; i < WATCH_COUNT; i++) {
		int r = watch_one(run, (enum watch)i, &wishes[i]);

		if (r < 0)
			return error_errno(
				error, REMAND_STAGE_SUPERVISE, r, "cannot watch the run");
	}
	return 0;
}
