/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * breed KIND COUNT: starts COUNT processes or threads that stay until all are there, and says how
 * many it got and why no more. KIND: processes, threads, bomb (each of them breeds on, for ever),
 * orphans (one after the other, each left behind by its parent and ending at once; a refused fork
 * is tried again until it is granted).
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int hold[2];

static void *stay(void *unused)
{
	char byte;

	(void)!read(hold[0], &byte, 1);
	return unused;
}

static int start(int as_thread)
{
	pthread_t thread;
	pid_t pid;

	if (as_thread)
		return pthread_create(&thread, NULL, stay, NULL);
	pid = fork();
	if (pid == 0) {
		close(hold[1]);
		stay(NULL);
		_exit(0);
	}
	return pid < 0 ? errno : 0;
}

static void orphan(void)
{
	pid_t pid;

	while ((pid = fork()) < 0)
		sched_yield();
	if (pid == 0) {
		while ((pid = fork()) < 0)
			sched_yield();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[2]) : 0, i = 0, error = 0;

	if (strcmp(argv[1], "bomb") == 0)
		for (;;)
			fork();
	if (strcmp(argv[1], "orphans") == 0) {
		while (i++ < count)
			orphan();
		return 0;
	}
	if (pipe(hold) < 0)
		return 1;
	while (i < count && !(error = start(strcmp(argv[1], "threads") == 0)))
		i++;
	printf("%d %s\n", i, error ? strerrorname_np(error) : "all");
	return 0;
}
