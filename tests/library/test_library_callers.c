/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Callers that other libraries come to grief with: thieves of every kind who wait for all children
 * there are, many threads, failures by the thousand. REMAND_TEST_FULL asks for the whole numbers.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "clock.h"
#include "custody.h"
#include "fd.h"
#include "table.h"

/* Runs of one storm: all of them where tools/check has the time, once. */
static size_t storm(size_t full)
{
	return custody_scale(full, full / 1000);
}

/* How the status comes back is the same in a cell and without; only a cell takes its time. */
static bool run_exits(int code, enum remand_isolation isolation)
{
	char script[32];
	const struct remand_spec spec = SPEC(.argv = SH(script), .isolation = isolation);
	RESULT result = { 0 };

	snprintf(script, sizeof(script), "exit %d", code);
	return custody_run(&spec, &result) == 0 && result.exited && result.exit_code == code;
}

/* For a wait of the caller's, of whatever kind. */
static bool nothing_is_left(void)
{
	custody_end();
	return waitpid(-1, NULL, __WALL) == -1 && errno == ECHILD;
}

/* ---- thieves ---- */

static atomic_bool stop_stealing;
static atomic_int stolen;

static void *steal(void *options)
{
	while (!stop_stealing) {
		const struct timespec pause = { 0, 20000 };
		int *how = options, status;

		if (syscall(SYS_wait4, how[0], &status, how[1] | WNOHANG, NULL) > 0)
			stolen++;
		nanosleep(&pause, NULL);
	}
	return NULL;
}

/* With a thief in a thread, or a disposition that makes the kernel the thief, each status is right
 * and none is stolen unless __WALL takes what is dead and told already. */
static void check_thief(int pid, int flags, const struct sigaction *action, bool may_steal)
{
	/* Five thieves: 10,000 in all, or with each. */
	size_t count = getenv("REMAND_TEST_FULL") ? 10000 : storm(2000), right = 0;
	int how[] = { pid, flags };
	struct sigaction before;
	pthread_t thread;

	stop_stealing = false;
	stolen = 0;
	CHECK_INT(sigaction(SIGCHLD, action, &before), 0);
	CHECK_INT(pthread_create(&thread, NULL, steal, how), 0);
	for (size_t i = 0; i < count; i++)
		right += run_exits(7, i % 10 ? REMAND_ISOLATION_NONE : REMAND_ISOLATION_FULL);
	stop_stealing = true;
	pthread_join(thread, NULL);
	sigaction(SIGCHLD, &before, NULL);
	CHECK_INT(right, count);
	CHECK(may_steal || stolen == 0);
	CHECK(nothing_is_left());
}

static const struct sigaction plain = { .sa_handler = SIG_DFL };

TEST(the_status_is_right_with_a_thief_who_waits_for_any_child)
{
	check_thief(-1, 0, &plain, false);
}

TEST(the_status_is_right_with_a_thief_who_waits_for_the_process_group)
{
	check_thief(0, 0, &plain, false);
}

TEST(the_status_is_right_with_a_thief_who_waits_for_clones_too)
{
	check_thief(-1, __WALL, &plain, true);
}

TEST(the_status_is_right_where_sigchld_is_ignored)
{
	static const struct sigaction ignore = { .sa_handler = SIG_IGN };

	check_thief(-1, 0, &ignore, false);
}

TEST(the_status_is_right_where_no_child_becomes_a_zombie)
{
	static const struct sigaction no_wait = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };

	check_thief(-1, 0, &no_wait, false);
}

/* ---- threads ---- */

struct worker {
	pthread_t thread;
	size_t count, right;
	int first;
};

/* Each with pipes of its own: a descriptor that leaked into a neighbour's run would hold one open.
 */
static bool talk(int code)
{
	char script[64], buffer[8];
	const struct remand_spec spec =
		SPEC(.argv = SH(script), .input = { .kind = REMAND_STREAM_PIPE },
			.output = { .kind = REMAND_STREAM_CAPTURE });
	RUN *run = NULL;
	RESULT result = { 0 };
	int fd;

	/* Only 0, 1 and 2 may be there (and the one with which ls reads them), and the end of the
	 * input must come. */
	snprintf(script, sizeof(script), "cat; set -- /proc/self/fd/*; echo $#; exit %d", code);
	run = custody_start(&spec);
	fd = run ? remand_take_stream(run, 0) : -1;
	snprintf(buffer, sizeof(buffer), "%d", code);
	if (fd < 0 || write(fd, buffer, strlen(buffer)) < 0)
		return false;
	fd_close(fd);
	if (custody_finish(run, &result) < 0)
		return false;
	snprintf(script, sizeof(script), "%d4\n", code);
	if (result.exit_code != code || strcmp(result.output.data, script) != 0)
		printf("# %d %s: %s\n", result.exit_code, result.reason, result.output.data);
	return result.exit_code == code && strcmp(result.output.data, script) == 0;
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	for (size_t i = 0; i < worker->count; i++) {
		free(malloc(1000 + i)); /* a lock that a child must not need */
		worker->right += talk(worker->first + (int)(i % 4));
	}
	return NULL;
}

TEST(sixty_four_threads_start_runs_at_once_and_each_gets_its_own)
{
	struct worker workers[64];
	size_t count = (getenv("REMAND_TEST_FULL") ? 10000 : storm(100)) / 64 + 1;
	int threads = (int)custody_scale(64, 12);

	for (int i = 0; i < threads; i++) {
		workers[i] = (struct worker){ .count = count, .first = 1 + i * 3 % 200 };
		CHECK_INT(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (int i = 0; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	for (int i = 0; i < threads; i++)
		CHECK_INT(workers[i].right, count);
}

static void *start_and_leave(void *ret_run)
{
	const struct remand_spec spec = SPEC(.argv = SH("sleep 0.2; exit 9"));

	*(struct remand **)ret_run = custody_start(&spec);
	return NULL;
}

TEST(a_run_outlives_the_thread_that_started_it)
{
	RUN *run = NULL;
	RESULT result = { 0 };
	pthread_t thread;

	CHECK_INT(pthread_create(&thread, NULL, start_and_leave, &run), 0);
	pthread_join(thread, NULL);
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.exit_code, 9);
}

/* ---- what is forgotten, what fails ---- */

TEST(runs_that_are_freed_and_never_waited_for_leave_nothing)
{
	int fds = check_count_fds();

	for (size_t i = 0; i < storm(1000) + 3; i++) {
		const struct remand_spec spec = SPEC(.argv = SH("setsid sleep 1000 & sleep 1000"),
			.output = { .kind = REMAND_STREAM_CAPTURE });
		struct remand *run = custody_start(&spec);

		CHECK(run);
		/* At every stage of its start. */
		if (i % 3 == 1)
			(void)remand_wait(run, i % 7 * NS_PER_MS, NULL);
		remand_free(run);
	}
	CHECK_INT(check_count_fds(), fds);
	CHECK(nothing_is_left());
}

TEST(programs_that_cannot_be_executed_leave_nothing_and_say_so_each_time)
{
	const struct remand_spec spec = SPEC(.argv = ARGV("no-such-program"));
	size_t count = storm(1000) + 3;
	int fds = check_count_fds();

	for (size_t i = 0; i < count; i++) {
		RESULT result = { 0 };

		CHECK_INT(custody_run(&spec, &result), 0);
		CHECK_INT(result.verdict, REMAND_VERDICT_NOT_STARTED);
		CHECK_INT(result.start_error.stage, REMAND_STAGE_EXEC);
		CHECK_INT(result.start_error.errnum, ENOENT);
	}
	CHECK_INT(check_count_fds(), fds);
	CHECK(nothing_is_left());
}

TEST(what_the_caller_has_not_flushed_is_not_printed_by_a_child)
{
	CLEANUP_FD int fd = memfd_create("stdio", MFD_CLOEXEC);
	FILE *file = fdopen(fcntl(fd, F_DUPFD_CLOEXEC, 3), "w");
	char buffer[8] = "";

	CHECK(file);
	fputs("x", file);
	CHECK(run_exits(0, REMAND_ISOLATION_FULL));
	fclose(file);
	CHECK_INT(pread(fd, buffer, sizeof(buffer), 0), 1);
}

/* Every exit code and every signal that a program can die of. */
TEST(every_status_is_decoded_as_it_was)
{
	for (int code = 0; code < 256; code += (int)custody_scale(1, 85))
		CHECK(run_exits(code, REMAND_ISOLATION_NONE));
	for (int signum = 1; signum <= 64; signum += (int)custody_scale(1, 21)) {
		char script[32];
		const struct remand_spec spec =
			SPEC(.argv = SH(script), .isolation = REMAND_ISOLATION_NONE);
		RESULT result = { 0 };

		/* These do not end a program. */
		if (signum == SIGCHLD || signum == SIGCONT || signum == SIGURG ||
			signum == SIGWINCH || (signum >= SIGSTOP && signum <= SIGTTOU))
			continue;
		snprintf(script, sizeof(script), "kill -%d $$", signum);
		CHECK_INT(custody_run(&spec, &result), 0);
		CHECK_INT(result.signal, signum);
		CHECK(!result.exited && WIFSIGNALED((int)result.raw_status));
	}
}
