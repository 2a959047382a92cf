/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thief PROGRAM [ARG...]: a caller of the library that waits for any child before the library gets
 * to look, each time that there is something to look at, and counts SIGCHLD. Prints how many of
 * both it had, and the exit code that the library saw.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "remand.h"

static volatile sig_atomic_t notices;

static void notice(int signum)
{
	notices += signum == SIGCHLD;
}

static int follow(struct remand *run, struct remand_error *error)
{
	int stolen = 0, r;

	while ((r = remand_dispatch(run, error)) == 0) {
		struct pollfd fd = { .fd = remand_fd(run), .events = POLLIN };

		poll(&fd, 1, -1);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			stolen++;
	}
	return r < 0 ? r : stolen;
}

int main(int argc, char **argv)
{
	struct remand_spec spec = { .size = sizeof(spec), .argv = (const char *const *)argv + 1 };
	struct remand_result result = { 0 };
	struct remand_error error = { 0 };
	struct remand *run;
	int stolen = -1;

	signal(SIGCHLD, notice);
	if (argc > 1 && remand_start(&spec, &run, &error) == 0) {
		stolen = follow(run, &error);
		remand_result(run, &result);
		remand_free(run);
	}
	if (stolen < 0)
		fprintf(stderr, "%s\n", error.message);
	printf("stolen %d signals %d exited %d\n", stolen, (int)notices,
		result.exited ? result.exit_code : -1);
	remand_result_clear(&result);
	return stolen < 0;
}
