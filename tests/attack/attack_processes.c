/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Breeds, hides, refuses to stop, stays behind. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void forever(void)
{
	for (;;)
		pause();
}

/* Children that only wait; held when the wanted number cannot be had. They die with the parent. */
static int breed(char **args)
{
	int wanted = atoi(args[0]);
	pid_t parent = getpid();

	for (int i = 0; i < wanted; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return -errno;
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			/* It may have died before that. */
			if (getppid() != parent)
				_exit(0);
			forever();
		}
	}
	return 0;
}

static void *idle(void *unused)
{
	forever();
	return unused;
}

static int breed_threads(char **args)
{
	int wanted = atoi(args[0]);
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	for (int i = 0; i < wanted; i++) {
		pthread_t thread;
		int error = pthread_create(&thread, &attributes, idle, NULL);

		if (error)
			return -error;
	}
	return 0;
}

static int breed_zombies(char **args)
{
	int wanted = atoi(args[0]);

	for (int i = 0; i < wanted; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return -errno;
		if (pid == 0)
			_exit(0);
	}
	return 0;
}

/* Never ends by itself: only for inside. */
static int bomb(char **args)
{
	(void)args;
	while (fork() >= 0 || usleep(1000) == 0)
		;
	return -errno;
}

static void detach(bool close_streams)
{
	if (fork() > 0)
		_exit(0);
	setsid();
	if (fork() > 0)
		_exit(0);
	if (close_streams)
		for (int fd = 0; fd < 3; fd++)
			close(fd);
}

/* The name under which the test looks for what stayed. */
static void take_name(const char *name)
{
	prctl(PR_SET_NAME, name);
}

/* Returns when the daemon is there, under its name. */
static int start_daemon(const char *name, bool close_streams)
{
	int named[2];
	pid_t pid;
	char byte;

	if (pipe(named) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid > 0) {
		waitpid(pid, NULL, 0);
		close(named[1]);
		return attack_result(read(named[0], &byte, 1));
	}
	detach(close_streams);
	take_name(name);
	close(named[0]);
	close(named[1]);
	alarm(300);
	forever();
	return 0;
}

static int daemon_away(char **args)
{
	return start_daemon(args[0], true);
}

static int orphan_holding_stdout(char **args)
{
	return start_daemon(args[0], false);
}

static int ignore_everything(char **args)
{
	take_name(args[0]);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_IGN);
	for (int i = 0; i < 4; i++) {
		sigset_t all;

		fork();
		sigfillset(&all);
		sigprocmask(SIG_BLOCK, &all, NULL);
	}
	printf("ready\n");
	fflush(stdout);
	forever();
	return 0;
}

static int stop_self(char **args)
{
	take_name(args[0]);
	printf("ready\n");
	fflush(stdout);
	while (raise(SIGSTOP) == 0)
		;
	return -errno;
}

static int stop_each_other(char **args)
{
	pid_t parent = getpid();
	pid_t child;

	take_name(args[0]);
	printf("ready\n");
	fflush(stdout);
	child = fork();
	while (kill(child ? child : parent, SIGSTOP) == 0)
		;
	return -errno;
}

/* Each is gone before a slow hunter has read its pid. */
static int run_from_hunters(char **args)
{
	take_name(args[0]);
	printf("ready\n");
	fflush(stdout);
	while (fork() == 0)
		setsid();
	_exit(0);
}

static int blocks_in_vfork(char **args)
{
	take_name(args[0]);
	printf("ready\n");
	fflush(stdout);
	if (vfork() == 0)
		forever();
	return 0;
}

const struct attack attacks[] = {
	{ "breed", breed },
	{ "threads", breed_threads },
	{ "zombies", breed_zombies },
	{ "bomb", bomb },
	{ "daemon", daemon_away },
	{ "orphan", orphan_holding_stdout },
	{ "ignore", ignore_everything },
	{ "stop", stop_self },
	{ "stop-each-other", stop_each_other },
	{ "run", run_from_hunters },
	{ "vfork", blocks_in_vfork },
	{ 0 },
};
