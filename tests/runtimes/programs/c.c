/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What programs in every language here do; see tests/runtimes/runtimes.bash. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	THREADS = 4
};

static long count, *numbers, sums[THREADS];
static sigjmp_buf beyond;

static int ascending(const void *left, const void *right)
{
	const long a = *(const long *)left, b = *(const long *)right;

	return (a > b) - (a < b);
}

static void *sum_of_part(void *argument)
{
	const long part = (long *)argument - sums;
	long sum = 0;

	for (long i = part; i < count; i += THREADS)
		sum += numbers[i];
	sums[part] = sum;
	return NULL;
}

static long recurse(long depth)
{
	volatile long here = depth;

	return depth == 0 ? 0 : here + recurse(depth - 1);
}

static void segv(int signo)
{
	siglongjmp(beyond, signo);
}

/* An exception, as far as C has one: a fault, handled on a stack of its own. */
static const char *fault(void)
{
	static char stack[64 << 10];
	static char *volatile nowhere;
	const stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = segv, .sa_flags = SA_ONSTACK };

	sigaltstack(&alternate, NULL);
	sigaction(SIGSEGV, &action, NULL);
	if (sigsetjmp(beyond, 1) == 0)
		*nowhere = 0;
	return "caught";
}

static long churn(long megabytes)
{
	static char *kept[1000];
	long pieces = 0;

	for (long i = 0; i < megabytes * 1024; i++) {
		char **slot = &kept[i % 1000];

		free(*slot);
		*slot = malloc(1024);
		memset(*slot, 'x', 1024);
		pieces++;
	}
	return pieces;
}

static long copy_through_file(void)
{
	long value = 0;
	FILE *file = fopen("scratch", "w+");

	if (!file)
		return -1;
	fprintf(file, "%ld\n", numbers[0]);
	rewind(file);
	if (fscanf(file, "%ld", &value) != 1)
		value = -1;
	fclose(file);
	return remove("scratch") == 0 ? value : -1;
}

int main(void)
{
	long depth, megabytes, x = 1, sum = 0;
	pthread_t threads[THREADS];

	if (scanf("%ld %ld %ld", &count, &depth, &megabytes) != 3)
		return 1;
	numbers = malloc((size_t)count * sizeof(*numbers));
	for (long i = 0; i < count; i++)
		numbers[i] = x = x * 16807 % 2147483647;
	qsort(numbers, (size_t)count, sizeof(*numbers), ascending);
	printf("sorted %ld %ld %ld\n", numbers[0], numbers[count / 2], numbers[count - 1]);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, sum_of_part, &sums[i]) != 0)
			return 2;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		sum += sums[i];
	}
	printf("sum %ld\n%s\n", sum, fault());
	printf("depth %ld\n", recurse(depth));
	printf("pieces %ld\n", churn(megabytes));
	printf("file %d\n", copy_through_file() == numbers[0]);
	return 0;
}
