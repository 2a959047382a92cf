/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See keeper_watch.h. It holds no other descriptor but the target's pidfd, and can tell of no
 * failure but by its end. */
#include "keeper_watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "keeper.h"
#include "message.h"
#include "syscalls.h"

static int raw_status(const siginfo_t *info)
{
	switch (info->si_code) {
	case CLD_EXITED:
		return (info->si_status & 0xff) << 8;
	case CLD_DUMPED:
		return info->si_status | 0x80;
	default:
		return info->si_status;
	}
}

static int shell_status(int raw_status)
{
	return WIFSIGNALED(raw_status) ? 128 + WTERMSIG(raw_status) : WEXITSTATUS(raw_status);
}

static uint64_t own_cpu_ns(void)
{
	struct timespec cpu = { 0 };

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	return (uint64_t)cpu.tv_sec * NS_PER_S + (uint64_t)cpu.tv_nsec;
}

static void report_status(const struct keeper_watch *watch, const struct rusage *usage)
{
	const struct message message = { .kind = MESSAGE_STATUS,
		.raw_status = watch->raw_status,
		.ended_ns = clock_now_ns(),
		.keeper_cpu_ns = own_cpu_ns(),
		.usage = *usage };

	/* Nobody hears it: there is nothing more to wait for. */
	if (message_send(watch->control_fd, &message, -1, NULL) < 0)
		_exit(shell_status(watch->raw_status));
}

/* Orphans come to PID 1 and to a subreaper; the target is just one of its children. */
static void reap(struct keeper_watch *watch)
{
	struct signalfd_siginfo ignored;

	while (read(watch->signal_fd, &ignored, sizeof(ignored)) > 0)
		;
	for (;;) {
		siginfo_t info = { 0 };
		struct rusage usage = { 0 };

		if (syscall_waitid(P_ALL, 0, &info, WEXITED | WNOHANG | __WALL, &usage) < 0) {
			if (errno == EINTR)
				continue;
			watch->childless = errno == ECHILD;
			return;
		}
		if (!info.si_pid)
			return;
		if (info.si_pid == watch->target_pid) {
			watch->ended = true;
			watch->raw_status = raw_status(&info);
			if (!watch->detached)
				report_status(watch, &usage);
		}
	}
}

/* How long the dying may take, in milliseconds; a process stuck in the kernel is not waited for. */
#define DYING_MS 1000

/* The order to end was given after the group was killed: the target's status is due now. Without a
 * pid namespace nobody else takes the dead away, but for the host's init when it gets to it. With
 * one, a supervisor that is gone has killed nobody, and wants no status: our own end is what is
 * due. */
static void watch_dying(struct keeper_watch *watch)
{
	const bool all = watch->kill_fd >= 0;
	struct pollfd fds[] = {
		{ .fd = watch->signal_fd, .events = POLLIN },
		{ .fd = all ? -1 : watch->supervisor_fd, .events = POLLIN },
	};
	const uint64_t deadline_ns = clock_after(clock_now_ns(), DYING_MS * NS_PER_MS);

	while (!(all ? watch->childless : watch->ended) && clock_now_ns() < deadline_ns &&
		poll(fds, 2, DYING_MS) > 0 && !fds[1].revents)
		reap(watch);
}

/* What the supervisor said before it ended counts also after that. */
static bool has_order_to_detach(const struct keeper_watch *watch)
{
	struct keeper_order order;

	return recv(watch->control_fd, &order, sizeof(order), MSG_DONTWAIT) == sizeof(order) &&
	       order.kind == KEEPER_DETACH;
}

/* Without a supervisor, see detach.c. Where the target has ended, it was told so before. */
_Noreturn static void outlive(struct keeper_watch *watch)
{
	const struct message detached = { .kind = MESSAGE_DETACHED };
	struct pollfd child = { .fd = watch->signal_fd, .events = POLLIN };
	int r = 0;

	/* What is meant for the caller's process group, or its terminal, is not meant for us. */
	(void)setsid();
	/* A caller that is gone needs no answer; one that lives and gets none takes the run for
	 * ended.
	 */
	if (!watch->ended)
		r = message_send(watch->control_fd, &detached, -1, NULL);
	if (r < 0 && r != -EPIPE && r != -ECONNRESET)
		_exit(125);
	watch->detached = true;
	watch->control_fd = fd_close(watch->control_fd);
	watch->supervisor_fd = fd_close(watch->supervisor_fd);
	while (!watch->ended) {
		(void)poll(&child, 1, -1);
		reap(watch);
	}
	_exit(shell_status(watch->raw_status));
}

_Noreturn void keeper_watch(struct keeper_watch *watch)
{
	struct pollfd fds[] = {
		{ .fd = watch->supervisor_fd, .events = POLLIN },
		{ .fd = watch->signal_fd, .events = POLLIN },
		{ .fd = watch->control_fd, .events = POLLIN },
	};
	int n;

	do {
		n = poll(fds, 3, -1);
		if (n > 0 && fds[1].revents)
			reap(watch);
		if (n > 0 && (fds[0].revents || fds[2].revents) && has_order_to_detach(watch))
			outlive(watch);
		/* The supervisor is gone, or shut its end down: that is the order to end. */
	} while (n < 0 ? errno == EINTR : !fds[0].revents && !fds[2].revents);
	/* Without a pid namespace our own end would end nobody else. A supervisor that ends by
	 * itself has done this already; one that was killed shows first by its end of the socket.
	 */
	if (watch->kill_fd >= 0) {
		/* By itself, too: a target that joins its group on its own may be on the way. */
		(void)pidfd_send_signal(watch->target_fd, SIGKILL, NULL, 0);
		(void)!write(watch->kill_fd, "1", 1);
	}
	if (!fds[0].revents || watch->kill_fd >= 0)
		watch_dying(watch);
	_exit(0);
}
