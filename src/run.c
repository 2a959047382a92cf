/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation
 *
 * Three processes take part in a run.
 *
 *   supervisor   whoever called the library. Holds the group's directory, the keeper's pidfd, one
 *                end of a socket and the pipes of the target's output. Waits in one epoll set.
 *   keeper       PID 1 of the cell's pid namespace, a fork of the supervisor that never execs, with
 *                exit signal 0, so that no wait loop of the caller sees it. Builds the cell's file
 *                system, reaps orphans, reports the target's end. Ends when the supervisor does,
 *                and the kernel then kills all that is in the namespace.
 *   target       the untrusted program, the keeper's child, born in the run's group (or, for a
 *                function, joining it as its first act).
 *
 *       supervisor ---- control socket: go -> ; <- pidfd of the target, /box, status ---- keeper
 *       supervisor <--- failure pipe: ready for exec, or {stage, errno} ---- keeper and target
 *       supervisor <--- pipes of stdout and stderr ---- target
 *       keeper     ---- polls a pidfd of the supervisor
 *
 * A caller that has grown large names a starter (starter.h), a small process of its own from which
 * the keeper is cloned, sooner than else, and told the plan later; the rest is the same.
 *
 * Data flows one way: options -> spec (spec.c) -> host (host.c, base.c) -> group (group.c) -> plan
 * (plan.c, cell_plan.c: all that the children need, decided beforehand) -> launch (launch.c) ->
 * keeper (keeper.c, cell_build.c) -> target (target.c) -> supervise (supervise.c, watch.c, pump.c)
 * -> verdict (conclude.c, verdict.c, reason.c) -> report (report.c).
 *
 * The end: cgroup.kill, keeper gone, "populated 0", all output read; then usage is measured, the
 * group removed, and only then is anything classified. Or the run is left to itself: detach.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "capture.h"
#include "child.h"
#include "deadlines.h"
#include "error.h"
#include "fd.h"
#include "host.h"
#include "run.h"
#include "spec.h"
#include "syscalls.h"
#include "wait.h"
#include "watch.h"

static struct remand *new_run(void)
{
	struct remand *run = calloc(1, sizeof(*run));

	if (!run)
		return NULL;
	run->plan.cell = (struct cell)CELL_EMPTY;
	run->streams = (struct streams)STREAMS_EMPTY;
	run->group = (struct group)GROUP_EMPTY;
	run->box = (struct box)BOX_EMPTY;
	run->plan.kill_fd = -1;
	run->base_fd = run->box_fd = run->namespace_fd = run->spare_fd = -1;
	run->epoll_fd = run->timer_fd = -1;
	run->control_fd = run->failure_fd = run->keeper_fd = run->target_fd = -1;
	run->listener_fd = -1;
	for (int i = 0; i < WATCH_COUNT; i++)
		run->watched_fd[i] = -1;
	return run;
}

/* The end of a long path says most. */
static void keep_name(char *place, size_t size, const char *name)
{
	size_t length = strlen(name);

	if (length >= size)
		name += length - (size - 1);
	memcpy(place, name, strlen(name) + 1);
}

/* What the result will say of the spec, and be judged by. */
static void keep_words(struct remand *run)
{
	const struct remand_spec *spec = &run->spec;

	keep_name(run->result.policy, sizeof(run->result.policy), spec->policy);
	keep_name(run->result.program, sizeof(run->result.program),
		spec->function ? "(function)" : spec->argv[0]);
	for (size_t i = 0; i < spec->ok_codes_count; i++)
		run->ok_codes[spec->ok_codes[i]] = true;
}

/* What is needed after the start must not be borrowed. */
static int keep_collects(struct remand *run)
{
	size_t n = run->spec.collects_count;

	run->collects = calloc(n + 1, sizeof(*run->collects));
	if (!run->collects)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct remand_collect *given = &run->spec.collects[i];

		run->collects[i].name = strdup(given->name);
		run->collects[i].path =
			strdup(given->path ? given->path : path_last_component(given->name));
		run->collects_count++;
		if (!run->collects[i].name || !run->collects[i].path)
			return -ENOMEM;
	}
	return 0;
}

static void free_collects(struct remand *run)
{
	for (size_t i = 0; i < run->collects_count; i++) {
		free((void *)(uintptr_t)run->collects[i].name);
		free((void *)(uintptr_t)run->collects[i].path);
	}
	free(run->collects);
}

/* How many CPUs the group can burn at once: the CPU timer divides by it. */
static unsigned int usable_cpus(const struct remand_spec *spec, const struct host *host)
{
	uint64_t allowed =
		spec->cpus_milli == REMAND_UNLIMITED ? host->cpus : (spec->cpus_milli + 999) / 1000;

	return allowed < host->cpus ? (unsigned int)allowed : host->cpus;
}

static int prepare(struct remand *run, const struct host *host, struct remand_error *error)
{
	struct isolation isolation;
	const struct plan_request request = { &run->given, &run->spec, &isolation, &run->hostile,
		&run->box };
	struct streams_host streams_host;
	struct remand_spec held;
	int r = keep_collects(run);

	keep_words(run);
	if (r < 0)
		return error_errno(error, REMAND_STAGE_SPEC, r, "cannot keep the spec");
	r = isolation_decide(&run->given, host, &isolation, error);
	if (r < 0)
		return r;
	run->result.isolation = isolation.degree;
	run->result.missing_walls = isolation.missing;
	run->cpus = usable_cpus(&run->spec, host);
	r = path_hostile_identify(run->spec.work, &run->hostile);
	if (r < 0)
		return error_errno(error, REMAND_STAGE_CELL, r, "cannot use the work directory %s",
			run->spec.work);
	if (run->spec.work && run->collects_count > 0) {
		run->box_fd = fd_raise(open(run->spec.work, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
		if (run->box_fd < 0)
			return error_errno(error, REMAND_STAGE_COLLECT, syscall_errno(),
				"cannot open the work directory %s", run->spec.work);
	}
	/* Before anything else is opened, so that 0, 1 and 2 are what the caller has there. */
	streams_host = (struct streams_host){ .hostile = &run->hostile,
		.separate_ids = isolation.separate_ids };
	r = streams_open(&run->streams, &run->spec, &streams_host, error);
	if (r == 0)
		r = box_open(&run->box, &run->spec, &isolation, error);
	if (r == 0 && run->box.fd >= 0 && run->collects_count > 0 &&
		(run->box_fd = fcntl(run->box.fd, F_DUPFD_CLOEXEC, 3)) < 0)
		r = error_errno(error, REMAND_STAGE_COLLECT, syscall_errno(),
			"cannot open the run's directory %s", run->box.path);
	if (r < 0)
		return r;
	/* It is cloned while we do the rest; unless we may enter a scope, into which it must go. */
	if (run->spec.starter && !run->spec.enter_scope)
		r = launch_order(run, &isolation, host, error);
	if (r == 0)
		r = plan_make(&run->plan, &request, host, error);
	if (r == 0)
		r = fallback_open_base(
			host, &run->spec, &isolation, &run->fallback, &run->base_fd, error);
	if (r == 0 && run->spec.starter && run->spec.enter_scope)
		r = launch_order(run, &isolation, host, error);
	if (r < 0)
		return r;
	fallback_rlimits(&run->fallback, &run->spec, run->plan.rlimits);
	if (!run->fallback.group)
		return group_draw_name(&run->group, error);
	group_reclaim(run->base_fd);
	fallback_held(&run->fallback, &run->spec, &held);
	return group_create(&run->group, run->base_fd, &held, error);
}

int remand_start(
	const struct remand_spec *spec, struct remand **ret_run, struct remand_error *error)
{
	struct remand *run = new_run();
	struct host host;
	int r;

	if (!run) {
		error_errno(error, REMAND_STAGE_SPEC, -ENOMEM, "cannot start a run");
		return -ENOMEM;
	}
	r = spec_copy(spec, &run->given, error);
	if (r == 0)
		r = spec_resolve(&run->given, &run->spec, error);
	if (r == 0 && run->spec.function)
		r = function_check_threads(&run->spec, error);
	if (r == 0)
		r = host_open(&host, error);
	if (r == 0) {
		r = prepare(run, &host, error);
		host_done(&host);
	}
	if (r == 0)
		r = launch(run, error);
	if (r == 0)
		r = supervise_begin(run, error);
	if (r < 0) {
		remand_free(run);
		return r;
	}
	*ret_run = run;
	return 0;
}

int remand_fd(const struct remand *run)
{
	return run->epoll_fd;
}

int remand_dispatch(struct remand *run, struct remand_error *error)
{
	return supervise_dispatch(run, error);
}

int remand_wait(struct remand *run, uint64_t timeout_ns, struct remand_error *error)
{
	uint64_t deadline_ns = wait_deadline(timeout_ns);

	for (;;) {
		int r = supervise_dispatch(run, error);

		if (r > 0)
			return 0;
		if (r == 0)
			r = wait_readable(run->epoll_fd, deadline_ns, error);
		if (r < 0)
			return r;
	}
}

int remand_result(struct remand *run, struct remand_result *ret_result)
{
	if (run->phase != RUN_DONE)
		return -EAGAIN;
	for (int i = 1; !run->result_taken && i < 3; i++) {
		int r = capture_take(&run->streams.stream[i].pump,
			i == 1 ? &run->result.output : &run->result.error);

		if (r < 0)
			return r;
	}
	run->result_taken = true;
	*ret_result = run->result;
	run->result.output = run->result.error = (struct remand_capture){ 0 };
	run->result.denials = NULL;
	run->result.denials_count = 0;
	return 0;
}

int remand_take_stream(struct remand *run, int target_fd)
{
	return streams_take_end(&run->streams, target_fd);
}

int remand_cancel(struct remand *run)
{
	supervise_end(run, VERDICT_CAUSE_CANCEL);
	/* The caller may not dispatch before the fd says so: the grace time must be on the timer.
	 */
	deadlines_arm(run);
	return watch_update(run, NULL);
}

int run_return_loans(struct remand *run)
{
	int first = 0;

	for (size_t i = 0; i < run->loans_count; i++) {
		int r = work_return(&run->loans[i]);

		first = first ? first : r;
	}
	return first;
}

/* The end of a run that nobody waits for any more, or of a start that failed half way. */
static void abandon(struct remand *run)
{
	const uint64_t deadline_ns = clock_after(clock_now_ns(), GROUP_DYING_NS);

	if (run->group.fd >= 0)
		(void)group_kill(&run->group);
	if (run->keeper_due)
		(void)launch_await_keeper(run, NULL);
	run->control_fd = fd_close(run->control_fd);
	if (run->keeper_fd >= 0) {
		(void)pidfd_send_signal(run->keeper_fd, SIGKILL, NULL, 0);
		/* PID 1 of its namespace can be reaped only after all others there are dead. */
		while (wait_readable(run->keeper_fd, deadline_ns, NULL) == 0 &&
			child_try_reap(run->keeper_fd, NULL) == 0)
			;
	}
	if (run->group.fd >= 0)
		group_await_empty(&run->group, deadline_ns);
	(void)run_return_loans(run);
	if (run->group.fd >= 0)
		(void)group_remove(&run->group);
}

/* What is left of an end that somebody stuck in the kernel stood in the way of; he may have died by
 * now. Waits for nobody: a batch goes on. */
static void clear_away(struct remand *run)
{
	if (run->keeper_fd >= 0)
		(void)child_try_reap(run->keeper_fd, NULL);
	if (run->group.fd >= 0 && group_remove_empty(&run->group) == -EBUSY)
		group_close(&run->group);
}

void run_release(struct remand *run)
{
	plan_done(&run->plan);
	streams_done(&run->streams);
	(void)box_remove(&run->box);
	free_collects(run);
	free(run->loans);
	fd_close(run->base_fd);
	fd_close(run->box_fd);
	fd_close(run->namespace_fd);
	fd_close(run->spare_fd);
	fd_close(run->epoll_fd);
	fd_close(run->timer_fd);
	fd_close(run->control_fd);
	fd_close(run->failure_fd);
	fd_close(run->keeper_fd);
	fd_close(run->target_fd);
	fd_close(run->listener_fd);
	denials_done(&run->denials);
	remand_result_clear(&run->result);
	free(run);
}

struct remand *remand_free(struct remand *run)
{
	if (!run)
		return NULL;
	if (run->phase != RUN_DONE)
		abandon(run);
	else
		clear_away(run);
	run_release(run);
	return NULL;
}

int run_refuse_pipes(const struct remand_spec *spec, struct remand_error *error)
{
	struct remand_spec copy;
	int r = spec_copy(spec, &copy, error);

	if (r == 0 &&
		(copy.input.kind == REMAND_STREAM_PIPE || copy.output.kind == REMAND_STREAM_PIPE ||
			copy.error.kind == REMAND_STREAM_PIPE))
		return error_say(error, REMAND_STAGE_SPEC, -EINVAL,
			"nobody could take the end of a stream of the kind PIPE here; use "
			"remand_start()");
	return r;
}

int remand_run(const struct remand_spec *spec, struct remand_result *ret_result,
	struct remand_error *error)
{
	struct remand *run = NULL;
	int r = run_refuse_pipes(spec, error);

	if (r == 0)
		r = remand_start(spec, &run, error);
	if (!run)
		return r;
	r = remand_wait(run, REMAND_UNLIMITED, error);
	if (r == 0)
		r = remand_result(run, ret_result);
	remand_free(run);
	return r;
}
