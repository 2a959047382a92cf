/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests that are callers of the library and really run something. */
#ifndef CUSTODY_H
#define CUSTODY_H

#include <stdlib.h>
#include <unistd.h>

#include "remand.h"

/* The one of every run, in the programs that are compiled to test just that: tests/meson.build. */
static struct remand_starter *custody_starter;

static inline void custody_begin(void)
{
#ifdef CUSTODY_STARTER
	if (remand_starter_new(&custody_starter, NULL) < 0)
		abort();
#endif
}

static inline void custody_end(void)
{
	custody_starter = remand_starter_free(custody_starter);
}

#define CHECK_BEFORE custody_begin
#define CHECK_AFTER  custody_end
#include "check.h"

/* Limits that need a controller of cgroup v2 are off: these tests run on every host. The others are
 * wide enough for an emulated machine under load. */
#define SPEC_FROM(from, ...)                                                                  \
	{                                                                                     \
		.size = sizeof(struct remand_spec), .starter = (from),                        \
		.memory_bytes = REMAND_UNLIMITED, .pids = REMAND_UNLIMITED,                   \
		.time_ns = UINT64_C(300) * 1000000000, .wall_ns = UINT64_C(300) * 1000000000, \
		__VA_ARGS__                                                                   \
	}
#define SPEC(...) SPEC_FROM(custody_starter, __VA_ARGS__)

#define ARGV(...)  ((const char *const[]){ __VA_ARGS__, NULL })
#define SH(script) ARGV("sh", "-c", script)

#define RESULT __attribute__((cleanup(remand_result_clear))) struct remand_result
#define RUN    __attribute__((cleanup(custody_free))) struct remand

static inline void custody_free(struct remand **run)
{
	*run = remand_free(*run);
}

/* A failure to start is the test's failure; the sentence says why. */
static inline int custody_run(const struct remand_spec *spec, struct remand_result *result)
{
	struct remand_error error = { 0 };
	int r = remand_run(spec, result, &error);

	if (r < 0)
		printf("# %s\n", error.message);
	return r;
}

static inline struct remand *custody_start(const struct remand_spec *spec)
{
	struct remand_error error = { 0 };
	struct remand *run = NULL;

	if (remand_start(spec, &run, &error) < 0)
		printf("# %s\n", error.message);
	return run;
}

/* Wait for the end, and take the result. */
static inline int custody_finish(struct remand *run, struct remand_result *result)
{
	int r = run ? remand_wait(run, REMAND_UNLIMITED, NULL) : -1;

	return r < 0 ? r : remand_result(run, result);
}

/* How much of a test: little in an emulated machine, with sanitizers, the second time (from a
 * starter), and while somebody waits; more where REMAND_TEST_MORE asks for it, as tools/check does
 * once; REMAND_TEST_FULL: all. */
static inline size_t custody_scale(size_t full, size_t quick)
{
#if defined(__SANITIZE_ADDRESS__) || defined(CUSTODY_STARTER)
	const bool slow = true;
#else
	const bool slow = !getenv("REMAND_TEST_MORE") || access("/run/vm-command", F_OK) == 0;
#endif

	return slow && !getenv("REMAND_TEST_FULL") ? quick : full;
}

#endif
