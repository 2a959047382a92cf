/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A run that goes on without its caller.
 *
 * What is left to hold it is what the kernel and the keeper do by themselves: the group's limits,
 * the target's own limits, the cell with its pid namespace, Landlock, the filter. Whatever needs
 * the supervisor stands in the way: a call that cannot promise what the spec asked for refuses, and
 * changes nothing.
 *
 * The order of steps, since each of the three may be killed at any instant:
 *
 *   1. The group is marked as the keeper's (owner.c); until now it was ours, and whoever finds the
 *      mark of a dead owner reclaims the group. A keeper that ends is a zombie until we reap it,
 *      and a zombie counts as alive, so nobody reclaims the group while it may still be ours. If we
 *      die now, the keeper ends, and then the group is reclaimed.
 *   2. The order goes into the keeper's socket. This is the instant: the keeper looks into the
 *      socket before it believes that our death is its end, so it ends if we die before, and goes
 *      on if we die after.
 *   3. The keeper leaves our session, answers, and watches nothing any more but its children. With
 *      the answer the call is done. When the target has ended first, we hear that instead, the run
 *      is ours as before, and so is the group.
 *
 * The target's end is the keeper's, whose exit status tells of it, and the keeper's end is
 * everybody's in its pid namespace. The empty group stays until a later start finds that its owner
 * is gone: to remove a directory takes the right to write the one above, which nobody can have who
 * is among the target's neighbours; unlike the right to write cgroup.kill it cannot be handed over
 * as a descriptor.
 *
 * What a target could do with a keeper that nobody watches is less than before. It cannot see it
 * (hidepid), nor signal it (PID 1 of the namespace takes no signal from inside), nor read or write
 * its memory (not dumpable, other ids, no capabilities, ptrace and its like refused): that the
 * keeper's memory is a copy of the caller's is as true as while the caller lived, and lasts
 * longer. The keeper holds two descriptors, of signals and of the target itself; the socket, over
 * which it took orders, is closed, and the target never had the other end. It reads nothing of the
 * target but its status. Orphans that it reaps cost CPU time outside the group, as they always did,
 * and not more than pids and cpus of the group allow to die. Refused system calls are answered by
 * the kernel, with ENOSYS once the listener is closed (seccomp_unotify(2)): nothing is let through.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "error.h"
#include "fd.h"
#include "owner.h"
#include "run.h"
#include "syscalls.h"

static bool has_loan(const struct remand *run)
{
	for (size_t i = 0; i < run->loans_count; i++)
		if (run->loans[i].fd >= 0)
			return true;
	return false;
}

/* Each with what nobody would do for the run. The separator stands before all but the first. */
static size_t list_obstacles(const struct remand *run, char *text, size_t size)
{
	const struct remand_spec *spec = &run->spec;
	const struct {
		bool stands;
		const char *what;
	} obstacles[] = {
		{ spec->time_ns != REMAND_UNLIMITED, "watch its CPU time (time_ns)" },
		{ spec->wall_ns != REMAND_UNLIMITED, "watch its wall time (wall_ns)" },
		{ spec->idle_ns != REMAND_UNLIMITED, "notice that it idles (idle_ns)" },
		{ run->fallback.memory, "watch its memory, which no cgroup limits here" },
		{ spec->pids_fatal && spec->pids != REMAND_UNLIMITED,
			"end it for a refused fork (pids_fatal)" },
		{ run->denials.needed && run->listener_fd >= 0,
			"act on rules that kill or log (rules, seccomp, log_allowed)" },
		{ streams_is_carried(&run->streams, 0), "feed its stdin" },
		{ streams_is_carried(&run->streams, 1), "take its stdout" },
		{ streams_is_carried(&run->streams, 2), "take its stderr" },
		{ run->collects_count > 0, "collect its files (collects)" },
		{ has_loan(run), "give the files of its writable directories back" },
		{ (run->result.missing_walls & REMAND_WALL_PID_NAMESPACE) != 0,
			"end what it leaves behind without a pid namespace (isolation)" },
		{ run->suspended, "resume it" },
		{ run->stop_next > 0, "go on with ending it" },
	};
	size_t used = 0;

	for (size_t i = 0; i < sizeof(obstacles) / sizeof(obstacles[0]); i++)
		if (obstacles[i].stands && used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s",
				used > 0 ? ", " : "", obstacles[i].what);
	return used;
}

static int say_ended(struct remand_error *error)
{
	return error_say(error, REMAND_STAGE_SUPERVISE, -ESRCH,
		"the run has ended, or is ending, and cannot be detached; its result "
		"comes as always");
}

static int refuse(const struct remand *run, struct remand_error *error)
{
	char obstacles[768];

	if (run->phase >= RUN_ENDING)
		return say_ended(error);
	if (list_obstacles(run, obstacles, sizeof(obstacles)) > 0)
		return error_say(error, REMAND_STAGE_SUPERVISE, -EBUSY,
			"the run cannot be detached, because nobody would: %s; start it without "
			"these, or as a service (remand start), which has a supervisor",
			obstacles);
	/* As in remand_stats(): the end of the pipe is the exec. */
	if (!run->result.started || run->failure_fd >= 0)
		return error_say(error, REMAND_STAGE_SUPERVISE, -EAGAIN,
			"the program is not executed yet, and the run cannot be detached before "
			"that; try again when remand_fd() is readable");
	return 0;
}

static int mark_as_the_keepers(const struct remand *run)
{
	struct pollfd ended = { .fd = run->keeper_fd, .events = POLLIN };
	int r = run->group.fd < 0 ? 0 : owner_mark_as(run->group.fd, run->keeper_pid);

	/* What has not ended was not reaped either, by whatever loop of the caller's: the number
	 * was the keeper's. */
	return r == 0 && poll(&ended, 1, 0) != 0 ? -ESRCH : r;
}

static int order_keeper(const struct remand *run)
{
	const struct keeper_order order = { .kind = KEEPER_DETACH };

	return send(run->control_fd, &order, sizeof(order), MSG_NOSIGNAL) < 0 ? syscall_errno() : 0;
}

/* It answers at once, or tells that the target has ended, or is dead. A fork of the caller's may
 * hold a copy of the keeper's end of the socket, which then does not tell of the keeper's death. */
static int await_answer(struct remand *run)
{
	struct pollfd fds[] = {
		{ .fd = run->control_fd, .events = POLLIN },
		{ .fd = run->keeper_fd, .events = POLLIN },
	};

	while (!run->detached && run->phase < RUN_ENDING && !run->control_ended &&
		!fds[1].revents) {
		(void)poll(fds, 2, -1);
		supervise_hear(run);
	}
	return run->detached ? 0 : -ESRCH;
}

int remand_detach(struct remand *run, int *ret_keeper_fd, struct remand_error *error)
{
	/* Whatever has happened meanwhile. */
	int r = supervise_dispatch(run, error);

	if (r >= 0)
		r = refuse(run, error);
	if (r < 0)
		return r;
	r = mark_as_the_keepers(run);
	if (r == 0)
		r = order_keeper(run);
	if (r == 0)
		r = await_answer(run);
	if (r < 0) {
		if (run->group.fd >= 0)
			(void)owner_mark(run->group.fd);
		return r == -ESRCH || r == -EPIPE
			       ? say_ended(error)
			       : error_errno(error, REMAND_STAGE_SUPERVISE, r,
					 "cannot hand the group %s over to the keeper",
					 run->group.name);
	}
	if (ret_keeper_fd)
		*ret_keeper_fd = fd_take(&run->keeper_fd);
	group_close(&run->group);
	run_release(run);
	return 0;
}
