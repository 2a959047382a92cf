/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remand run: one program in custody. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "command.h"
#include "fd.h"
#include "syscalls.h"

static const char usage[] = "remand run [OPTION...] [--] PROGRAM [ARG...]";

/* On a terminal always; elsewhere only when asked, or when remand itself has something to say. */
static void say_result(const struct remand_options *options, const struct remand_result *result)
{
	bool trouble = result->verdict == REMAND_VERDICT_NOT_STARTED ||
		       result->verdict == REMAND_VERDICT_INTERNAL_ERROR || result->network_host ||
		       result->collect_failed[0];
	bool wanted = remand_options_text(options, "verbose") || isatty(STDERR_FILENO) || trouble;
	char *line = NULL;

	if (wanted && !remand_options_text(options, "quiet"))
		line = remand_result_text(result);
	if (line)
		command_complain(line);
	free(line);
}

/* Until the result is there; a signal to us cancels the run. *ret_signal: which, or 0. */
static int follow(struct remand *run, int signal_fd, int *ret_signal, struct remand_error *error)
{
	struct pollfd fds[] = { { .fd = remand_fd(run), .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN } };

	for (;;) {
		struct signalfd_siginfo info;
		int r = remand_dispatch(run, error);

		if (r != 0)
			return r < 0 ? r : 0;
		if (poll(fds, 2, -1) < 0 && errno != EINTR) {
			snprintf(error->message, sizeof(error->message), "cannot wait: %s",
				strerror(errno));
			return syscall_errno();
		}
		if (fds[1].revents && read(signal_fd, &info, sizeof(info)) == sizeof(info)) {
			*ret_signal = (int)info.ssi_signo;
			remand_cancel(run);
		}
	}
}

static int execute(const struct remand_spec *spec, struct remand_result *ret_result,
	int *ret_signal, struct remand_error *error)
{
	CLEANUP_FD int signal_fd = command_open_signals();
	struct remand *run = NULL;
	int r = remand_start(spec, &run, error);

	if (r < 0)
		return r;
	r = follow(run, signal_fd, ret_signal, error);
	if (r == 0)
		r = remand_result(run, ret_result);
	remand_free(run);
	return r;
}

/* The line for people, and, when more is wanted, one about the root process. */
static char *make_text(const struct remand_options *options, const struct remand_result *result)
{
	const bool more = remand_options_text(options, "verbose");
	CLEANUP_FREE char *line = remand_result_text(result);
	CLEANUP_FREE char *root = more ? remand_usage_text(&result->root) : NULL;
	char *text = NULL;

	if (!line || asprintf(&text, "%s%s%s", line, root ? "\n" : "", root ? root : "") < 0)
		return NULL;
	return text;
}

static int write_report(const struct remand_options *options, const struct command_report *report,
	const struct remand_result *result)
{
	CLEANUP_FREE char *body = NULL;

	if (report->fd < 0)
		return 0;
	body = report->text ? make_text(options, result) : remand_result_json(result);
	return command_write_report(report, body);
}

static int run_and_report(const struct remand_options *options, const struct remand_spec *spec)
{
	struct command_report report;
	struct remand_result result = { 0 };
	struct remand_error error = { 0 };
	int status, signum = 0;

	if (command_open_report(options, spec, &report) < 0)
		return COMMAND_FAILED;
	if (execute(spec, &result, &signum, &error) < 0) {
		remand_result_refused(&error, &result);
		/* Our own failure is said whatever was asked for. */
		command_complain(error.message);
	} else {
		say_result(options, &result);
	}
	status = remand_result_status(&result);
	if (write_report(options, &report, &result) < 0)
		status = COMMAND_FAILED;
	if (result.verdict == REMAND_VERDICT_CANCELLED && signum)
		status = 128 + signum;
	fd_close(report.fd);
	remand_result_clear(&result);
	return status;
}

/* The command's defaults where they differ from the library's: streams are the caller's, and this
 * process may go where its runs can be held. */
static struct remand_spec complete(const struct remand_options *options, char **argv)
{
	struct remand_spec spec = *remand_options_spec(options);
	struct remand_stream *streams[] = { &spec.input, &spec.output, &spec.error };

	for (int i = 0; i < 3; i++)
		if (streams[i]->kind == REMAND_STREAM_DEFAULT)
			streams[i]->kind = REMAND_STREAM_INHERIT;
	spec.argv = (const char *const *)argv;
	spec.enter_scope = true;
	return spec;
}

static int run(struct remand_options *options, const struct command_words *words)
{
	struct remand_spec spec;

	if (words->first >= words->argc) {
		command_complain("say which program to run: remand run [OPTION...] [--] PROGRAM "
				 "[ARG...]");
		return COMMAND_FAILED;
	}
	if (command_load(options) < 0)
		return COMMAND_FAILED;
	spec = complete(options, words->argv + words->first);
	return run_and_report(options, &spec);
}

int command_run(int argc, char **argv)
{
	return command_verb(usage, argc, argv, run);
}
