/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pester THREADS CALLS: each thread makes mkdirat(2) so many times, 0: for ever; then exits 0.
 * pester every PAGES: first the address space is cut into so many mappings, all below the C
 * library, then two threads make every call that there is, by number, for ever. (Rules had better
 * refuse.)
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *same(void *context)
{
	const long *calls = context;

	for (long i = 0; *calls == 0 || i < *calls; i++)
		(void)syscall(SYS_mkdirat, -1, "", 0);
	return NULL;
}

/* 335 and 336, uretprobe and uprobe, pass by every filter since 6.15 and end who has no probe. */
static void *every(void *context)
{
	for (long number = 0;; number = (number + 1) % 500)
		if (number != SYS_exit && number != SYS_exit_group && number != SYS_rt_sigreturn &&
			number != 335 && number != 336)
			(void)syscall(number, -1, -1, -1, -1, -1, -1);
	return context;
}

/* Neighbours of other protection cannot be one mapping. */
static void cut(long pages)
{
	char *area =
		mmap(NULL, (size_t)pages * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (long i = 0; area != MAP_FAILED && i < pages; i += 2)
		(void)mprotect(area + i * 4096, 4096, PROT_NONE);
}

int main(int argc, char **argv)
{
	const bool all = strcmp(argv[1], "every") == 0;
	long count = atol(argv[2]), threads_count = all ? 2 : atol(argv[1]);
	pthread_t threads[64];

	if (argc != 3 || threads_count < 1 || threads_count > 64)
		return 2;
	if (all)
		cut(count);
	for (long i = 0; i < threads_count; i++)
		if (pthread_create(&threads[i], NULL, all ? every : same, &count) != 0)
			return 3;
	for (long i = 0; i < threads_count; i++)
		(void)pthread_join(threads[i], NULL);
	return 0;
}
