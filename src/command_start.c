/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * remand start: a service. The command becomes two processes: the supervisor, in a session of its
 * own, holds the service until its end; this one waits until that has started, and says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command.h"
#include "command_service.h"
#include "fd.h"
#include "syscalls.h"

static const char usage[] =
	"remand start NAME [OPTION...] [--] PROGRAM [ARG...]\n\n"
	"A service: no limit on time, wall and output unless one is given, and\n"
	"/dev/null for standard streams that are not given.";

/* ---- the spec ---- */

static bool inherits(const struct remand_spec *spec)
{
	return spec->input.kind == REMAND_STREAM_INHERIT ||
	       spec->output.kind == REMAND_STREAM_INHERIT ||
	       spec->error.kind == REMAND_STREAM_INHERIT;
}

/* The command's defaults: a service has no end, and whoever starts it goes away. */
static int complete(struct service_start *start, const struct remand_options *options, char **argv)
{
	const char *ready = remand_options_text(options, "ready-fd");
	uint64_t *unlimited[] = { &start->spec.time_ns, &start->spec.wall_ns,
		&start->spec.output_bytes };
	char *end;

	start->spec = *remand_options_spec(options);
	start->spec.argv = (const char *const *)argv;
	start->spec.enter_scope = true;
	for (size_t i = 0; i < sizeof(unlimited) / sizeof(unlimited[0]); i++)
		if (*unlimited[i] == 0)
			*unlimited[i] = REMAND_UNLIMITED;
	if (remand_options_text(options, "report") || remand_options_text(options, "format"))
		return service_fail(start->name,
			"--report and --format are not for a service; see remand status", 0);
	if (inherits(&start->spec))
		return service_fail(start->name,
			"a service cannot inherit a stream, it outlives the caller; give a FILE",
			0);
	start->pidfile.path = remand_options_text(options, "pidfile");
	start->ready_fd = -1;
	if (!ready)
		return 0;
	start->ready_fd = (int)strtoul(ready, &end, 10);
	if (strlen(ready) > 6 || *ready < '0' || *ready > '9' || *end || start->ready_fd < 3)
		return service_fail(
			start->name, "--ready-fd: expected a descriptor's number, from 3 on", 0);
	return 0;
}

/* ---- two processes ---- */

static int be_null(void)
{
	CLEANUP_FD int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i <= 2; i++)
		if (fd < 0 || dup2(fd, i) < 0)
			return -1;
	return 0;
}

static int wait_for_start(const char *name, int fd)
{
	struct service_started started;
	ssize_t n;

	do {
		n = recv(fd, &started, sizeof(started), 0);
	} while (n < 0 && errno == EINTR);
	if (n != sizeof(started))
		return service_fail(
			name, "the supervisor was killed before the service had started", 0);
	if (started.status != 0)
		service_fail(name, started.message, 0);
	return started.status;
}

static int divide(struct service_start *start)
{
	int pair[2];
	pid_t pid;
	int status;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return service_fail(start->name, "cannot make a socket", syscall_errno());
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		start->starter_fd = pair[1];
		/* A new session: the caller's terminal is not the service's, nor its signals. */
		if (setsid() < 0 || be_null() < 0)
			_exit(1);
		(void)service_sign(start->lock_fd);
		service_supervise(start);
		_exit(0);
	}
	/* From now on lock and socket are the supervisor's alone. */
	close(pair[1]);
	start->lock_fd = fd_close(start->lock_fd);
	start->listen_fd = fd_close(start->listen_fd);
	status = pid < 0 ? service_fail(start->name, "cannot make a process", syscall_errno())
			 : wait_for_start(start->name, pair[0]);
	close(pair[0]);
	return status;
}

static int take_place(struct service_start *start)
{
	start->dir_fd = service_open(start->name, true);
	if (start->dir_fd < 0)
		return COMMAND_FAILED;
	start->lock_fd = service_lock(start->dir_fd);
	if (start->lock_fd == -EAGAIN) {
		service_fail(start->name, "already running", 0);
		return SERVICE_NOT_RUNNING;
	}
	if (start->lock_fd < 0)
		return service_fail(start->name, "cannot take the lock", start->lock_fd);
	start->listen_fd = service_listen(start->dir_fd);
	return start->listen_fd < 0 ? service_fail(start->name, "cannot listen", start->listen_fd)
				    : 0;
}

static int run_service(struct remand_options *options, const struct command_words *words)
{
	struct service_start start = { .name = words->argv[-1], /* see command_start() */
		.dir_fd = -1,
		.lock_fd = -1,
		.listen_fd = -1 };
	int status;

	if (words->first >= words->argc)
		return service_fail(start.name,
			"say which program: remand start NAME [OPTION...] -- PROGRAM", 0);
	/* What the caller left open is not for the supervisor; nothing of ours is open yet. */
	if (close_range(3, UINT_MAX, 0) < 0)
		return service_fail(start.name, "cannot close descriptors", syscall_errno());
	if (command_load(options) < 0)
		return COMMAND_FAILED;
	status = complete(&start, options, words->argv + words->first);
	if (status == 0)
		status = take_place(&start);
	if (status == 0) {
		start.command = service_describe_command(
			words->argv + 1, (size_t)words->argc - 1, &start.command_length);
		status = start.command
				 ? divide(&start)
				 : service_fail(start.name, "cannot note the command", -errno);
	}
	free(start.command);
	fd_close(start.listen_fd);
	fd_close(start.lock_fd);
	fd_close(start.dir_fd);
	return status;
}

static int refuse_nameless(struct remand_options *options, const struct command_words *words)
{
	(void)options;
	(void)words;
	command_complain("say the name first: remand start NAME [OPTION...] -- PROGRAM [ARG...]");
	return COMMAND_FAILED;
}

int command_start(int argc, char **argv)
{
	char *verb = argv[0];

	if (argc < 2 || argv[1][0] == '-')
		return command_verb(usage, argc, argv, refuse_nameless);
	/* The name stands between the verb and its options: let the two change places. */
	argv[0] = argv[1];
	argv[1] = verb;
	return command_verb(usage, argc - 1, argv + 1, run_service);
}
