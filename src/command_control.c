/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remand stop, restart, kill: orders to the supervisor of a service. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command.h"
#include "command_service.h"
#include "fd.h"
#include "syscalls.h"

static const char stop_usage[] =
	"usage: remand stop NAME [--grace TIME]\n\n"
	"End a service with all that it started: SIGTERM to every process, and after the grace\n"
	"time the kill. Returns when all is gone.\n\n"
	"     --grace TIME                from SIGTERM to the kill (10s)\n"
	"  -h --help                      show this help\n\n"
	"Exit status: 0 stopped, 1 it was not running, 125 failed.";
static const char restart_usage[] =
	"usage: remand restart NAME [--grace TIME]\n\n"
	"Stop a service if it runs, and start it with the command line, the working directory and\n"
	"the environment of its last start.\n\n"
	"     --grace TIME                from SIGTERM to the kill (10s)\n"
	"  -h --help                      show this help\n\n"
	"Exit status: as of remand start.";
static const char kill_usage[] = "usage: remand kill NAME [-s SIGNAL]\n\n"
				 "Send a signal to every process of a service.\n\n"
				 "  -s --signal SIGNAL             its name or number (TERM)\n"
				 "  -h --help                      show this help\n\n"
				 "Exit status: 0 sent, 1 the service is not running, 125 failed.";

static int not_running(const char *name)
{
	service_fail(name, "not running", 0);
	return SERVICE_NOT_RUNNING;
}

/* The directory of a service that runs: an fd, or minus the exit status, said. */
static int open_running(const char *name)
{
	CLEANUP_FD int dir_fd = service_open(name, false);
	int r = dir_fd;

	if (dir_fd >= 0)
		r = service_is_running(dir_fd);
	if (r == 0 || r == -ENOENT)
		return -not_running(name);
	if (r < 0)
		return dir_fd < 0 ? -COMMAND_FAILED : -service_fail(name, "cannot see its lock", r);
	return fd_take(&dir_fd);
}

/* ---- stop ---- */

/* One that is quiet for so long may have been stopped. */
#define QUIET_SECONDS 1
/* One that says nothing for so long, although it was told to go on, is beyond hearing. */
#define DEAF_SECONDS 20
/* To die, for who was killed; longer is stuck in the kernel. */
#define DYING_MS 20000

/* -EAGAIN: it does not. Whatever it says, and that it hangs up, is an answer. */
static int answers(int dir_fd, int patience_seconds)
{
	char text[SERVICE_MESSAGE_MAX];
	int r = service_ask(dir_fd, "status", patience_seconds, text);

	return r == -EAGAIN ? r : 0;
}

/*
 * Who has not answered is made to: one that was stopped (SIGSTOP) goes on, which does no other any
 * harm. One that a debugger holds, or that hangs, is killed, and the service with it. 0: it hears,
 * or is gone; -EAGAIN: it cannot be helped.
 */
static int rouse(const char *name, int dir_fd)
{
	CLEANUP_FD int supervisor = service_open_supervisor(dir_fd);
	struct pollfd ended = { .fd = supervisor, .events = POLLIN };

	if (supervisor < 0)
		return service_is_running(dir_fd) == 0 ? 0 : answers(dir_fd, DEAF_SECONDS);
	(void)pidfd_send_signal(supervisor, SIGCONT, NULL, 0);
	if (answers(dir_fd, DEAF_SECONDS) == 0)
		return 0;
	service_complain(name, "its supervisor does not answer and is killed", 0);
	(void)pidfd_send_signal(supervisor, SIGKILL, NULL, 0);
	return poll(&ended, 1, DYING_MS) > 0 ? 0 : -EAGAIN;
}

/* A connection on which the order was given. */
static int order_stop(int dir_fd, uint64_t grace_ns)
{
	CLEANUP_FD int fd = service_connect(dir_fd, QUIET_SECONDS);
	char request[64];
	int n = snprintf(request, sizeof(request), "stop %" PRIu64, grace_ns);

	if (fd < 0)
		return fd;
	return send(fd, request, (size_t)n, MSG_NOSIGNAL) == n ? fd_take(&fd) : syscall_errno();
}

/* No limit on the wait: the end may take as long as the grace time and the kernel do. But somebody
 * must be there who hears. */
static int wait_for_end(const char *name, int dir_fd, int fd)
{
	char text[SERVICE_MESSAGE_MAX];
	ssize_t n;

	do {
		n = recv(fd, text, sizeof(text), 0);
	} while (n < 0 &&
		 (errno == EINTR || (errno == EAGAIN && (answers(dir_fd, QUIET_SECONDS) == 0 ||
								rouse(name, dir_fd) == 0))));
	/* Without an answer the supervisor was killed, and took the service along. */
	if (n > 0 || service_is_running(dir_fd) == 0)
		return 0;
	return service_fail(name, "its supervisor does not answer", 0);
}

static int stop(const char *name, uint64_t grace_ns)
{
	CLEANUP_FD int dir_fd = open_running(name);
	CLEANUP_FD int fd = -1;

	if (dir_fd < 0)
		return -dir_fd;
	fd = order_stop(dir_fd, grace_ns);
	/* Too many wait for it already. */
	if (fd == -EAGAIN && rouse(name, dir_fd) == 0)
		fd = order_stop(dir_fd, grace_ns);
	if (fd >= 0)
		return wait_for_end(name, dir_fd, fd);
	if (service_is_running(dir_fd) == 0)
		return not_running(name);
	return service_fail(name, "its supervisor does not answer", 0);
}

/* The verbs that may have to end one: NAME [--grace TIME]. */
static int with_grace(
	int argc, char **argv, const char *usage, int (*work)(const char *name, uint64_t grace_ns))
{
	static const struct command_word_option grace = { 0, "grace" };
	const char *name, *value;
	uint64_t grace_ns = SERVICE_GRACE_NS;
	int status = command_read_words(argc, argv, usage, &grace, &name, &value);
	char message[64];

	if (status >= 0)
		return status;
	if (!name) {
		snprintf(message, sizeof(message), "say the name: remand %s NAME", argv[0]);
		return service_fail(argv[0], message, 0);
	}
	if (value && (remand_parse_time(value, &grace_ns) < 0 || grace_ns == REMAND_UNLIMITED))
		return service_fail("--grace", "expected a time, such as 10s or 0", 0);
	return work(name, grace_ns);
}

int command_stop(int argc, char **argv)
{
	return with_grace(argc, argv, stop_usage, stop);
}

/* ---- restart ---- */

static int restore(const char *name, const struct service_command *command)
{
	if (chdir(command->directory) < 0)
		return service_fail(name, command->directory, syscall_errno());
	if (clearenv() != 0)
		return service_fail(name, "out of memory", 0);
	for (char **variable = command->environment; *variable; variable++)
		if (putenv(*variable) != 0)
			return service_fail(name, "out of memory", 0);
	return 0;
}

static int start_again(const char *name, const struct service_command *command)
{
	size_t argc = command->words_count + 2;
	char **argv = calloc(argc + 1, sizeof(*argv));
	char verb[] = "start", *own_name = strdup(name);
	int status = argv && own_name ? 0 : service_fail(name, "out of memory", 0);

	if (status == 0) {
		argv[0] = verb;
		argv[1] = own_name;
		memcpy(argv + 2, command->words, command->words_count * sizeof(*argv));
		status = command_start((int)argc, argv);
	}
	free(own_name);
	free(argv);
	return status;
}

/* How it was started, and that it does not run any more. */
static int stop_to_restart(const char *name, uint64_t grace_ns, struct service_command *ret_command)
{
	CLEANUP_FD int dir_fd = service_open(name, false);
	int r = dir_fd < 0 ? dir_fd : service_read_command(dir_fd, ret_command);
	int status = 0;

	if (r == -ENOENT)
		return service_fail(
			name, "never started here, so nobody knows how; use remand start", 0);
	if (r < 0)
		return dir_fd < 0 ? COMMAND_FAILED
				  : service_fail(name, "cannot read how it was started", r);
	if (service_is_running(dir_fd) != 0)
		status = stop(name, grace_ns);
	/* That somebody else has stopped it meanwhile is as good. */
	return status == SERVICE_NOT_RUNNING ? 0 : status;
}

static int restart(const char *name, uint64_t grace_ns)
{
	struct service_command command = { 0 };
	int status = stop_to_restart(name, grace_ns, &command);

	if (status == 0)
		status = restore(name, &command);
	if (status == 0)
		status = start_again(name, &command);
	(void)clearenv(); /* it points into what is freed now */
	service_command_done(&command);
	return status;
}

int command_restart(int argc, char **argv)
{
	return with_grace(argc, argv, restart_usage, restart);
}

/* ---- kill ---- */

/* "USR1", "SIGUSR1" or "10"; -1: no such signal. */
static int parse_signal(const char *text)
{
	const char *word = strncmp(text, "SIG", 3) == 0 ? text + 3 : text;
	char *end;
	long number = strtol(text, &end, 10);

	if (*text >= '0' && *text <= '9' && !*end)
		return number > 0 && number <= SIGRTMAX ? (int)number : -1;
	for (int signum = 1; signum < SIGRTMIN; signum++) {
		const char *name = sigabbrev_np(signum);

		if (name && strcmp(name, word) == 0)
			return signum;
	}
	return -1;
}

static int send_signal(const char *name, int signum)
{
	CLEANUP_FD int dir_fd = open_running(name);
	char text[SERVICE_MESSAGE_MAX], request[32];
	int n;

	if (dir_fd < 0)
		return -dir_fd;
	snprintf(request, sizeof(request), "signal %d", signum);
	n = service_ask(dir_fd, request, SERVICE_ANSWER_SECONDS, text);
	if (n <= 0 && service_is_running(dir_fd) == 0)
		return not_running(name);
	if (n <= 0)
		return service_fail(name, "its supervisor does not answer", 0);
	n = (int)strtol(text, NULL, 10);
	if (n == ESRCH)
		return not_running(name);
	return n ? service_fail(name, "the signal was not sent", -n) : 0;
}

int command_kill(int argc, char **argv)
{
	static const struct command_word_option option = { 's', "signal" };
	const char *name, *value;
	int status = command_read_words(argc, argv, kill_usage, &option, &name, &value);
	int signum;

	if (status >= 0)
		return status;
	if (!name)
		return service_fail("kill", "say the name: remand kill NAME [-s SIGNAL]", 0);
	signum = value ? parse_signal(value) : SIGTERM;
	return signum < 0 ? service_fail("--signal", "expected a signal, such as USR1 or 10", 0)
			  : send_signal(name, signum);
}
