/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Callers who die, as processes or as threads, at every instant of a run. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "clock.h"
#include "custody.h"
#include "fd.h"

/* A cell takes some milliseconds to be built, in an emulated machine some hundred. */
static uint64_t start_takes_ns(void)
{
	return (access("/run/vm-command", F_OK) == 0 ? 600 : 15) * NS_PER_MS;
}

static struct timespec instant(size_t i, size_t count)
{
	uint64_t ns = start_takes_ns() * i / count;

	return (struct timespec){ (time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S) };
}

/* Everybody of the run holds the other end of `alive`. */
_Noreturn static void be_caller(int alive, enum remand_isolation isolation)
{
	const struct remand_pass pass = { alive, 3 };
	const struct remand_spec spec = SPEC(.argv = SH("setsid sleep 1000 & exec sleep 1000"),
		.isolation = isolation, .passes = &pass, .passes_count = 1);
	struct remand_result result;

	(void)custody_run(&spec, &result);
	_exit(1); /* it was to be killed */
}

/* The groups that dead callers left have been removed. */
static bool is_nothing_to_reclaim(void)
{
	struct remand_probe *probe = NULL;
	int found = remand_probe(NULL, &probe, NULL) == 0 ? remand_probe_reclaim(probe) : -1;

	remand_probe_free(probe);
	return found == 0;
}

TEST(whenever_the_caller_is_killed_nobody_of_its_run_lives_on)
{
	const size_t count = custody_scale(1000, 16);
	const struct remand_spec spec = SPEC(.argv = ARGV("true"));
	RESULT result = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct timespec pause = instant(i, count);
		int alive[2], status = 0;
		pid_t caller;
		char byte;

		CHECK_INT(pipe2(alive, O_CLOEXEC), 0);
		caller = fork();
		CHECK(caller >= 0);
		if (caller == 0)
			be_caller(alive[1], i % 4 ? REMAND_ISOLATION_FULL : REMAND_ISOLATION_NONE);
		fd_close(alive[1]);
		nanosleep(&pause, NULL);
		CHECK_INT(kill(caller, SIGKILL), 0);
		CHECK_INT(waitpid(caller, &status, 0), caller);
		CHECK_INT(status, SIGKILL);
		/* Returns when the last of them is dead. */
		CHECK_INT(read(alive[0], &byte, 1), 0);
		fd_close(alive[0]);
	}
	CHECK_INT(custody_run(&spec, &result), 0);
	/* Elsewhere other tests run beside this one and leave groups too. */
	CHECK(access("/run/vm-command", F_OK) < 0 || is_nothing_to_reclaim());
}

struct errand {
	struct remand *run;
	uint64_t stays_ns;
};

static void *start_and_die(void *argument)
{
	const struct remand_spec spec = SPEC(.argv = SH("sleep 0.02; exit 9"));
	struct errand *errand = argument;

	errand->run = custody_start(&spec);
	if (errand->run)
		(void)remand_wait(errand->run, errand->stays_ns, NULL);
	return NULL;
}

TEST(whenever_the_thread_that_started_it_ends_the_run_goes_on)
{
	const size_t count = custody_scale(100, 6);

	for (size_t i = 0; i < count; i++) {
		struct errand errand = { .stays_ns = 2 * start_takes_ns() * i / count };
		RESULT result = { 0 };
		pthread_t thread;

		CHECK_INT(pthread_create(&thread, NULL, start_and_die, &errand), 0);
		pthread_join(thread, NULL);
		CHECK_INT(custody_finish(errand.run, &result), 0);
		errand.run = remand_free(errand.run);
		CHECK_INT(result.exit_code, 9);
	}
}
