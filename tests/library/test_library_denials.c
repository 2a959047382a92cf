/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that make refused calls as fast as they can, in many threads: the supervisor keeps its
 * time and its memory, limits act, and what it counted is what there was. */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/resource.h>

#include "clock.h"
#include "custody.h"

/* As meson runs it here and tools/check in the machine: beside the programs of the tests. */
static const char *pester(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);

	for (; n > 0 && path[n - 1] != '/'; n--)
		;
	snprintf(path + (n > 0 ? n : 0), 32, "programs/pester");
	return path;
}

#define PESTER(...) .argv = ARGV(pester(), __VA_ARGS__)
#define RULES(...)                                            \
	.rules = (const struct remand_rule[]){ __VA_ARGS__ }, \
	.rules_count =                                        \
		sizeof((const struct remand_rule[]){ __VA_ARGS__ }) / sizeof(struct remand_rule)

static uint64_t own_cpu_ns(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_THREAD, &usage);
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * NS_PER_S +
	       (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * NS_PER_US;
}

static long peak_kib(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static uint64_t calls(const struct remand_result *result)
{
	uint64_t sum = result->denials_more;

	for (size_t i = 0; i < result->denials_count; i++)
		sum += result->denials[i].count;
	return sum;
}

/* How often, of *ret_polls times, there was nothing to do for a millisecond, until the end. */
static size_t rest(struct remand *run, size_t *ret_polls)
{
	struct pollfd fd = { .fd = remand_fd(run), .events = POLLIN };
	size_t rests = 0;

	do {
		rests += poll(&fd, 1, 1) == 0;
		++*ret_polls;
	} while (remand_dispatch(run, NULL) == 0);
	return rests;
}

/* What part of the time the answers have is tested in test_denial.c, where nobody else counts. */
TEST(a_flood_of_refused_calls_leaves_the_supervisor_its_time_and_its_memory)
{
	struct remand_spec spec = SPEC(PESTER("8", "0"), RULES({ REMAND_ACTION_DENY, "mkdirat" }));
	RESULT result = { 0 };
	uint64_t before_ns;
	long before_kib;
	size_t rests, polls = 0;

	spec.wall_ns = 5 * NS_PER_S;
	RUN *run = custody_start(&spec);
	CHECK(run);
	before_ns = own_cpu_ns();
	before_kib = peak_kib();
	rests = rest(run, &polls);
	CHECK_INT(custody_finish(run, &result), 0);
	printf("# %" PRIu64 " calls, %zu rests of %zu, supervisor %" PRIu64 " of %" PRIu64 " ms\n",
		calls(&result), rests, polls, (own_cpu_ns() - before_ns) / NS_PER_MS,
		result.wall_ns / NS_PER_MS);
	CHECK_INT(result.verdict, REMAND_VERDICT_WALL_LIMIT);
	CHECK(calls(&result) > 10);
	CHECK_INT(result.denials_count, 1);
	CHECK(peak_kib() - before_kib < 4096);
	/* Eight threads that are answered whenever they call leave one in a hundred; on a machine
	 * that others use too, it was one in ten. Who gets less than the share needs no rest. */
	CHECK(rests >= polls / 30 || own_cpu_ns() - before_ns < result.wall_ns / 25);
}

/* To say where, all of the address space must be looked through, for each call that there is. */
TEST(a_flood_of_all_calls_from_a_torn_address_space_ends_by_its_limit)
{
	const char *pages = custody_scale(60000, 200) > 200 ? "60000" : "200";
	struct remand_spec spec = SPEC(PESTER("every", pages),
		RULES({ REMAND_ACTION_DENY, "@known" }, { REMAND_ACTION_DENY, "(ENOSYS) clone3" },
			{ REMAND_ACTION_ALLOW, "openat, read, close, fstat, newfstatat, pread64" },
			{ REMAND_ACTION_ALLOW, "mmap, mprotect, munmap, brk, arch_prctl, futex" },
			{ REMAND_ACTION_ALLOW,
				"execve, access, faccessat, clone, set_tid_address" },
			{ REMAND_ACTION_ALLOW,
				"set_robust_list, rseq, rt_sigprocmask, prlimit64" }));
	RESULT result = { 0 };

	spec.wall_ns = 8 * NS_PER_S;
	CHECK_INT(custody_run(&spec, &result), 0);
	printf("# %zu kinds, %" PRIu64 " calls\n", result.denials_count, calls(&result));
	CHECK_INT(result.verdict, REMAND_VERDICT_WALL_LIMIT);
	CHECK(result.denials_count > 0 && result.denials_count <= 512);
}

TEST(calls_of_many_threads_are_counted_one_by_one)
{
	struct remand_spec spec =
		SPEC(PESTER("8", "100"), RULES({ REMAND_ACTION_DENY, "(ENOSPC) mkdirat" }));
	RESULT refused = { 0 }, logged = { 0 };

	CHECK_INT(custody_run(&spec, &refused), 0);
	CHECK_STR(refused.reason, "exited with status 0");
	CHECK_INT(refused.denials_count, 1);
	CHECK_INT(refused.denials[0].count, 800);
	CHECK_INT(refused.denials[0].errnum, ENOSPC);
	spec.rules = &(const struct remand_rule){ REMAND_ACTION_LOG, "mkdirat" };
	CHECK_INT(custody_run(&spec, &logged), 0);
	CHECK_STR(logged.reason, "exited with status 0");
	CHECK_INT(logged.denials_count, 1);
	CHECK_INT(logged.denials[0].count, 800);
	CHECK_INT(logged.denials[0].action, REMAND_ACTION_LOG);
}

TEST(the_cpu_limit_ends_a_flood_of_logged_calls)
{
	struct remand_spec spec = SPEC(PESTER("4", "0"), RULES({ REMAND_ACTION_LOG, "mkdirat" }));
	RESULT result = { 0 };

	spec.time_ns = NS_PER_S / 5;
	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_TIME_LIMIT);
}

TEST(of_many_threads_that_are_to_be_killed_the_first_ends_the_run)
{
	const struct remand_spec spec =
		SPEC(PESTER("16", "0"), RULES({ REMAND_ACTION_KILL, "mkdirat" }));
	RESULT result = { 0 };

	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_DENIED);
	CHECK_INT(result.denials_count, 1);
	CHECK_INT(result.denials[0].count, 1);
}
