/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor's half of birth: sockets and pipes, clone3, id maps, the order to go. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "error.h"
#include "fd.h"
#include "id_map.h"
#include "plan_transfer.h"
#include "run.h"
#include "starter.h"
#include "syscalls.h"
#include "userns.h"
#include "work.h"

/* What only keeper and target use. */
struct child_ends {
	int control_fd, failure_fd, supervisor_fd, kill_fd;
};

#define NO_ENDS                \
	{                      \
		-1, -1, -1, -1 \
	}

static int say_no_fds(struct remand_error *error)
{
	return error_errno(
		error, REMAND_STAGE_CLONE, syscall_errno(), "cannot make the keeper's channels");
}

/* Where the target's dup2 cannot hit it. Takes the fd. */
static int raise_above(int fd_taken, int floor)
{
	int raised = fcntl(fd_taken, F_DUPFD_CLOEXEC, floor);

	fd_close(fd_taken);
	return raised;
}

/* Opened by us, because the right to write it is checked at open, when the keeper is somebody else.
 */
static int open_kill(struct remand *run, struct child_ends *ends, struct remand_error *error)
{
	ends->kill_fd = openat(run->group.fd, "cgroup.kill", O_WRONLY | O_CLOEXEC);
	return ends->kill_fd < 0 ? error_errno(error, REMAND_STAGE_GROUP, syscall_errno(),
					   "cannot open cgroup.kill for the keeper")
				 : 0;
}

static int open_channels(struct remand *run, struct child_ends *ends, struct remand_error *error)
{
	int control[2], failure[2], floor = run->streams.passes.floor;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) < 0)
		return say_no_fds(error);
	run->control_fd = control[0];
	ends->control_fd = raise_above(control[1], floor);
	if (ends->control_fd < 0)
		return say_no_fds(error);
	/* O_DIRECT: each write is a packet of its own, pipe(7). */
	if (pipe2(failure, O_CLOEXEC | O_NONBLOCK | O_DIRECT) < 0)
		return say_no_fds(error);
	run->failure_fd = failure[0];
	ends->failure_fd = raise_above(failure[1], floor);
	return ends->failure_fd < 0 ? say_no_fds(error) : 0;
}

/* The process, not the thread: a thread that starts a run may end while the process lives, which
 * PR_SET_PDEATHSIG would get wrong. */
static int open_supervisor(struct child_ends *ends, struct remand_error *error)
{
	ends->supervisor_fd = pidfd_open(getpid(), 0);
	return ends->supervisor_fd < 0 ? say_no_fds(error) : 0;
}

/* A keeper of a starter's has the first three already. */
static int open_ends(struct remand *run, struct child_ends *ends, struct remand_error *error)
{
	int r = 0;

	if (!run->spec.starter) {
		r = open_channels(run, ends, error);
		if (r == 0)
			r = open_supervisor(ends, error);
	}
	if (r == 0 && !(run->plan.isolation.namespaces & CLONE_NEWPID))
		r = open_kill(run, ends, error);
	return r;
}

static void close_ends(struct child_ends *ends)
{
	ends->control_fd = fd_close(ends->control_fd);
	ends->failure_fd = fd_close(ends->failure_fd);
	ends->supervisor_fd = fd_close(ends->supervisor_fd);
	ends->kill_fd = fd_close(ends->kill_fd);
}

/* exit_signal 0: the keeper is invisible to the caller's own waitpid(-1) and raises no SIGCHLD. */
static pid_t clone_keeper(struct remand *run)
{
	struct clone_args args = {
		.flags = CLONE_PIDFD | keeper_namespaces(&run->plan.isolation),
		.pidfd = (uintptr_t)&run->keeper_fd,
	};
	pid_t pid = child_clone(&args);

	if (pid == 0)
		keeper_main(&run->plan, keeper_make_network(&run->plan.isolation));
	return pid;
}

static int send_go(struct remand *run, const struct id_map *map, struct remand_error *error)
{
	struct keeper_order go = { .kind = KEEPER_GO, .ids = map->inside };

	if (getrlimit(RLIMIT_NOFILE, &go.files) < 0)
		return error_errno(error, REMAND_STAGE_RLIMIT, syscall_errno(),
			"cannot find out our own limit nofile");
	if (send(run->control_fd, &go, sizeof(go), MSG_NOSIGNAL) != sizeof(go))
		return error_errno(
			error, REMAND_STAGE_CLONE, syscall_errno(), "cannot reach the keeper");
	return 0;
}

/* The target's host id is known only now, and nothing is attached yet. */
static int grant_writable(
	struct remand *run, const struct work_owner *target, struct remand_error *error)
{
	const struct cell *cell = &run->plan.cell;
	int r = 0;

	run->loans = calloc(cell->count, sizeof(*run->loans));
	if (!run->loans)
		return error_errno(error, REMAND_STAGE_ID_MAP, -ENOMEM, "cannot lend directories");
	for (size_t i = 0; r == 0 && i < cell->count; i++) {
		const struct cell_step *step = &cell->steps[i];
		const struct work_request request = { step->tree_fd, step->source, *target,
			run->spec.best_effort };

		if (step->kind != CELL_BIND || (step->attributes & MOUNT_ATTR_RDONLY))
			continue;
		run->loans[run->loans_count] = (struct work_loan)WORK_LOAN_EMPTY;
		r = work_grant(&request, &run->loans[run->loans_count++], error);
	}
	return r;
}

/* The core limit that keeps the host's core helper from being started (rlimits.c) cannot be set by
 * the target where the caller's hard limit is 0. The pid was proven ours a moment ago. */
static int allow_core_limit(pid_t pid)
{
	const struct rlimit one = { 1, 1 };
	struct rlimit current;

	if (getrlimit(RLIMIT_CORE, &current) < 0)
		return syscall_errno();
	if (current.rlim_max >= 1)
		return 0;
	return prlimit(pid, RLIMIT_CORE, &one, NULL) < 0 ? syscall_errno() : 0;
}

/* Inside the user namespace nobody may leave a lower class or nice value again; what the caller may
 * do for the keeper, the target inherits. Failures show when the target sets its own. */
static void raise_priority(pid_t pid, int nice)
{
	const struct sched_param zero = { 0 };

	(void)sched_setscheduler(pid, SCHED_OTHER, &zero);
	if (getpriority(PRIO_PROCESS, 0) > nice)
		(void)setpriority(PRIO_PROCESS, (id_t)pid, nice);
}

static int give_to_target(
	struct remand *run, pid_t pid, const struct id_map *map, struct remand_error *error)
{
	const struct work_owner target = { map->target_uid, map->target_gid };
	int r = streams_give_to(&run->streams, map->target_uid, map->target_gid);

	if (r < 0)
		return error_errno(
			error, REMAND_STAGE_STDIO, r, "cannot give the pipes to the target");
	r = box_give(&run->box, map->target_uid, map->target_gid);
	if (r < 0)
		return error_errno(
			error, REMAND_STAGE_CELL, r, "cannot give its directory to the target");
	r = allow_core_limit(pid);
	/* Root of a container may not: the target stays with 0, as an ordinary user's does. */
	if (r == -EPERM && own_ids_are_few(&run->plan.isolation.own_ids))
		r = 0;
	if (r < 0)
		return error_errno(
			error, REMAND_STAGE_RLIMIT, r, "cannot raise the core limit to 1");
	return grant_writable(run, &target, error);
}

static int say_no_keeper(const struct remand *run, int r, struct remand_error *error)
{
	char obstacle[256];

	/* Nothing to do with namespaces: no process at all can be made. */
	if (r == -EAGAIN || r == -ENOMEM || !(run->plan.isolation.namespaces & CLONE_NEWUSER) ||
		userns_probe() == 0)
		return error_errno(error, REMAND_STAGE_CLONE, r, "cannot create the keeper");
	userns_explain(r, obstacle, sizeof(obstacle));
	return error_say(error, REMAND_STAGE_CLONE, r,
		"cannot create a user namespace (%s): %s; or accept less with --best-effort or "
		"--isolation landlock",
		strerrordesc_np(-r), obstacle);
}

/* What the helpers refuse we do by ourselves, with one id for keeper and target. */
static int map_ids(struct remand *run, struct id_map *map, struct id_map_wish *wish,
	struct remand_error *error)
{
	int gifts[3], r;

	if (!map->sub_ids)
		return id_map_write(map, run->keeper_pid, run->keeper_fd, error);
	for (int i = 0; i < 3; i++)
		gifts[i] = run->streams.stream[i].own_pipe ? run->streams.stream[i].target_fd : -1;
	r = id_map_write_sub_ids(
		map, run->keeper_pid, run->keeper_fd, gifts, &run->namespace_fd, error);
	if (r != -EPERM)
		return r;
	wish->sub_ids.found = false;
	run->result.missing_walls |= REMAND_WALL_OWN_IDS;
	id_map_choose(map, run->keeper_pid, wish);
	return id_map_write(map, run->keeper_pid, run->keeper_fd, error);
}

/* Why the starter, or its child, could not do it. */
static int say_refusal(struct remand *run, struct remand_error *error)
{
	struct failure failure;

	if (read(run->failure_fd, &failure, sizeof(failure)) != sizeof(failure))
		return error_errno(error, REMAND_STAGE_CLONE, -EIO, "cannot create the keeper");
	if (failure.stage == REMAND_STAGE_CLONE && !failure.object[0])
		return say_no_keeper(run, -failure.errnum, error);
	if (error)
		error_from_failure(error, &failure);
	return -failure.errnum;
}

int launch_order(struct remand *run, const struct isolation *isolation, const struct host *host,
	struct remand_error *error)
{
	struct child_ends ends = NO_ENDS;
	int r = open_channels(run, &ends, error);

	if (r == 0 && (run->spare_fd = fcntl(run->control_fd, F_DUPFD_CLOEXEC, 0)) < 0)
		r = say_no_fds(error);
	if (r == 0) {
		const struct starter_order order = { isolation, ends.control_fd, ends.failure_fd };

		r = starter_order(run->spec.starter, &order, host, error);
	}
	run->keeper_due = r == 0;
	close_ends(&ends);
	return r;
}

int launch_await_keeper(struct remand *run, struct remand_error *error)
{
	struct starter_answer answer;
	int r;

	run->spare_fd = fd_close(run->spare_fd);
	r = starter_receive(run->spec.starter, run->control_fd, &answer, error);

	run->keeper_due = false;
	if (r < 0)
		return r;
	run->keeper_fd = answer.keeper_fd;
	run->keeper_pid = answer.pid;
	return answer.errnum ? say_refusal(run, error) : 0;
}

static int prepare_keeper(struct remand *run, struct remand_error *error)
{
	int r = launch_await_keeper(run, error);

	if (r < 0)
		return r;
	r = plan_send(&run->plan, run->control_fd, starter_address(run->spec.starter));
	/* It has said why it is gone, unless it was killed. */
	if (r == -EPIPE || r == -ECONNRESET)
		return say_refusal(run, error);
	if (r < 0)
		return error_errno(
			error, REMAND_STAGE_CLONE, r, "cannot hand the plan to the keeper");
	return caller_give(run->keeper_pid, error);
}

static int make_keeper(struct remand *run, struct remand_error *error)
{
	if (run->spec.starter)
		return prepare_keeper(run, error);
	run->keeper_pid = clone_keeper(run);
	return run->keeper_pid < 0 ? say_no_keeper(run, syscall_errno(), error) : 0;
}

static int give_birth(struct remand *run, struct remand_error *error)
{
	const struct isolation *isolation = &run->plan.isolation;
	struct id_map_wish wish = {
		.user_namespace = isolation->namespaces & CLONE_NEWUSER,
		.separate = isolation->separate_ids,
		.own_ids = isolation->own_ids,
		.sub_ids = isolation->sub_ids,
		.user = run->spec.user,
	};
	struct id_map map;
	int r = make_keeper(run, error);
	const pid_t pid = run->keeper_pid;

	if (r < 0)
		return r;
	id_map_choose(&map, pid, &wish);
	r = map.user_namespace ? map_ids(run, &map, &wish, error) : 0;
	if (r == 0)
		raise_priority(pid, run->spec.nice);
	if (r == 0 && map.own_target)
		r = give_to_target(run, pid, &map, error);
	return r < 0 ? r : send_go(run, &map, error);
}

static void fill_fds(struct remand *run, const struct child_ends *ends)
{
	struct plan *plan = &run->plan;

	plan->control_fd = ends->control_fd;
	plan->failure_fd = ends->failure_fd;
	plan->supervisor_fd = ends->supervisor_fd;
	plan->kill_fd = ends->kill_fd;
	plan->group_fd = run->group.fd;
	plan->passes = run->streams.passes.pass;
	plan->passes_count = run->streams.passes.count;
	plan->floor = run->streams.passes.floor;
	for (int i = 0; i < 3; i++)
		plan->stdio[i] = run->streams.stream[i].target_fd;
}

int launch(struct remand *run, struct remand_error *error)
{
	struct child_ends ends = NO_ENDS;
	int r = open_ends(run, &ends, error);

	if (r == 0) {
		fill_fds(run, &ends);
		r = plan_keep_fds(&run->plan);
		if (r < 0)
			error_errno(error, REMAND_STAGE_CLONE, r, "cannot prepare the keeper");
	}
	if (r == 0 && run->spec.function)
		r = function_prepare(&run->plan, &run->spec, error);
	if (r == 0)
		r = give_birth(run, error);
	close_ends(&ends);
	/* The rules still decide when the listener asks. */
	run->denials.filter = run->plan.filter;
	run->denials.needed = run->plan.needs_listener;
	run->plan.filter = (struct filter_program){ 0 };
	plan_done(&run->plan);
	streams_close_target_fds(&run->streams);
	return r;
}
