/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Crashes, in the hope that the kernel runs or writes something outside for it. */
#include "attack.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static int crash(char **args)
{
	(void)args;
	abort();
}

/* The dump for a program at the other end of a pipe does not ask for the limit, unless it is 1. */
static int crash_with_limit(char **args)
{
	rlim_t wanted = (rlim_t)atoi(args[0]);
	struct rlimit limit = { wanted, wanted };

	setrlimit(RLIMIT_CORE, &limit);
	prctl(PR_SET_DUMPABLE, 1);
	abort();
}

static int soft_limit(char **args)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	(void)args;
	return attack_result(setrlimit(RLIMIT_CORE, &limit));
}

const struct attack attacks[] = {
	{ "crash", crash },
	{ "crash-limit", crash_with_limit },
	{ "raise", soft_limit },
	{ 0 },
};
