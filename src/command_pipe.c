/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remand pipe: programs that feed each other, or two that talk to each other. */
#include <errno.h>
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

static const char usage[] = "remand pipe [--duplex] [OPTION...] -- [OPTION... --] PROGRAM "
			    "[ARG...] ::: [OPTION... --] PROGRAM [ARG...]...";

#define SEPARATOR ":::"

/* What is kept of what the stages say, in the file's bytes. */
#define TRANSCRIPT_BYTES (UINT64_C(16) << 20)

/* One stage: its words, and what they say on top of the common options. */
struct words {
	char **argv; /* argv[0] is the verb, as command_parse() wants it */
	int argc, program;
	struct remand_options *options;
	struct remand_spec spec;
};

struct pipe {
	int argc; /* of the verb with the common options, for each stage */
	char **argv;
	struct words *stages;
	const struct remand_spec **specs;
	size_t count;
	bool duplex;
};

static int fail(size_t stage, const char *what)
{
	char message[512];

	snprintf(message, sizeof(message), "stage %zu: %s", stage + 1, what);
	command_complain(message);
	return -EINVAL;
}

static int no_memory(void)
{
	command_complain("out of memory");
	return -ENOMEM;
}

/* ---- words ---- */

/* The words between separators. */
static int split(struct pipe *pipe, char **words)
{
	size_t n = 1;

	for (char **word = words; *word; word++)
		n += strcmp(*word, SEPARATOR) == 0;
	pipe->stages = calloc(n, sizeof(*pipe->stages));
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	pipe->specs = calloc(n, sizeof(*pipe->specs));
	if (!pipe->stages || !pipe->specs)
		return no_memory();
	for (pipe->count = 0; pipe->count < n; pipe->count++) {
		struct words *stage = &pipe->stages[pipe->count];
		int argc = 0;

		while (words[argc] && strcmp(words[argc], SEPARATOR) != 0)
			argc++;
		stage->argv = calloc((size_t)argc + 2, sizeof(*stage->argv));
		if (!stage->argv)
			return no_memory();
		stage->argv[0] = pipe->argv[0];
		memcpy(stage->argv + 1, words, (size_t)argc * sizeof(*words));
		stage->argc = argc + 1;
		words += argc + 1;
	}
	return 0;
}

/* Report, help and the like are not a stage's. */
static int refuse_command_options(const struct remand_options *options, size_t stage)
{
	char message[128];

	for (size_t i = 0; remand_option_at(i); i++) {
		const struct remand_option *option = remand_option_at(i);

		if (!option->command_only || !remand_options_text(options, option->name))
			continue;
		snprintf(message, sizeof(message),
			"--%s is for the whole pipeline: say it before the first --", option->name);
		return fail(stage, message);
	}
	if (remand_options_spec(options) && remand_options_spec(options)->cgroup)
		return fail(
			stage, "--cgroup is for the whole pipeline: say it before the first --");
	return 0;
}

/* Where the program begins: behind the stage's own options and their "--", if it has any. */
static int find_program(struct words *stage, size_t i)
{
	struct remand_options *own;
	int r;

	stage->program = 1;
	if (stage->argc > 1 && stage->argv[1][0] == '-') {
		if (remand_options_new(&own) < 0)
			return no_memory();
		stage->program = command_parse(own, stage->argc, stage->argv);
		r = stage->program < 0 ? -EINVAL : refuse_command_options(own, i);
		remand_options_free(own);
		if (r < 0)
			return r;
		if (strcmp(stage->argv[stage->program - 1], "--") != 0)
			return fail(i, "end its own options with --");
	}
	return stage->program < stage->argc ? 0 : fail(i, "say which program to run");
}

/* ---- specs ---- */

/* What joins stages is not the caller's; the rest is, as in remand run. */
static int complete(struct pipe *pipe, size_t i)
{
	struct words *stage = &pipe->stages[i];
	struct remand_spec *spec = &stage->spec;

	*spec = *remand_options_spec(stage->options);
	if (!pipe->duplex && i == 0 && spec->input.kind == REMAND_STREAM_DEFAULT)
		spec->input.kind = REMAND_STREAM_INHERIT;
	if (!pipe->duplex && i + 1 == pipe->count && spec->output.kind == REMAND_STREAM_DEFAULT)
		spec->output.kind = REMAND_STREAM_INHERIT;
	if (spec->error.kind == REMAND_STREAM_DEFAULT)
		spec->error.kind = REMAND_STREAM_INHERIT;
	spec->argv = (const char *const *)stage->argv + stage->program;
	spec->cgroup = NULL;
	pipe->specs[i] = spec;
	return 0;
}

/* The common options first, so that its own come after them. */
static int prepare(struct pipe *pipe, size_t i)
{
	struct words *stage = &pipe->stages[i];
	int r = find_program(stage, i);

	if (r < 0)
		return r;
	if (remand_options_new(&stage->options) < 0)
		return no_memory();
	if (command_parse(stage->options, pipe->argc, pipe->argv) < 0 ||
		(stage->program > 1 &&
			command_parse(stage->options, stage->argc, stage->argv) < 0) ||
		command_load(stage->options) < 0)
		return -EINVAL;
	return complete(pipe, i);
}

static int refuse_common_streams(const struct remand_spec *common)
{
	if (common->input.kind == REMAND_STREAM_DEFAULT &&
		common->output.kind == REMAND_STREAM_DEFAULT && !common->collects_count)
		return 0;
	command_complain("--stdin, --stdout and --collect belong to one stage: say them at its "
			 "beginning, ended by --");
	return -EINVAL;
}

/* ---- the run ---- */

static int follow(struct remand_pipeline *pipeline, int signal_fd, int *ret_signal,
	struct remand_error *error)
{
	struct pollfd fds[] = { { .fd = remand_pipeline_fd(pipeline), .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN } };

	for (;;) {
		struct signalfd_siginfo info;
		int r = remand_pipeline_dispatch(pipeline, error);

		if (r != 0)
			return r < 0 ? r : 0;
		if (poll(fds, 2, -1) < 0 && errno != EINTR) {
			r = syscall_errno();
			snprintf(error->message, sizeof(error->message), "cannot wait: %s",
				strerror(-r));
			return r;
		}
		if (fds[1].revents && read(signal_fd, &info, sizeof(info)) == sizeof(info)) {
			*ret_signal = (int)info.ssi_signo;
			remand_pipeline_cancel(pipeline);
		}
	}
}

static int execute(const struct remand_pipeline_spec *spec,
	struct remand_pipeline_result *ret_result, int *ret_signal, struct remand_error *error)
{
	CLEANUP_FD int signal_fd = command_open_signals();
	struct remand_pipeline *pipeline = NULL;
	int r = remand_pipeline_start(spec, &pipeline, error);

	if (r < 0)
		return r;
	r = follow(pipeline, signal_fd, ret_signal, error);
	if (r == 0)
		r = remand_pipeline_result(pipeline, ret_result);
	remand_pipeline_free(pipeline);
	return r;
}

/* On a terminal always; elsewhere only when asked, or when a program could not be run. */
static void say_result(
	const struct remand_options *common, const struct remand_pipeline_result *result)
{
	bool wanted = remand_options_text(common, "verbose") || isatty(STDERR_FILENO) ||
		      result->verdict == REMAND_VERDICT_NOT_STARTED ||
		      result->verdict == REMAND_VERDICT_INTERNAL_ERROR;
	CLEANUP_FREE char *line = NULL;

	if (wanted && !remand_options_text(common, "quiet"))
		line = remand_pipeline_result_text(result);
	if (line)
		command_complain(line);
}

static int write_results(const struct command_report *report, int transcript_fd,
	const struct remand_pipeline_result *result)
{
	const struct remand_capture *transcript = &result->transcript;
	CLEANUP_FREE char *body = NULL;
	size_t done = 0;
	int r = 0;

	while (transcript_fd >= 0 && done < transcript->length) {
		ssize_t n =
			write(transcript_fd, transcript->data + done, transcript->length - done);

		if (n < 0 && errno != EINTR) {
			command_complain("--transcript: cannot write all of it");
			r = -EIO;
			break;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	if (report->fd < 0)
		return r;
	body = report->text ? remand_pipeline_result_text(result)
			    : remand_pipeline_result_json(result);
	return command_write_report(report, body) < 0 ? -EIO : r;
}

/* The report of what could not even be started. */
static void refused(const struct remand_error *error, struct remand_pipeline_result *ret_result)
{
	*ret_result = (struct remand_pipeline_result){ .verdict = REMAND_VERDICT_NOT_STARTED,
		.stage = -1,
		.failed_stage = -1,
		.closed_first = -1,
		.blamed = -1,
		.cpu_ns = REMAND_UNKNOWN,
		.wall_ns = REMAND_UNKNOWN,
		.memory_peak_bytes = REMAND_UNKNOWN,
		.pids_peak = REMAND_UNKNOWN,
		.memory.limit = REMAND_UNKNOWN,
		.pids.limit = REMAND_UNKNOWN,
		.cpus.limit = REMAND_UNKNOWN };
	snprintf(ret_result->reason, sizeof(ret_result->reason), "%.250s", error->message);
	/* Our own failure is said whatever was asked for. */
	command_complain(error->message);
}

static int run_and_report(struct pipe *pipe, const struct remand_options *common)
{
	const char *path = remand_options_text(common, "transcript");
	const struct remand_spec *limits = remand_options_spec(common);
	const struct remand_pipeline_spec spec = { .size = sizeof(spec),
		.stages = pipe->specs,
		.stages_count = pipe->count,
		.duplex = pipe->duplex,
		.memory_bytes = limits->memory_bytes,
		.pids = limits->pids,
		.cpus_milli = limits->cpus_milli,
		.cpuset = limits->cpuset,
		.cgroup = limits->cgroup,
		.enter_scope = true,
		.best_effort = limits->best_effort,
		.transcript_bytes = path ? TRANSCRIPT_BYTES : 0 };
	CLEANUP_FD int transcript_fd = path ? remand_open_output(limits, path) : -1;
	struct remand_pipeline_result result = { 0 };
	struct remand_error error = { 0 };
	struct command_report report;
	int status, signum = 0;

	if (path && transcript_fd < 0) {
		fprintf(stderr, "remand: --transcript: cannot write to %s: %s\n", path,
			strerror(-transcript_fd));
		return COMMAND_FAILED;
	}
	if (command_open_report(common, limits, &report) < 0)
		return COMMAND_FAILED;
	if (execute(&spec, &result, &signum, &error) < 0)
		refused(&error, &result);
	else
		say_result(common, &result);
	status = remand_pipeline_result_status(&result);
	if (write_results(&report, transcript_fd, &result) < 0)
		status = COMMAND_FAILED;
	if (result.verdict == REMAND_VERDICT_CANCELLED && signum)
		status = 128 + signum;
	fd_close(report.fd);
	remand_pipeline_result_clear(&result);
	return status;
}

static int run_pipe(struct pipe *pipe, const struct remand_options *common, char **words)
{
	int r = refuse_common_streams(remand_options_spec(common));

	if (r == 0)
		r = split(pipe, words);
	for (size_t i = 0; r == 0 && i < pipe->count; i++)
		r = prepare(pipe, i);
	if (r == 0 && pipe->duplex && pipe->count != 2)
		r = fail(pipe->count - 1, "--duplex joins two programs: A ::: B");
	return r < 0 ? COMMAND_FAILED : run_and_report(pipe, common);
}

static void free_stages(struct pipe *pipe)
{
	for (size_t i = 0; pipe->stages && i < pipe->count; i++) {
		free(pipe->stages[i].argv);
		remand_options_free(pipe->stages[i].options);
	}
	free(pipe->stages);
	free(pipe->specs);
}

static int run_line(struct remand_options *common, const struct command_words *words)
{
	struct pipe pipe = { .argc = words->first,
		.argv = words->argv,
		.duplex = remand_options_text(common, "duplex") != NULL };
	int status = COMMAND_FAILED;

	if (command_load(common) == 0)
		status = run_pipe(&pipe, common, words->argv + words->first);
	free_stages(&pipe);
	return status;
}

int command_pipe(int argc, char **argv)
{
	return command_verb(usage, argc, argv, run_line);
}
