/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * patient HOW: says "ready", then waits. HOW: waits (for the end of its input), cleans (says
 * "cleaned" at SIGTERM and exits 0), spins (the same, using CPU time), stubborn (ignores SIGTERM),
 * stays (in a grandchild that is a session of its own, called "stays"; its parent exits at once).
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void clean(int signum)
{
	(void)!write(1, "cleaned\n", 8);
	_exit(signum - SIGTERM);
}

static void stay(void)
{
	if (fork() == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		prctl(PR_SET_NAME, "stays");
		(void)!write(1, "ready\n", 6);
		for (;;)
			pause();
	}
}

int main(int argc, char **argv)
{
	const char *how = argv[argc - 1];
	char byte;

	if (strcmp(how, "stays") == 0) {
		stay();
		return read(0, &byte, 1) < 0;
	}
	if (strcmp(how, "cleans") == 0 || strcmp(how, "spins") == 0)
		signal(SIGTERM, clean);
	if (strcmp(how, "stubborn") == 0)
		signal(SIGTERM, SIG_IGN);
	(void)!write(1, "ready\n", 6);
	if (strcmp(how, "waits") == 0)
		return read(0, &byte, 1) < 0;
	for (;;)
		if (strcmp(how, "spins") != 0)
			pause();
}
