/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor of a service: one loop around one run. It answers requests, one packet each, on
 * its socket: "status"; "signal N"; "stop NS", answered when the end has come. It waits for no
 * client: one that does not read or talks nonsense is dropped.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "command_service.h"
#include "fd.h"
#include "syscalls.h"

#define CLIENTS_MAX 32

struct client {
	int fd;
	bool stops; /* waits for the end */
};

struct supervisor {
	struct service_start *start;
	struct remand *run;
	int signal_fd;
	int ready_fd; /* from where we hear that the service is ready */
	bool ready, told, stopping;
	time_t since;
	struct client clients[CLIENTS_MAX];
	size_t clients_count;
};

/* ---- to who waits for the start ---- */

static void tell(struct supervisor *supervisor, int status, const char *message)
{
	struct service_started started = { .status = status };

	if (supervisor->told)
		return;
	supervisor->told = true;
	snprintf(started.message, sizeof(started.message), "%s", message);
	(void)send(supervisor->start->starter_fd, &started, sizeof(started),
		MSG_NOSIGNAL | MSG_DONTWAIT);
	supervisor->start->starter_fd = fd_close(supervisor->start->starter_fd);
}

/* Everything up to the first newline is nobody's business. The end of the pipe without one is no
 * readiness, but the service's way of saying that there will be none. */
static void hear_ready(struct supervisor *supervisor)
{
	char text[512];
	ssize_t n;

	while (!supervisor->ready && supervisor->ready_fd >= 0) {
		n = read(supervisor->ready_fd, text, sizeof(text));
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		supervisor->ready = n > 0 && memchr(text, '\n', (size_t)n);
		if (n <= 0)
			(void)remand_cancel(supervisor->run);
		if (n <= 0 || supervisor->ready)
			supervisor->ready_fd = fd_close(supervisor->ready_fd);
	}
}

/* For restart and status. One that cannot be written is missed there, with a sentence. */
static void write_command(const struct supervisor *supervisor)
{
	const struct service_start *start = supervisor->start;

	(void)service_write(start->dir_fd, "command", start->command, start->command_length);
}

static void note_start(struct supervisor *supervisor)
{
	struct remand_stats stats = { .size = sizeof(stats) };

	hear_ready(supervisor);
	if (supervisor->told || !supervisor->ready || supervisor->stopping ||
		remand_stats(supervisor->run, &stats) < 0 || !stats.started)
		return;
	write_command(supervisor);
	tell(supervisor, 0, "");
}

/* ---- requests ---- */

static const char *state(const struct supervisor *supervisor)
{
	if (supervisor->stopping)
		return "stopping";
	return supervisor->told ? "running" : "starting";
}

static void stop(struct supervisor *supervisor, uint64_t grace_ns)
{
	/* A process that is stopped hears nothing until it is let go. */
	const struct remand_step steps[] = { { SIGTERM, REMAND_ALL, 0 },
		{ SIGCONT, REMAND_ALL, grace_ns } };

	if (supervisor->stopping && grace_ns == 0)
		(void)remand_cancel(supervisor->run);
	else if (!supervisor->stopping)
		(void)remand_stop(supervisor->run, steps, 2);
	supervisor->stopping = true;
}

static int answer(const struct client *client, const char *text)
{
	size_t length = strlen(text);

	return send(client->fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)length ? 0
											      : -1;
}

static int answer_status(const struct supervisor *supervisor, const struct client *client)
{
	CLEANUP_FREE char *text =
		service_describe(supervisor->run, state(supervisor), supervisor->since);

	return text ? answer(client, text) : -1;
}

/* To stop is to freeze, which nobody can notice or undo; to continue is also for those who have
 * stopped themselves. Where there is no group (EBADF) the signal is all there is. 0 or -errno. */
static int send_signal(const struct supervisor *supervisor, int signum)
{
	int r = -EBADF;

	if (signum == SIGSTOP)
		r = remand_suspend(supervisor->run, NULL);
	else if (signum == SIGCONT)
		r = remand_resume(supervisor->run, NULL);
	if (r != -EBADF && (r < 0 || signum == SIGSTOP))
		return r;
	return remand_signal(supervisor->run, signum, REMAND_ALL);
}

/* "WORD NUMBER": the number. */
static bool has_number(const char *request, const char *word, uint64_t *ret)
{
	size_t length = strlen(word);
	char *end;

	if (strncmp(request, word, length) != 0 || request[length] != ' ' ||
		request[length + 1] < '0' || request[length + 1] > '9')
		return false;
	errno = 0;
	*ret = strtoull(request + length + 1, &end, 10);
	return !errno && !*end && *ret != REMAND_UNLIMITED;
}

/* -1: drop the client. */
static int serve(struct supervisor *supervisor, struct client *client, const char *request)
{
	uint64_t number;
	char text[16];

	if (strcmp(request, "status") == 0)
		return answer_status(supervisor, client);
	if (has_number(request, "stop", &number)) {
		stop(supervisor, number);
		client->stops = true;
		return 0;
	}
	if (!has_number(request, "signal", &number) || number > (uint64_t)SIGRTMAX)
		return -1;
	snprintf(text, sizeof(text), "%d", -send_signal(supervisor, (int)number));
	return answer(client, text);
}

static int hear(struct supervisor *supervisor, struct client *client)
{
	char request[SERVICE_MESSAGE_MAX + 1];
	ssize_t n = recv(client->fd, request, sizeof(request) - 1, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -1;
	request[n] = '\0';
	return serve(supervisor, client, request);
}

static void accept_client(struct supervisor *supervisor)
{
	CLEANUP_FD int fd =
		accept4(supervisor->start->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return;
	if ((peer.uid != geteuid() && peer.uid != 0) || supervisor->clients_count == CLIENTS_MAX)
		return;
	supervisor->clients[supervisor->clients_count++] = (struct client){ fd_take(&fd), false };
}

/* ---- the loop ---- */

static void hear_clients(struct supervisor *supervisor, const struct pollfd *fds)
{
	size_t kept = 0;

	for (size_t i = 0; i < supervisor->clients_count; i++) {
		struct client *client = &supervisor->clients[i];

		if (fds[i].revents && hear(supervisor, client) < 0)
			close(client->fd);
		else
			supervisor->clients[kept++] = *client;
	}
	supervisor->clients_count = kept;
}

enum {
	POLL_RUN,
	POLL_LISTEN,
	POLL_SIGNAL,
	POLL_STARTER,
	POLL_READY,
	POLL_CLIENTS
};

static int wait_and_serve(struct supervisor *supervisor)
{
	struct pollfd fds[POLL_CLIENTS + CLIENTS_MAX] = {
		[POLL_RUN] = { remand_fd(supervisor->run), POLLIN, 0 },
		[POLL_LISTEN] = { supervisor->start->listen_fd, POLLIN, 0 },
		[POLL_SIGNAL] = { supervisor->signal_fd, POLLIN, 0 },
		/* Nothing comes from there but its end. */
		[POLL_STARTER] = { supervisor->start->starter_fd, 0, 0 },
		[POLL_READY] = { supervisor->ready_fd, POLLIN, 0 },
	};
	struct signalfd_siginfo info;

	for (size_t i = 0; i < supervisor->clients_count; i++)
		fds[POLL_CLIENTS + i] = (struct pollfd){ supervisor->clients[i].fd, POLLIN, 0 };
	if (poll(fds, POLL_CLIENTS + supervisor->clients_count, -1) < 0)
		return errno == EINTR ? 0 : syscall_errno();
	if (fds[POLL_SIGNAL].revents &&
		read(supervisor->signal_fd, &info, sizeof(info)) == sizeof(info))
		stop(supervisor, SERVICE_GRACE_NS);
	/* Who wanted it has gone, and nobody knows that it runs. */
	if (fds[POLL_STARTER].revents) {
		supervisor->start->starter_fd = fd_close(supervisor->start->starter_fd);
		supervisor->stopping = true;
		(void)remand_cancel(supervisor->run);
	}
	hear_clients(supervisor, fds + POLL_CLIENTS);
	if (fds[POLL_LISTEN].revents)
		accept_client(supervisor);
	return 0;
}

static int follow(struct supervisor *supervisor, struct remand_error *error)
{
	for (;;) {
		int r = remand_dispatch(supervisor->run, error);

		if (r != 0)
			return r < 0 ? r : 0;
		note_start(supervisor);
		r = wait_and_serve(supervisor);
		if (r < 0) {
			snprintf(error->message, sizeof(error->message), "cannot wait: %s",
				strerror(-r));
			return r;
		}
	}
}

/* ---- beginning and end ---- */

static int begin(struct supervisor *supervisor, struct remand_error *error)
{
	struct service_start *start = supervisor->start;
	struct remand_pass pass = { -1, start->ready_fd };
	int pipe_fds[2] = { -1, -1 };
	int r;

	(void)unlinkat(start->dir_fd, "result", 0);
	supervisor->signal_fd = command_open_signals();
	supervisor->since = time(NULL);
	supervisor->ready = start->ready_fd < 0;
	if (!supervisor->ready) {
		if (pipe2(pipe_fds, O_CLOEXEC) < 0 || fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK) < 0) {
			snprintf(error->message, sizeof(error->message), "cannot make a pipe: %s",
				strerror(errno));
			return syscall_errno();
		}
		supervisor->ready_fd = pipe_fds[0];
		pass.fd = pipe_fds[1];
		start->spec.passes = &pass;
		start->spec.passes_count = 1;
	}
	r = remand_start(&start->spec, &supervisor->run, error);
	fd_close(pipe_fds[1]);
	start->spec.passes = NULL;
	start->spec.passes_count = 0;
	return r;
}

/* What `start` is told of a service that is over before it had been told that it runs. */
static void tell_result(struct supervisor *supervisor, const struct remand_result *result)
{
	CLEANUP_FREE char *line = remand_result_text(result);
	char message[SERVICE_MESSAGE_MAX];

	if (!result->started) {
		tell(supervisor, remand_result_status(result), line ? line : "not started");
	} else if (supervisor->stopping) {
		tell(supervisor, COMMAND_FAILED, "stopped before it had started");
	} else if (supervisor->ready) {
		tell(supervisor, 0, "");
	} else {
		snprintf(message, sizeof(message),
			"it ended, or closed descriptor %d, without a line there to say that it is "
			"ready",
			supervisor->start->ready_fd);
		tell(supervisor, COMMAND_FAILED, message);
	}
}

static void write_result(const struct supervisor *supervisor, const struct remand_result *result)
{
	CLEANUP_FREE char *text = remand_result_json(result);

	if (text)
		(void)service_write(supervisor->start->dir_fd, "result", text, strlen(text));
}

/* The lock goes first: who hears of the end finds the place free. From then on the directory is not
 * ours any more. */
static void end(struct supervisor *supervisor, const struct remand_result *result,
	const struct remand_error *error)
{
	if (supervisor->run)
		hear_ready(supervisor);
	if (!supervisor->told && result->started && supervisor->ready)
		write_command(supervisor);
	supervisor->run = remand_free(supervisor->run);
	write_result(supervisor, result);
	service_remove_pidfile(&supervisor->start->pidfile);
	supervisor->start->lock_fd = fd_close(supervisor->start->lock_fd);
	if (error)
		tell(supervisor, COMMAND_FAILED, error->message);
	else
		tell_result(supervisor, result);
	for (size_t i = 0; i < supervisor->clients_count; i++)
		if (supervisor->clients[i].stops)
			(void)answer(&supervisor->clients[i], "ended");
}

void service_supervise(struct service_start *start)
{
	struct supervisor supervisor = { .start = start, .signal_fd = -1, .ready_fd = -1 };
	struct remand_result result = { 0 };
	struct remand_error error = { 0 };
	int r = service_write_pidfile(&start->pidfile, &error);

	if (r == 0)
		r = begin(&supervisor, &error);
	if (r == 0)
		r = follow(&supervisor, &error);
	if (r == 0)
		r = remand_result(supervisor.run, &result);
	if (r < 0)
		remand_result_refused(&error, &result);
	end(&supervisor, &result, r < 0 ? &error : NULL);
	remand_result_clear(&result);
}
