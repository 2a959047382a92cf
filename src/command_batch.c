/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remand batch: many jobs, one JSON object a line, and one result a line. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "command.h"
#include "command_input.h"
#include "command_job.h"
#include "command_progress.h"
#include "fd.h"

static const char usage[] = "remand batch [-j COUNT] [OPTION...] [FILE]";

/* With --ordered, results that wait for an earlier one; no job is started beyond. */
#define WAITING_MAX 10000

/* A job from its line to its result. */
struct ticket {
	char *id;
	size_t line;
	char *text; /* the result, NULL: not yet */
	struct ticket *next;
};

struct batch {
	int argc; /* of the verb, for the defaults of each job */
	char **argv;
	struct remand_batch *runs;
	size_t parallel;
	struct input input;
	json_t *skip; /* ids whose results are there already */
	unsigned long shard, shards;
	bool ordered;
	size_t jobs; /* lines that are jobs, whosoever's */
	struct ticket *first, **last;
	size_t waiting;
	struct progress progress;
	bool unrun; /* some job could not be run */
	int signum; /* that ended the batch */
};

static int fail(const char *what, int r)
{
	char message[1200];

	snprintf(message, sizeof(message), "%s%s%s", what, r < 0 ? ": " : "",
		r < 0 ? strerror(-r) : "");
	command_complain(message);
	return -1;
}

/* ---- results ---- */

static char *describe(const struct ticket *ticket, const struct remand_result *result)
{
	char *report = remand_result_json(result), *text = NULL;
	json_t *object = report ? json_loads(report, 0, NULL) : NULL;

	if (object) {
		json_object_set_new(object, "job", json_string(ticket->id));
		json_object_set_new(object, "line", json_integer((json_int_t)ticket->line));
		text = json_dumps(object, JSON_COMPACT);
	}
	json_decref(object);
	free(report);
	return text;
}

static struct ticket *free_ticket(struct ticket *ticket)
{
	struct ticket *next = ticket->next;

	free(ticket->id);
	free(ticket->text);
	free(ticket);
	return next;
}

static int print(const char *text)
{
	return printf("%s\n", text) < 0 || fflush(stdout) != 0
		       ? fail("cannot write results", -errno)
		       : 0;
}

static int print_in_order(struct batch *batch)
{
	while (batch->first && batch->first->text) {
		if (print(batch->first->text) < 0)
			return -1;
		batch->first = free_ticket(batch->first);
		batch->waiting--;
	}
	if (!batch->first)
		batch->last = &batch->first;
	return 0;
}

/* Takes the ticket's result; and the ticket, unless its turn comes later. */
static int finish(struct batch *batch, struct ticket *ticket, struct remand_result *result)
{
	int r;

	batch->unrun |= result->verdict == REMAND_VERDICT_NOT_STARTED ||
			result->verdict == REMAND_VERDICT_INTERNAL_ERROR;
	batch->progress.done++;
	batch->progress.not_ok += result->verdict != REMAND_VERDICT_OK;
	ticket->text = describe(ticket, result);
	remand_result_clear(result);
	if (!ticket->text)
		return fail("out of memory", 0);
	if (batch->ordered)
		return print_in_order(batch);
	r = print(ticket->text);
	free_ticket(ticket);
	return r;
}

static int take_results(struct batch *batch)
{
	struct remand_result result;
	struct remand_error error;
	uint64_t tag;
	int r;

	while ((r = remand_batch_next(batch->runs, 0, &tag, &result, &error)) == 0)
		if (finish(batch, (struct ticket *)(uintptr_t)tag, &result) < 0)
			return -1;
	return r == -ETIMEDOUT || r == -ENOENT ? 0 : fail(error.message, 0);
}

/* ---- jobs ---- */

static int set_defaults(void *context, struct remand_options *options)
{
	const struct batch *batch = context;

	return command_parse(options, batch->argc, batch->argv) < 0 ? -EINVAL : 0;
}

static struct ticket *new_ticket(struct batch *batch, const struct job *job)
{
	struct ticket *ticket = calloc(1, sizeof(*ticket));

	if (ticket)
		ticket->id = strdup(job->id);
	if (!ticket || !ticket->id) {
		free(ticket);
		return NULL;
	}
	ticket->line = batch->input.line;
	if (batch->ordered) {
		*batch->last = ticket;
		batch->last = &ticket->next;
		batch->waiting++;
	}
	return ticket;
}

/* A job that cannot be started has a result that says why, and the batch goes on. */
static int start_job(struct batch *batch, struct job *job, int parsed, struct remand_error *error)
{
	struct ticket *ticket = new_ticket(batch, job);
	struct remand_result refused;
	struct remand_spec spec;
	int r = parsed;

	if (!ticket)
		return fail("out of memory", 0);
	if (r == 0)
		r = job_prepare(job, set_defaults, batch, &spec, error);
	if (r == 0) {
		spec.enter_scope = true;
		r = remand_batch_submit(batch->runs, &spec, (uintptr_t)ticket, error);
	}
	if (r == 0)
		return 0;
	remand_result_refused(error, &refused);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): submitted, the batch holds it as a number */
	return finish(batch, ticket, &refused);
}

static bool is_blank(const char *line)
{
	return line[strspn(line, " \t\r")] == '\0';
}

static int take_line(struct batch *batch, const char *line)
{
	struct remand_error error = { 0 };
	struct job job;
	int r;

	if (is_blank(line) || batch->jobs++ % batch->shards != batch->shard)
		return 0;
	r = job_parse(&job, line, batch->input.line, &error);
	if (!json_object_get(batch->skip, job.id))
		r = start_job(batch, &job, r, &error);
	else
		r = 0;
	job_done(&job);
	return r;
}

static bool has_room(const struct batch *batch)
{
	return !batch->signum && remand_batch_running(batch->runs) < batch->parallel &&
	       batch->waiting < WAITING_MAX;
}

static int start_jobs(struct batch *batch)
{
	char *line;
	int r = 0;

	while (r == 0 && has_room(batch) && (line = input_line(&batch->input)))
		r = take_line(batch, line);
	return r;
}

/* ---- the loop ---- */

static void on_signal(struct batch *batch, int signal_fd)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	batch->signum = (int)info.ssi_signo;
	remand_batch_cancel(batch->runs);
}

static bool is_over(const struct batch *batch)
{
	return remand_batch_running(batch->runs) == 0 &&
	       (batch->signum || input_is_empty(&batch->input));
}

static int follow(struct batch *batch, int signal_fd)
{
	for (;;) {
		struct pollfd fds[] = { { remand_batch_fd(batch->runs), POLLIN, 0 },
			{ signal_fd, POLLIN, 0 }, { batch->input.fd, POLLIN, 0 } };
		int r;

		if (start_jobs(batch) < 0 || take_results(batch) < 0)
			return -1;
		batch->progress.running = remand_batch_running(batch->runs);
		batch->progress.share = batch->input.size > 0 ? (double)batch->input.consumed /
									(double)batch->input.size
							      : -1;
		progress_show(&batch->progress, is_over(batch));
		if (is_over(batch))
			return 0;
		/* What was read already comes first. */
		if (batch->input.ended || !has_room(batch))
			fds[2].fd = -1;
		if (fds[2].fd < 0 && has_room(batch) && !input_is_empty(&batch->input))
			continue;
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return fail("cannot wait", -errno);
		if (fds[1].revents)
			on_signal(batch, signal_fd);
		r = fds[2].fd >= 0 && fds[2].revents ? input_read(&batch->input) : 0;
		if (r < 0)
			return fail("cannot read the jobs", r);
	}
}

/* ---- options ---- */

/* "I/N": I from 1 to N. */
static int parse_shard(const char *text, struct batch *batch)
{
	char *slash, *end = NULL;
	unsigned long i, n = 0;

	errno = 0;
	i = strtoul(text, &slash, 10);
	if (*slash == '/')
		n = strtoul(slash + 1, &end, 10);
	if (errno || text[strspn(text, "0123456789/")] || *slash != '/' || !end || *end || i < 1 ||
		i > n)
		return fail("--shard: expected I/N, where I is 1 to N", 0);
	batch->shard = i - 1;
	batch->shards = n;
	return 0;
}

static int parse_jobs(const char *text, struct batch *batch)
{
	cpu_set_t cpus;
	char *end;

	CPU_ZERO(&cpus);
	batch->parallel = 1;
	if (!text && sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
		batch->parallel = (size_t)CPU_COUNT(&cpus);
	if (!text)
		return 0;
	errno = 0;
	batch->parallel = strtoul(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || batch->parallel < 1 ||
		batch->parallel > REMAND_PARALLEL_MAX)
		return fail("--jobs: expected how many at a time, 1 to 65536", 0);
	return 0;
}

static int configure(struct batch *batch, const struct remand_options *options)
{
	const char *shard = remand_options_text(options, "shard");
	const char *resume = remand_options_text(options, "resume");

	batch->skip = json_object();
	batch->last = &batch->first;
	batch->shards = 1;
	batch->ordered = remand_options_text(options, "ordered") != NULL;
	batch->progress.wanted = isatty(STDERR_FILENO) && !remand_options_text(options, "quiet");
	if (remand_options_text(options, "report") || remand_options_text(options, "format"))
		return fail("a batch writes its results to stdout, as JSON; --report and --format "
			    "are for remand run",
			0);
	if (!batch->skip)
		return fail("out of memory", 0);
	if (parse_jobs(remand_options_text(options, "jobs"), batch) < 0 ||
		(shard && parse_shard(shard, batch) < 0))
		return -1;
	if (resume) {
		int r = job_ids_done(resume, batch->skip);

		return r < 0 ? fail(resume, r) : 0;
	}
	return 0;
}

static int execute(struct batch *batch, const char *path)
{
	CLEANUP_FD int fd =
		path ? open(path, O_RDONLY | O_CLOEXEC) : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	CLEANUP_FD int signal_fd = command_open_signals();
	struct remand_error error;
	int r;

	if (fd < 0)
		return fail(path ? path : "stdin", -errno);
	input_open(&batch->input, fd);
	r = remand_batch_new(batch->parallel, &batch->runs, &error);
	r = r < 0 ? fail(error.message, 0) : follow(batch, signal_fd);
	remand_batch_free(batch->runs);
	input_done(&batch->input);
	while (batch->first)
		batch->first = free_ticket(batch->first);
	if (r < 0)
		return r;
	return batch->signum ? 128 + batch->signum : batch->unrun;
}

static int run_jobs(struct remand_options *options, const struct command_words *words)
{
	struct batch batch = { .argc = words->argc, .argv = words->argv };
	int status = -EINVAL;

	if (words->argc - words->first > 1)
		fail("more than one FILE; remand batch reads one, or stdin", 0);
	else if (configure(&batch, options) == 0)
		status = execute(&batch, words->argv[words->first]);
	json_decref(batch.skip);
	return status < 0 ? COMMAND_FAILED : status;
}

int command_batch(int argc, char **argv)
{
	return command_verb(usage, argc, argv, run_jobs);
}
