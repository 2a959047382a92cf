/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A run as it is after exec, whose group is a directory of ordinary files: it stands still, and is
 * empty, when the test says so.
 */
#ifndef FAKE_RUN_H
#define FAKE_RUN_H

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "fd.h"
#include "run.h"
#include "scratch.h"
#include "watch.h"

#define FAR_NS (600 * NS_PER_S)

#define MOVING "populated 1\nfrozen 0\n"
#define STILL  "populated 1\nfrozen 1\n"
#define EMPTY  "populated 0\nfrozen 0\n"

struct fixture {
	struct scratch scratch;
	struct remand run;
	pid_t pid; /* a member; it waits to be signalled */
	bool mounted;
	int output_fd; /* what it would write to its stdout is written here */
};

static inline int say_standing(const struct fixture *fixture, const char *events)
{
	return scratch_write(&fixture->scratch, "cgroup.events", events);
}

/* One that ends by the first signal. */
static inline pid_t make_member(int *ret_pidfd)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	if (pid > 0)
		*ret_pidfd = pidfd_open(pid, 0);
	return pid;
}

/* What is mounted there cannot be removed, as a group where somebody lives cannot. */
static inline int begin_at(struct fixture *fixture, bool mounted)
{
	struct remand *run = &fixture->run;
	int pipe_fds[2], control[2];
	char text[32];

	*fixture = (struct fixture){ .scratch = scratch_make("/tmp"), .output_fd = -1 };
	fixture->mounted = mounted && mount("tmpfs", fixture->scratch.path, "tmpfs", 0, NULL) == 0;
	if (fixture->mounted) {
		fd_close(fixture->scratch.fd);
		fixture->scratch.fd =
			open(fixture->scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	run->streams = (struct streams)STREAMS_EMPTY;
	run->group = (struct group)GROUP_EMPTY;
	run->box = (struct box)BOX_EMPTY;
	run->box_fd = run->namespace_fd = run->base_fd = -1;
	run->epoll_fd = run->timer_fd = run->control_fd = run->failure_fd = run->keeper_fd = -1;
	run->target_fd = run->listener_fd = -1;
	for (int i = 0; i < WATCH_COUNT; i++)
		run->watched_fd[i] = -1;
	run->spec.time_ns = run->spec.idle_ns = REMAND_UNLIMITED;
	run->cpus = 1;
	fixture->pid = make_member(&run->target_fd);
	snprintf(text, sizeof(text), "0\n%d\n", fixture->pid);
	if (fixture->pid < 0 || say_standing(fixture, MOVING) < 0 ||
		scratch_write(&fixture->scratch, "cgroup.freeze", "0\n") < 0 ||
		scratch_write(&fixture->scratch, "cgroup.kill", "") < 0 ||
		scratch_write(&fixture->scratch, "cgroup.procs", text) < 0)
		return -1;
	run->base_fd = run->group.base_fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	strcpy(run->group.name, fixture->scratch.path + strlen("/tmp/"));
	run->group.fd = fcntl(fixture->scratch.fd, F_DUPFD_CLOEXEC, 3);
	run->group.events_fd = openat(run->group.fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) < 0 ||
		pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	run->control_fd = control[0];
	fd_close(control[1]);
	run->control_ended = true;
	fixture->output_fd = pipe_fds[1];
	if (pump_capture(&run->streams.stream[1].pump, pipe_fds[0], 8, 4096) < 0 ||
		supervise_begin(run, NULL) < 0)
		return -1;
	run->phase = RUN_RUNNING;
	return 0;
}

static inline int begin(struct fixture *fixture)
{
	return begin_at(fixture, false);
}

static inline void end(struct fixture *fixture)
{
	struct remand *run = &fixture->run;

	if (run->target_fd >= 0) {
		(void)pidfd_send_signal(run->target_fd, SIGKILL, NULL, 0);
		(void)waitid(P_PIDFD, (id_t)run->target_fd, &(siginfo_t){ 0 }, WEXITED);
	}
	streams_done(&run->streams);
	fd_close(run->group.fd);
	fd_close(run->group.events_fd);
	fd_close(run->base_fd);
	fd_close(run->epoll_fd);
	fd_close(run->timer_fd);
	fd_close(run->control_fd);
	fd_close(run->target_fd);
	fd_close(run->keeper_fd);
	remand_result_clear(&run->result);
	fd_close(fixture->output_fd);
	if (fixture->mounted)
		(void)umount2(fixture->scratch.path, MNT_DETACH);
	scratch_done(&fixture->scratch);
}

#define FIXTURE __attribute__((cleanup(end))) struct fixture

static inline int dispatch(struct fixture *fixture)
{
	return supervise_dispatch(&fixture->run, NULL);
}

#endif
