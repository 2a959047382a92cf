/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signals that ask the command to end. */
#include <signal.h>
#include <sys/signalfd.h>

#include "command.h"

/* Signals that ask us to end: the run is ended first. */
static const int endings[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

int command_open_signals(void)
{
	struct sigaction action;
	sigset_t set;

	sigemptyset(&set);
	/* Who starts us with a signal ignored, as nohup(1) does, wants it ignored. */
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (sigaction(endings[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&set, endings[i]);
	/* The library's keeper resets the mask for the target. */
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
