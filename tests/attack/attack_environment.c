/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the caller has about it and did not mean to pass on. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static int variable(char **args)
{
	return getenv(args[0]) ? 0 : -ENOENT;
}

static int in_own_environ(char **args)
{
	return attack_contains("/proc/self/environ", args[0]);
}

static int working_directory(char **args)
{
	char path[PATH_MAX];

	if (!getcwd(path, sizeof(path)))
		return -errno;
	return strstr(path, args[0]) ? 0 : -ENOENT;
}

static int ignored_signal(char **args)
{
	struct sigaction action;

	if (sigaction(atoi(args[0]), NULL, &action) < 0)
		return -errno;
	return action.sa_handler == SIG_IGN ? 0 : -ENOENT;
}

static int blocked_signal(char **args)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	return sigismember(&set, atoi(args[0])) == 1 ? 0 : -ENOENT;
}

static int open_umask(char **args)
{
	(void)args;
	return umask(022) == 0 ? 0 : -EPERM;
}

static int odd_personality(char **args)
{
	(void)args;
	return personality(0xffffffff) & ADDR_NO_RANDOMIZE ? 0 : -ENOENT;
}

static int alarm_running(char **args)
{
	struct itimerval timer;

	(void)args;
	getitimer(ITIMER_REAL, &timer);
	return timer.it_value.tv_sec ? 0 : -ENOENT;
}

static int limit_as(char **args)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)atoi(args[0]), &limit) < 0)
		return -errno;
	return limit.rlim_max == strtoull(args[1], NULL, 10) ? 0 : -ENOENT;
}

static int host_name(char **args)
{
	char name[65] = "";

	gethostname(name, sizeof(name));
	return strcmp(name, args[0]) == 0 ? 0 : -ENOENT;
}

/* A caller with everything odd at once; then the rest of ARGS. */
static int as_odd_caller(char **args)
{
	struct itimerval timer = { .it_value = { 100, 0 } };
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	umask(0);
	personality(ADDR_NO_RANDOMIZE);
	setitimer(ITIMER_REAL, &timer, NULL);
	execv(args[0], args);
	return -errno;
}

const struct attack attacks[] = {
	{ "variable", variable },
	{ "environ", in_own_environ },
	{ "cwd", working_directory },
	{ "ignored", ignored_signal },
	{ "blocked", blocked_signal },
	{ "umask", open_umask },
	{ "personality", odd_personality },
	{ "alarm", alarm_running },
	{ "limit", limit_as },
	{ "hostname", host_name },
	{ "odd-caller", as_odd_caller },
	{ 0 },
};
