/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See command_job.h. Every member but id and argv is an option of the one table. */
#include "command_job.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static int say(
	struct remand_error *error, const char *format, ...)
{
	va_list arguments;

	*error = (struct remand_error){ .stage = REMAND_STAGE_SPEC, .errnum = EINVAL };
	va_start(arguments, format);
	vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	return -EINVAL;
}

int job_parse(struct job *ret_job, const char *text, size_t line, struct remand_error *error)
{
	json_error_t where;
	const json_t *id;

	*ret_job = (struct job){ 0 };
	snprintf(ret_job->number, sizeof(ret_job->number), "%zu", line);
	ret_job->id = ret_job->number;
	ret_job->line = json_loads(text, JSON_REJECT_DUPLICATES, &where);
	if (!ret_job->line)
		return say(error, "line %zu, column %d: %s", line, where.column, where.text);
	if (!json_is_object(ret_job->line))
		return say(error, "line %zu is not a JSON object", line);
	id = json_object_get(ret_job->line, "id");
	if (id && !json_is_string(id))
		return say(error, "line %zu: id is not a string", line);
	if (id)
		ret_job->id = json_string_value(id);
	return 0;
}

static const struct remand_option *find_option(const char *name)
{
	for (size_t i = 0; remand_option_at(i); i++)
		if (strcmp(remand_option_at(i)->name, name) == 0)
			return remand_option_at(i);
	return NULL;
}

/* A number as it would be typed: no more digits than a double is sure of. */
static const char *value_text(const json_t *value, char number[32])
{
	if (json_is_integer(value))
		snprintf(number, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		snprintf(number, 32, "%.15g", json_real_value(value));
	else
		return json_string_value(value);
	return number;
}

static int set_one(const struct job *job, const struct remand_option *option, const json_t *value,
	struct remand_error *error)
{
	char number[32];
	const char *text = value_text(value, number);

	if (!option->argument && json_is_boolean(value))
		return json_is_true(value)
			       ? remand_options_set(job->options, option->name, NULL, error)
			       : 0;
	if (!option->argument || !text)
		return say(error, "%s: expected %s", option->name,
			option->argument ? "a string, a number or a list of them"
					 : "true or false");
	return remand_options_set(job->options, option->name, text, error);
}

static int set_member(
	const struct job *job, const char *name, const json_t *value, struct remand_error *error)
{
	const struct remand_option *option = find_option(name);
	int r = 0;

	if (!option)
		return say(error, "there is no option %s for a job", name);
	if (option->command_only)
		return say(error, "%s is for the command line, not for a job", name);
	if (!json_is_array(value))
		return set_one(job, option, value, error);
	if (!option->repeats)
		return say(error, "%s: expected one value, not a list", name);
	for (size_t i = 0; r == 0 && i < json_array_size(value); i++)
		r = set_one(job, option, json_array_get(value, i), error);
	return r;
}

static int take_argv(struct job *job, const json_t *argv, struct remand_error *error)
{
	size_t n = json_array_size(argv);

	if (json_is_string(argv))
		return remand_split(json_string_value(argv), &job->words, error);
	if (n == 0)
		return say(error, "argv is missing; expected a list of strings, or one string");
	job->argv = calloc(n + 1, sizeof(*job->argv));
	if (!job->argv)
		return say(error, "out of memory");
	for (size_t i = 0; i < n; i++) {
		job->argv[i] = json_string_value(json_array_get(argv, i));
		if (!job->argv[i])
			return say(error, "argv: word %zu is not a string", i + 1);
	}
	return 0;
}

/* The batch's own stdin and stdout are for jobs and results. */
static int check_streams(const struct remand_spec *spec, struct remand_error *error)
{
	if (spec->input.kind == REMAND_STREAM_INHERIT)
		return say(
			error, "a job cannot inherit stdin, from which the batch reads its jobs");
	if (spec->output.kind == REMAND_STREAM_INHERIT)
		return say(error, "a job cannot inherit stdout, to which the batch writes results");
	return 0;
}

int job_prepare(struct job *job, job_defaults *defaults, void *context,
	struct remand_spec *ret_spec, struct remand_error *error)
{
	const char *name;
	json_t *value;
	int r = remand_options_new(&job->options);

	if (r == 0)
		r = defaults(context, job->options);
	if (r < 0)
		return say(error, "cannot prepare a job: %s", strerror(-r));
	json_object_foreach(job->line, name, value)
	{
		if (strcmp(name, "id") == 0 || strcmp(name, "argv") == 0)
			continue;
		r = set_member(job, name, value, error);
		if (r < 0)
			return r;
	}
	r = remand_options_load_policy(job->options, error);
	if (r < 0)
		return r;
	r = take_argv(job, json_object_get(job->line, "argv"), error);
	if (r < 0)
		return r;
	*ret_spec = *remand_options_spec(job->options);
	ret_spec->argv = job->words ? (const char *const *)job->words : job->argv;
	return check_streams(ret_spec, error);
}

void job_done(struct job *job)
{
	json_decref(job->line);
	job->options = remand_options_free(job->options);
	free(job->words);
	free(job->argv);
	*job = (struct job){ 0 };
}
