/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spin HOW MS: uses MS milliseconds of CPU time (0: for ever) in user mode or, as `system`, in the
 * kernel; as `pair`, `threads` or `turns` twice that much, in two processes or threads at once or
 * in two children one after the other; as `orphan` in a grandchild whose parent is gone; `sleep`
 * waits for ever after it, `ready` says so and waits for the end of its input, `told` begins at a
 * byte.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long ms;
static int in_kernel;

static void *spin(void *unused)
{
	char buffer[4096];
	struct timespec used;

	do {
		if (in_kernel)
			(void)!getrandom(buffer, sizeof(buffer), 0);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	} while (!ms || used.tv_sec * 1000 + used.tv_nsec / 1000000 < ms);
	return unused;
}

static void breed(int at_once)
{
	for (int i = 0; i < 2; i++) {
		if (fork() == 0) {
			spin(NULL);
			_exit(0);
		}
		if (!at_once)
			wait(NULL);
	}
	while (wait(NULL) > 0)
		;
}

static void spin_in_threads(void)
{
	pthread_t other;

	pthread_create(&other, NULL, spin, NULL);
	spin(NULL);
	pthread_join(other, NULL);
}

static void spin_in_orphan(void)
{
	if (fork() == 0) {
		if (fork() == 0)
			spin(NULL);
		_exit(0);
	}
	wait(NULL);
	pause();
}

int main(int argc, char **argv)
{
	const char *how = argv[1];
	char byte;

	ms = argc > 2 ? atol(argv[2]) : 0;
	in_kernel = strcmp(how, "system") == 0;
	if (strcmp(how, "pair") == 0 || strcmp(how, "turns") == 0) {
		breed(how[0] == 'p');
		return 0;
	}
	if (strcmp(how, "threads") == 0)
		spin_in_threads();
	if (strcmp(how, "orphan") == 0)
		spin_in_orphan();
	if (strcmp(how, "told") == 0 && puts("ready") && fflush(stdout) == 0 &&
		read(0, &byte, 1) != 1)
		return 1;
	spin(NULL);
	if (strcmp(how, "sleep") == 0)
		pause();
	if (strcmp(how, "ready") == 0 && puts("ready") && fflush(stdout) == 0)
		return read(0, &byte, 1) < 0;
	return 0;
}
