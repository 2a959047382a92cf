/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one option table. The command line, policy files, JSON jobs, --help, the completions and the
 * check of the man page all read it: a new option is one row here and one setter.
 */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

struct row {
	struct remand_option option;
	option_setter *set; /* NULL: command_only */
	size_t offset;
};

#define FIELD(name) offsetof(struct remand_spec, name)

static const struct row table[] = {
	{ { "time", 't', "TIME", "Limits", "CPU time of the whole group, user and system (10s)" },
		option_set_time, FIELD(time_ns) },
	{ { "wall", 'w', "TIME", "Limits", "wall time (30s)" }, option_set_time, FIELD(wall_ns) },
	{ { "idle", 0, "TIME", "Limits", "wall time in which the group uses no CPU (max)" },
		option_set_time, FIELD(idle_ns) },
	{ { "memory", 'm', "SIZE", "Limits", "memory of the whole group, of every kind (512M)" },
		option_set_size, FIELD(memory_bytes) },
	{ { "pids", 'p', "COUNT", "Limits", "processes and threads of the whole group (64)" },
		option_set_count, FIELD(pids) },
	{ { "pids-fatal", 0, NULL, "Limits", "end the run when the pids limit refuses a fork" },
		option_set_flag, FIELD(pids_fatal) },
	{ { "cpus", 0, "NUMBER", "Limits", "CPU bandwidth, e.g. 0.5 (max)" }, option_set_cpus,
		FIELD(cpus_milli) },
	{ { "cpuset", 0, "LIST", "Limits", "CPUs to run on, e.g. 0-1,3" }, option_set_cpuset,
		FIELD(cpuset) },
	{ { "output", 'o', "SIZE", "Limits",
		  "bytes on each of stdout, stderr, and per file (64M)" },
		option_set_size, FIELD(output_bytes) },
	{ { "disk", 0, "SIZE", "Limits", "bytes in the cell's own file system (64M)" },
		option_set_size, FIELD(disk_bytes) },
	{ { "open-files", 0, "COUNT", "Limits", "file descriptors per process (256)" },
		option_set_count, FIELD(open_files) },
	{ { "stack", 0, "SIZE", "Limits", "stack of each process (8M)" }, option_set_size,
		FIELD(stack_bytes) },
	{ { "rlimit", 0, "NAME=SOFT[:HARD]", "Limits", "any RLIMIT_*, e.g. core=max",
		  .repeats = true },
		option_set_rlimit, 0 },
	{ { "nice", 0, "N", "Limits", "nice value, -20 to 19 (0)" }, option_set_nice, FIELD(nice) },
	{ { "grace", 0, "TIME", "Limits", "at a limit, time between SIGTERM and the kill (0)" },
		option_set_grace, FIELD(grace_ns) },

	{ { "policy", 0, "NAME|FILE", "Policy", "options that come before these (default)" },
		option_set_policy, 0 },
	{ { "allow", 0, "SYSCALL|@GROUP[,...]", "Policy", "system calls that may be made",
		  .repeats = true },
		option_set_allow, 0 },
	{ { "deny", 0, "SYSCALL|@GROUP[,...]", "Policy", "system calls that fail with EPERM",
		  .repeats = true },
		option_set_deny, 0 },
	{ { "kill", 0, "SYSCALL|@GROUP[,...]", "Policy", "system calls that end the run",
		  .repeats = true },
		option_set_kill, 0 },
	{ { "log", 0, "SYSCALL|@GROUP[,...]", "Policy", "system calls that may be made, counted",
		  .repeats = true },
		option_set_log, 0 },
	{ { "seccomp", 0, "FILE", "Policy", "an OCI (Docker, Podman) seccomp profile, as it is" },
		option_set_seccomp, FIELD(seccomp) },

	{ { "isolation", 0, "full|landlock|none", "Wall",
		  "a cell; Landlock on the host's files; the group only (full)" },
		option_set_isolation, FIELD(isolation) },
	{ { "best-effort", 0, NULL, "Wall", "do what this host can, and report what that was" },
		option_set_flag, FIELD(best_effort) },
	{ { "user", 0, "UID[:GID]", "Wall", "ids that the program sees itself as (1000)" },
		option_set_user, FIELD(user) },

	{ { "root", 0, "DIR", "Cell", "directory seen read-only as / (the system's directories)" },
		option_set_path, FIELD(root) },
	{ { "work", 0, "DIR", "Cell", "host directory seen read-write as /box (an empty tmpfs)" },
		option_set_path, FIELD(work) },
	{ { "file", 0, "SRC[:NAME]", "Cell", "host file seen read-only in /box", .repeats = true },
		option_set_file, 0 },
	{ { "collect", 0, "NAME[:FILE]", "Cell", "after the run, copy /box/NAME out",
		  .repeats = true },
		option_set_collect, 0 },
	{ { "bind", 0, "SRC[:DST][:rw]", "Cell", "host path seen in the cell, read-only",
		  .repeats = true },
		option_set_bind, 0 },
	{ { "tmpfs", 0, "DST[:SIZE[:INODES]]", "Cell", "empty writable directory",
		  .repeats = true },
		option_set_tmpfs, 0 },
	{ { "devpts", 0, NULL, "Cell", "a /dev/pts, for programs that make terminals" },
		option_set_flag, FIELD(devpts) },
	{ { "network", 0, "none|host", "Cell", "an empty network, or the caller's (none)" },
		option_set_network, FIELD(network) },
	{ { "hostname", 0, "NAME", "Cell", "host name seen inside (remand)" }, option_set_text,
		FIELD(hostname) },
	{ { "argv0", 0, "NAME", "Cell", "the program's argv[0] (PROGRAM, under its path inside)" },
		option_set_text, FIELD(argv0) },
	{ { "chdir", 'C', "DIR", "Cell", "working directory inside (/box)" }, option_set_text,
		FIELD(directory) },
	{ { "env", 'E', "NAME[=VALUE]", "Cell", "set a variable, or pass the caller's",
		  .repeats = true },
		option_set_env, 0 },
	{ { "inherit-env", 0, NULL, "Cell", "start from the caller's environment" },
		option_set_flag, FIELD(inherit_env) },
	{ { "cgroup", 0, "PATH", "Cell", "cgroup to make the run's group in ($REMAND_CGROUP)" },
		option_set_text, FIELD(cgroup) },

	{ { "stdin", 0, "FILE|null|inherit", "Streams", "standard input (inherit)" },
		option_set_input, 0 },
	{ { "stdout", 0, "FILE|null|inherit", "Streams", "standard output (inherit)" },
		option_set_output, 0 },
	{ { "stderr", 0, "FILE|null|inherit|stdout", "Streams", "standard error (inherit)" },
		option_set_error, 0 },

	{ { "ok", 0, "CODES", "Verdict", "exit codes that are a success, e.g. 0,3-5 (0)" },
		option_set_ok, 0 },

	{ { "jobs", 'j', "COUNT", "Batch", "run so many jobs at a time (one per CPU)", true,
		  .verb = "batch" },
		NULL, 0 },
	{ { "ordered", 0, NULL, "Batch", "results in the order of the jobs", true,
		  .verb = "batch" },
		NULL, 0 },
	{ { "resume", 0, "FILE", "Batch", "skip the jobs whose results are there", true,
		  .verb = "batch" },
		NULL, 0 },
	{ { "shard", 0, "I/N", "Batch", "only every N-th job, from the I-th on", true,
		  .verb = "batch" },
		NULL, 0 },

	{ { "duplex", 0, NULL, "Pipe", "two programs, each the other's stdin", true,
		  .verb = "pipe" },
		NULL, 0 },
	{ { "transcript", 0, "FILE", "Pipe", "write there who said what when, as JSON lines", true,
		  .verb = "pipe" },
		NULL, 0 },

	{ { "ready-fd", 0, "N", "Start", "wait until the service writes a line to that descriptor",
		  true, .verb = "start" },
		NULL, 0 },
	{ { "pidfile", 0, "FILE", "Start", "write the supervisor's pid there, for others to read",
		  true, .verb = "start" },
		NULL, 0 },

	{ { "report", 'r', "FILE|fd:N", "Report", "write the report there as JSON", true }, NULL,
		0 },
	{ { "format", 0, "json|text", "Report", "form of the report (json)", true }, NULL, 0 },
	{ { "quiet", 'q', NULL, "Report", "say nothing on stderr about the run", true }, NULL, 0 },
	{ { "verbose", 'v', NULL, "Report", "say more on stderr about the run", true }, NULL, 0 },
	{ { "help", 'h', NULL, "Report", "show this help", true }, NULL, 0 },
	{ { "version", 'V', NULL, "Report", "show the version", true }, NULL, 0 },
};

#define ROWS (sizeof(table) / sizeof(table[0]))

const struct remand_option *remand_option_at(size_t i)
{
	return i < ROWS ? &table[i].option : NULL;
}

static const struct row *find_row(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(table[i].option.name, name) == 0)
			return &table[i];
	return NULL;
}

/* command_only rows stand at the table's end; their place there is their slot. */
static size_t command_slot(const struct row *row)
{
	_Static_assert(ROWS > OPTIONS_COMMAND_MAX, "slots count from the end of the table");
	return ROWS - 1 - (size_t)(row - table);
}

int remand_options_new(struct remand_options **ret_options)
{
	struct remand_options *options = calloc(1, sizeof(*options));

	if (!options)
		return -ENOMEM;
	options->spec.size = sizeof(options->spec);
	*ret_options = options;
	return 0;
}

struct remand_options *remand_options_free(struct remand_options *options)
{
	if (!options)
		return NULL;
	for (size_t i = 0; i < options->strings_count; i++)
		free(options->strings[i]);
	free(options->strings);
	free(options->env);
	free(options->files);
	free(options->binds);
	free(options->tmpfs);
	free(options->collects);
	free(options->rlimits);
	free(options->rules);
	free(options->rule_layers);
	free(options->settings);
	free(options->sources);
	free(options);
	return NULL;
}

char *options_keep(struct remand_options *options, const char *text)
{
	char **strings =
		reallocarray(options->strings, options->strings_count + 1, sizeof(*strings));
	char *copy;

	if (!strings)
		return NULL;
	options->strings = strings;
	copy = strdup(text);
	if (copy)
		strings[options->strings_count++] = copy;
	return copy;
}

int option_refuse(const struct option_context *context, const char *value, const char *expected)
{
	return error_say(context->error, REMAND_STAGE_SPEC, -EINVAL, "--%s: '%s' %s", context->name,
		value, expected);
}

int option_no_memory(const struct option_context *context)
{
	return error_errno(context->error, REMAND_STAGE_SPEC, -ENOMEM, "--%s", context->name);
}

void options_reset(struct remand_options *options)
{
	options->spec = (struct remand_spec){ .size = sizeof(options->spec) };
	options->env_count = 0;
	options->settings = NULL;
	options->settings_count = 0;
	options->sources_count = 0;
	options->layer = 0;
	memset(options->command, 0, sizeof(options->command));
}

static int note_setting(struct remand_options *options, const struct row *row, const char *value,
	const struct option_origin *origin)
{
	struct option_setting *settings =
		reallocarray(options->settings, options->settings_count + 1, sizeof(*settings));

	if (!settings)
		return -ENOMEM;
	options->settings = settings;
	if (value) {
		value = options_keep(options, value);
		if (!value)
			return -ENOMEM;
	}
	settings[options->settings_count++] =
		(struct option_setting){ row->option.name, value, *origin };
	return 0;
}

/* A flag has no value, every other option has one that is not empty. */
static int check_presence(
	const struct option_context *context, const struct row *row, const char *value)
{
	const char *argument = row->option.argument;

	if (!argument && value)
		return error_say(context->error, REMAND_STAGE_SPEC, -EINVAL, "--%s takes no value",
			context->name);
	context->options->refused_at = -1;
	if (argument && !value)
		return error_say(context->error, REMAND_STAGE_SPEC, -EINVAL,
			"--%s needs a value: %s", context->name, argument);
	context->options->refused_at = 0;
	if (value && value[0] == '\0')
		return error_say(context->error, REMAND_STAGE_SPEC, -EINVAL,
			"--%s: the value is empty; expected %s", context->name, argument);
	return 0;
}

static int keep_word(const struct option_context *context, const struct row *row, const char *value)
{
	value = options_keep(context->options, value ? value : "");
	if (!value)
		return option_no_memory(context);
	context->options->command[command_slot(row)] = value;
	return 0;
}

int options_apply(struct remand_options *options, const char *name, const char *value,
	const struct option_origin *origin, struct remand_error *error)
{
	const struct row *row = find_row(name);
	struct option_context context = { options, name, row ? row->offset : 0, error };
	int r;

	options->refused_at = -1;
	if (!row)
		return error_say(
			error, REMAND_STAGE_SPEC, -EINVAL, "there is no option --%s", name);
	if (origin->file && (row->option.command_only || row->set == option_set_policy))
		return error_say(error, REMAND_STAGE_SPEC, -EINVAL,
			row->set ? "a policy names another by extends, not by %s"
				 : "%s is for the command line, not for a policy",
			name);
	options->refused_at = 0;
	r = check_presence(&context, row, value);
	if (r == 0)
		r = row->set ? row->set(&context, value) : keep_word(&context, row, value);
	if (r == 0 && note_setting(options, row, value, origin) < 0)
		r = option_no_memory(&context);
	return r;
}

int remand_options_set(struct remand_options *options, const char *name, const char *value,
	struct remand_error *error)
{
	const struct option_origin caller = { NULL, 0 };

	return options_apply(options, name, value, &caller, error);
}

const char *remand_options_text(const struct remand_options *options, const char *name)
{
	const struct row *row = find_row(name);

	return row && !row->set ? options->command[command_slot(row)] : NULL;
}

const struct remand_spec *remand_options_spec(const struct remand_options *options)
{
	return options->policy && !options->policy_loaded ? NULL : &options->spec;
}
