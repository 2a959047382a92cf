/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a start costs a small caller and a large one, each with and without a starter. All but the
 * large one without by turns: whatever else the machine does falls on each of them. For
 * tools/bench.
 *
 * Usage: starts [RUNS [MIB [THREADS]]]; a line for each run: who, nanoseconds of remand_start(), of
 * the whole run, and of CPU time that the calling thread spent in remand_start().
 *
 * On a machine that others use too, `chrt -f 1 starts` comes near to what a quiet one would say of
 * remand_start(): nobody else is let in between, and a starter finds a free processor.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "remand.h"

struct sample {
	uint64_t start_ns, run_ns, cpu_ns;
};

enum kind {
	SMALL,
	SMALL_WITH_STARTER,
	LARGE_WITH_STARTER,
	LARGE,
	KINDS
};

/* A caller: a process of its own that measures one run for each byte that it is told. */
struct caller {
	int to_fd, from_fd;
};

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "starts: %s\n", what);
	_exit(1);
}

static uint64_t own_cpu_ns(void)
{
	struct timespec cpu;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
	return (uint64_t)cpu.tv_sec * NS_PER_S + (uint64_t)cpu.tv_nsec;
}

static struct sample measure(struct remand_starter *starter)
{
	static const char *const argv[] = { "true", NULL };
	const struct remand_spec spec = { .size = sizeof(spec),
		.argv = argv,
		.memory_bytes = REMAND_UNLIMITED,
		.pids = REMAND_UNLIMITED,
		.wall_ns = 300 * NS_PER_S,
		.starter = starter };
	struct remand_error error = { 0 };
	struct sample sample;
	struct remand *run = NULL;
	uint64_t begin_ns = clock_now_ns(), begin_cpu_ns = own_cpu_ns();

	if (remand_start(&spec, &run, &error) < 0)
		fail(error.message);
	sample.start_ns = clock_now_ns() - begin_ns;
	sample.cpu_ns = own_cpu_ns() - begin_cpu_ns;
	if (remand_wait(run, REMAND_UNLIMITED, &error) < 0)
		fail(error.message);
	remand_free(run);
	sample.run_ns = clock_now_ns() - begin_ns;
	return sample;
}

static void *idle(void *unused)
{
	pause();
	return unused;
}

static void grow(size_t mebibytes, int threads)
{
	const size_t size = mebibytes << 20;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t thread;

	/* As a heap is that grew bit by bit: small pages. */
	if (memory == MAP_FAILED || madvise(memory, size, MADV_NOHUGEPAGE) < 0)
		fail("no memory");
	memset(memory, 1, size);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread, NULL, idle, NULL) != 0)
			fail("no threads");
}

_Noreturn static void serve(enum kind kind, int from_fd, int to_fd, size_t mebibytes, int threads)
{
	struct remand_starter *starter = NULL;
	struct remand_error error = { 0 };
	char order;

	if ((kind == SMALL_WITH_STARTER || kind == LARGE_WITH_STARTER) &&
		remand_starter_new(&starter, &error) < 0)
		fail(error.message);
	if (kind == LARGE_WITH_STARTER || kind == LARGE)
		grow(mebibytes, threads);
	while (read(from_fd, &order, 1) == 1) {
		struct sample sample = measure(starter);

		if (write(to_fd, &sample, sizeof(sample)) != sizeof(sample))
			fail("nobody listens");
	}
	remand_starter_free(starter);
	_exit(0);
}

static struct caller begin(enum kind kind, size_t mebibytes, int threads)
{
	int orders[2], samples[2];

	if (pipe(orders) < 0 || pipe(samples) < 0)
		fail("no pipes");
	switch (fork()) {
	case -1:
		fail("no process");
		break;
	case 0:
		close(orders[1]);
		serve(kind, orders[0], samples[1], mebibytes, threads);
	default:
		break;
	}
	close(orders[0]);
	close(samples[1]);
	return (struct caller){ orders[1], samples[0] };
}

static struct sample ask(const struct caller *caller)
{
	struct sample sample;

	if (write(caller->to_fd, "", 1) != 1 ||
		read(caller->from_fd, &sample, sizeof(sample)) != sizeof(sample))
		fail("a caller has failed");
	return sample;
}

static size_t number(int argc, char **argv, int i, size_t otherwise)
{
	return argc > i ? strtoul(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "small", "small-with-starter", "large-with-starter",
		"large" };
	const size_t runs = number(argc, argv, 1, 50), mebibytes = number(argc, argv, 2, 2048);
	const int threads = (int)number(argc, argv, 3, 64);
	struct caller callers[KINDS];

	for (int kind = 0; kind < KINDS; kind++) {
		callers[kind] = begin(kind, mebibytes, threads);
		(void)ask(&callers[kind]); /* the first is slow: what is lazy comes to be */
	}
	/* The large one afterwards: what it does to caches would hit whoever comes next. */
	for (size_t i = 0; i < KINDS * runs; i++) {
		const int kind = i < LARGE * runs ? (int)(i % LARGE) : LARGE;
		const struct sample sample = ask(&callers[kind]);

		printf("%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", names[kind], sample.start_ns,
			sample.run_ns, sample.cpu_ns);
	}
	for (int kind = 0; kind < KINDS; kind++)
		close(callers[kind].to_fd);
	while (wait(NULL) > 0)
		;
	return 0;
}
