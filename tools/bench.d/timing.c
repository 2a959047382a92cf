/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * timing RUNS COMMAND [ARG...] [::: COMMAND [ARG...]]...
 *
 * Runs each command RUNS times, by turns, so that what else the machine does meets all of them
 * alike. One line a run: number of the command, wall nanoseconds from fork to wait, peak RSS in
 * KiB. Linked statically and small, because fork copies the page tables of the parent.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

_Noreturn static void become(char **argv)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(null, 1);
	execv(argv[0], argv);
	_exit(127);
}

static void run(size_t number, char **argv)
{
	struct rusage usage;
	uint64_t began = now_ns(), took;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		become(argv);
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
		perror("timing");
		exit(1);
	}
	took = now_ns() - began;
	if (status != 0) {
		fprintf(stderr, "timing: %s ended with wait status 0x%x\n", argv[0], status);
		exit(1);
	}
	printf("%zu\t%llu\t%ld\n", number, (unsigned long long)took, usage.ru_maxrss);
}

int main(int argc, char **argv)
{
	char ***commands = calloc((size_t)argc, sizeof(*commands));
	size_t count = 0;

	if (argc < 3 || !commands) {
		fputs("usage: timing RUNS COMMAND [ARG...] [::: COMMAND [ARG...]]...\n", stderr);
		return 2;
	}
	commands[count++] = &argv[2];
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], ":::") == 0) {
			argv[i] = NULL;
			commands[count++] = &argv[i + 1];
		}
	for (int i = atoi(argv[1]); i > 0; i--)
		for (size_t c = 0; c < count; c++)
			run(c, commands[c]);
	free(commands);
	return 0;
}
