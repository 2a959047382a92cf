/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers of processes that are used again at once. The machine has but a hundred of them
 * (kernel.pid_max), and a breeder has strangers born and dying all the time, so that whoever ends
 * leaves a number to a stranger soon. Strangers block every signal and look at their end whether
 * one came; SIGKILL and SIGSTOP cannot be blocked, and show in their status.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "clock.h"
#include "custody.h"
#include "fd.h"
#include "table.h"

/* Numbers begin anew at 300 (RESERVED_PIDS), and go up to this. */
#define PID_MAX   400
#define STRANGERS 32
/* So many births, and each number that is free has been given to somebody since. */
#define CYCLE (PID_MAX - 300)

struct storm {
	atomic_ulong births, hits;
	atomic_bool hurry; /* somebody waits for new numbers; else births leave time for others */
	atomic_bool end;
};

/* ---- strangers ---- */

_Noreturn static void be_stranger(void)
{
	const struct timespec life = { 0, 30000000 };
	sigset_t pending;

	nanosleep(&life, NULL);
	sigpending(&pending);
	_exit(sigisemptyset(&pending) ? 0 : 1);
}

/* 1: it was signalled. */
static int part_with(pid_t stranger)
{
	int status = 0;

	if (stranger <= 0)
		return 0;
	if (waitpid(stranger, &status, WUNTRACED) != stranger)
		return 1;
	if (WIFSTOPPED(status)) {
		kill(stranger, SIGKILL);
		waitpid(stranger, NULL, 0);
	}
	return status != 0;
}

/* Until the caller of the library, our child, has ended; its status. */
static int breed(struct storm *storm, pid_t caller)
{
	pid_t strangers[STRANGERS] = { 0 };
	const struct timespec pause = { 0, 10000000 };
	sigset_t all, before;
	int status = 0;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	for (size_t i = 0; waitpid(caller, &status, WNOHANG) == 0; i = (i + 1) % STRANGERS) {
		if (!storm->hurry)
			nanosleep(&pause, NULL);
		storm->hits += (unsigned long)part_with(strangers[i]);
		strangers[i] = fork();
		if (strangers[i] == 0)
			be_stranger();
		/* All numbers are in use for the moment: whose they are decides. */
		if (strangers[i] > 0)
			storm->births++;
	}
	for (size_t i = 0; i < STRANGERS; i++)
		storm->hits += (unsigned long)part_with(strangers[i]);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}

/* Until every number that is free now has been somebody else's. */
static void let_numbers_change(struct storm *storm)
{
	const struct timespec pause = { 0, 1000000 };
	unsigned long births = storm->births;

	storm->hurry = true;
	while (storm->births < births + CYCLE)
		nanosleep(&pause, NULL);
	storm->hurry = false;
}

/* ---- a caller, who is often late ---- */

/* ret_end: readable when the program is gone; the caller's. May be NULL. */
static struct remand *start(size_t round, const char *const *argv, int *ret_end)
{
	int ends[2] = { -1, -1 };
	struct remand_stats stats = { .size = sizeof(stats) };
	struct remand *run = NULL;

	if (pipe2(ends, O_CLOEXEC) == 0) {
		const struct remand_pass pass = { ends[1], 3 };
		const struct remand_spec spec = SPEC(.argv = argv,
			.isolation = round % 2 ? REMAND_ISOLATION_NONE : REMAND_ISOLATION_FULL,
			.input = { .kind = REMAND_STREAM_PIPE }, .passes = &pass,
			.passes_count = 1);

		run = custody_start(&spec);
	}
	fd_close(ends[1]);
	while (run && remand_stats(run, &stats) == 0 && !stats.started)
		(void)remand_wait(run, NS_PER_MS, NULL);
	if (ret_end)
		*ret_end = ends[0];
	else
		fd_close(ends[0]);
	return run;
}

/* A program that has ended by itself, its number is somebody else's, and we have not looked yet. */
static struct remand *start_and_be_late(struct storm *storm, size_t round)
{
	CLEANUP_FD int end = -1;
	struct remand *run = start(round, ARGV("cat"), &end);
	char byte;

	if (!run)
		return NULL;
	fd_close(remand_take_stream(run, 0));
	(void)!read(end, &byte, 1);
	let_numbers_change(storm);
	return run;
}

static void ends_as(struct remand *run, enum remand_verdict verdict, int signum)
{
	RESULT result = { 0 };

	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.verdict, verdict);
	CHECK_INT(result.signal, signum);
}

static void signal_too_late(struct storm *storm, size_t round)
{
	RUN *run = start_and_be_late(storm, round);

	CHECK(run);
	(void)remand_signal(run, round % 4 ? SIGKILL : SIGUSR1, REMAND_ROOT);
	(void)remand_signal(run, SIGKILL, REMAND_ALL);
	ends_as(run, REMAND_VERDICT_OK, 0);
}

static void stop_too_late(struct storm *storm, size_t round)
{
	const struct remand_step steps[] = { { SIGTERM, REMAND_ROOT, 50 * NS_PER_MS },
		{ SIGINT, REMAND_ALL, 50 * NS_PER_MS } };
	RUN *run = start_and_be_late(storm, round);

	CHECK(run);
	CHECK_INT(remand_stop(run, steps, COUNT_OF(steps)), 0);
	ends_as(run, REMAND_VERDICT_CANCELLED, 0);
}

static void free_too_late(struct storm *storm, size_t round)
{
	RUN *run = start_and_be_late(storm, round);

	CHECK(run);
}

/* Harmless ones, while the program ends; in all 100,000 where all is asked for. */
static void signal_while_it_ends(struct storm *storm, size_t round)
{
	size_t count = custody_scale(1000, 250);
	RUN *run = start(round, ARGV("cat"), NULL);

	(void)storm;
	CHECK(run);
	fd_close(remand_take_stream(run, 0));
	for (size_t i = 0; i < count; i++)
		(void)remand_signal(run, SIGURG, i % 100 ? REMAND_ROOT : REMAND_ALL);
	ends_as(run, REMAND_VERDICT_OK, 0);
}

static void signal_it(struct storm *storm, size_t round)
{
	RUN *run = start(round, ARGV("cat"), NULL);

	(void)storm;
	CHECK(run);
	CHECK_INT(remand_signal(run, SIGUSR1, round % 4 < 2 ? REMAND_ROOT : REMAND_ALL), 0);
	ends_as(run, REMAND_VERDICT_SIGNAL, SIGUSR1);
}

static void stop_it(struct storm *storm, size_t round)
{
	const struct remand_step step = { SIGTERM, REMAND_ALL, 100 * NS_PER_S };
	RUN *run = start(round, ARGV("cat"), NULL);

	(void)storm;
	CHECK(run);
	CHECK_INT(remand_stop(run, &step, 1), 0);
	ends_as(run, REMAND_VERDICT_CANCELLED, SIGTERM);
}

static void cancel_it(struct storm *storm, size_t round)
{
	RUN *run = start(round, ARGV("cat"), NULL);

	(void)storm;
	CHECK(run);
	CHECK_INT(remand_cancel(run), 0);
	ends_as(run, REMAND_VERDICT_CANCELLED, SIGKILL);
}

static void free_it(struct storm *storm, size_t round)
{
	const struct remand_spec spec = SPEC(.argv = ARGV("sleep", "1000"),
		.isolation = round % 2 ? REMAND_ISOLATION_NONE : REMAND_ISOLATION_FULL);
	RUN *run = custody_start(&spec);

	(void)storm;
	CHECK(run);
	(void)remand_wait(run, round % 5 * NS_PER_MS, NULL);
}

static void (*const acts[])(struct storm *storm, size_t round) = { signal_too_late, stop_too_late,
	free_too_late, signal_while_it_ends, signal_it, stop_it, cancel_it, free_it };

/* Takes away whatever the library's children leave, and so sets their numbers free. */
static void *steal(void *argument)
{
	const struct timespec pause = { 0, 2000000 };
	struct storm *storm = argument;

	while (!storm->end) {
		(void)waitpid(-1, NULL, WNOHANG | __WALL);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

/* A process of its own: the thief must not wait for strangers. */
static void call(struct storm *storm)
{
	size_t rounds = custody_scale(100, 10) * COUNT_OF(acts);
	int fds = check_count_fds();
	pthread_t thief;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CHECK_INT(pthread_create(&thief, NULL, steal, storm), 0);
	/* Both isolations for each. */
	for (size_t i = 0; i < rounds && !check_failed; i++)
		acts[i % COUNT_OF(acts)](storm, i + i / COUNT_OF(acts));
	storm->end = true;
	pthread_join(thief, NULL);
	CHECK_INT(check_count_fds(), fds);
	CHECK_INT(waitpid(-1, NULL, __WALL), -1);
}

static int set_pid_max(int pid_max)
{
	char text[16];
	CLEANUP_FD int fd = open("/proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC);

	snprintf(text, sizeof(text), "%d", pid_max);
	return fd >= 0 && write(fd, text, strlen(text)) > 0 ? 0 : -1;
}

TEST(where_numbers_are_used_again_at_once_no_stranger_is_signalled)
{
	struct storm *storm;
	pid_t caller;
	int status;

	if (access("/run/vm-command", F_OK) < 0)
		SKIP("it changes kernel.pid_max, and needs a machine of its own for that");
	storm = mmap(
		NULL, sizeof(*storm), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(storm != MAP_FAILED);
	CHECK_INT(set_pid_max(PID_MAX), 0);
	caller = fork();
	CHECK(caller >= 0);
	if (caller == 0) {
		call(storm);
		_exit(check_failed);
	}
	status = breed(storm, caller);
	CHECK_INT(set_pid_max(1 << 22), 0);
	printf("# %lu strangers\n", storm->births);
	CHECK_INT(status, 0);
	CHECK_INT(storm->hits, 0);
	munmap(storm, sizeof(*storm));
}
