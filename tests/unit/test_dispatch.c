/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a run, where somebody stands in its way: dispatch waits for nobody. */
#include <sched.h>
#include <stdlib.h>
#include <sys/ptrace.h>

#include "fake_run.h"
#include "file.h"
#include "table.h"

/* Should dispatch wait after all, let the test fail. */
#define PATIENCE_S 60

/* All is over but for the group. */
static int begin_end(struct fixture *fixture)
{
	alarm(PATIENCE_S);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		begin_at(fixture, true) < 0)
		return -1;
	fixture->output_fd = fd_close(fixture->output_fd);
	supervise_finish(&fixture->run);
	return fixture->run.phase == RUN_ENDING && dispatch(fixture) == 0 ? 0 : -1;
}

static bool is_killed(const struct fixture *fixture)
{
	char text[16] = "";

	(void)file_read(fixture->scratch.fd, "cgroup.kill", text, sizeof(text));
	return text[0] == '1';
}

static int forget_kill(const struct fixture *fixture)
{
	return scratch_write(&fixture->scratch, "cgroup.kill", "");
}

/* Nothing of it is in use but the mount, which goes. */
static int unmount(const struct fixture *fixture)
{
	return umount2(fixture->scratch.path, MNT_DETACH);
}

static bool is_there(const struct fixture *fixture)
{
	return access(fixture->scratch.path, F_OK) == 0;
}

/* The number of the line that is not true. */
#define EXPECT(condition)                \
	do {                             \
		if (!(condition))        \
			return __LINE__; \
	} while (0)

static int end_with_intruder(struct fixture *fixture)
{
	struct remand *run = &fixture->run;

	EXPECT(begin_end(fixture) == 0 && is_killed(fixture) && forget_kill(fixture) == 0);
	/* Somebody is there when it is to be removed. */
	EXPECT(!conclude_group(run));
	EXPECT(is_killed(fixture) && run->phase == RUN_ENDING && run->intruded);
	EXPECT(dispatch(fixture) == 0);
	EXPECT(say_standing(fixture, EMPTY) == 0 && unmount(fixture) == 0);
	EXPECT(dispatch(fixture) == 1);
	EXPECT(!run->internal_error.message[0] && run->group.fd < 0 && !is_there(fixture));
	return 0;
}

static int end_with_group_below(struct fixture *fixture)
{
	struct remand *run = &fixture->run;

	EXPECT(begin_end(fixture) == 0);
	EXPECT(say_standing(fixture, EMPTY) == 0);
	EXPECT(dispatch(fixture) == 1);
	EXPECT(strstr(run->internal_error.message, "cannot remove the cgroup"));
	return 0;
}

static int end_with_stuck_member(struct fixture *fixture)
{
	struct remand *run = &fixture->run;

	EXPECT(begin_end(fixture) == 0);
	run->stuck_deadline_ns = clock_now_ns();
	EXPECT(dispatch(fixture) == 1);
	EXPECT(run->result.verdict == REMAND_VERDICT_INTERNAL_ERROR);
	EXPECT(strstr(run->internal_error.message, "do not die"));
	/* Who waited has given up and closed it; here remand_free() has a look. */
	EXPECT(run->group.fd >= 0);
	return 0;
}

static int in_fixture(int (*body)(struct fixture *))
{
	FIXTURE fixture;

	return body(&fixture);
}

static int run_body(void *body)
{
	int line = in_fixture(*(int (**)(struct fixture *))body);

	if (line)
		printf("# %s:%d\n", __FILE__, line);
	return line != 0;
}

static void check_in_own_mounts(int (*body)(struct fixture *))
{
	if (geteuid() != 0)
		SKIP("only root can mount");
	CHECK_INT(scratch_child(run_body, &body), 0);
}

TEST(who_is_put_into_the_group_after_the_kill_is_killed_too_and_nobody_waits_for_it)
{
	check_in_own_mounts(end_with_intruder);
}

TEST(a_group_that_cannot_be_removed_is_an_error_and_no_wait)
{
	check_in_own_mounts(end_with_group_below);
}

TEST(who_does_not_die_is_not_waited_for_a_second_time)
{
	check_in_own_mounts(end_with_stuck_member);
}

/* ---- a debugger holds the keeper ---- */

/* Attached when it has written a byte; gone when it was ended. */
static pid_t debug(pid_t pid)
{
	int told[2];
	pid_t debugger = pipe2(told, O_CLOEXEC) < 0 ? -1 : fork();
	char byte;

	if (debugger == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0 || write(told[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (debugger < 0)
		return -1;
	fd_close(told[1]);
	if (read(told[0], &byte, 1) != 1) {
		(void)waitpid(debugger, NULL, 0);
		debugger = 0;
	}
	fd_close(told[0]);
	return debugger;
}

static int end_debugged(struct fixture *fixture)
{
	struct remand *run = &fixture->run;
	pid_t pid, debugger;

	alarm(PATIENCE_S);
	EXPECT(begin(fixture) == 0);
	pid = make_member(&run->keeper_fd);
	EXPECT(pid > 0);
	debugger = debug(pid);
	EXPECT(debugger > 0);
	EXPECT(watch_update(run, NULL) == 0);
	EXPECT(pidfd_send_signal(run->keeper_fd, SIGKILL, NULL, 0) == 0);
	EXPECT(poll(&(struct pollfd){ run->keeper_fd, POLLIN, 0 }, 1, -1) == 1);
	EXPECT(dispatch(fixture) == 0);
	EXPECT(run->phase == RUN_ENDING && run->keeper_fd >= 0);
	EXPECT(kill(debugger, SIGKILL) == 0 && waitpid(debugger, NULL, 0) == debugger);
	EXPECT(dispatch(fixture) == 0 && run->keeper_fd < 0);
	return 0;
}

TEST(a_keeper_that_a_debugger_holds_is_not_waited_for)
{
	int (*body)(struct fixture *) = end_debugged;

	if (geteuid() != 0)
		SKIP("only root may be sure to debug");
	CHECK_INT(scratch_child(run_body, &body), 0);
}
