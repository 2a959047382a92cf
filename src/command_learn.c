/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remand policy learn: run a program with every allowed call counted, and print its policy. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "remand policy learn [OPTION...] [--] PROGRAM [ARG...]";

static int learn(const struct remand_spec *spec)
{
	struct remand_result result = { 0 };
	struct remand_error error = { 0 };
	char *text = NULL;
	int r = remand_run(spec, &result, &error);

	if (r == 0)
		r = remand_policy_learn(spec, &result, &text, &error);
	if (r == 0)
		fputs(text, stdout);
	else
		command_complain(error.message);
	free(text);
	remand_result_clear(&result);
	return r < 0 ? COMMAND_FAILED : 0;
}

/* The policy goes to stdout; what the program says goes to stderr. */
static struct remand_spec complete(const struct remand_options *options, char **argv)
{
	struct remand_spec spec = *remand_options_spec(options);

	spec.argv = (const char *const *)argv;
	spec.log_allowed = true;
	spec.enter_scope = true;
	if (spec.input.kind == REMAND_STREAM_DEFAULT)
		spec.input.kind = REMAND_STREAM_INHERIT;
	if (spec.output.kind == REMAND_STREAM_DEFAULT)
		spec.output = (struct remand_stream){ REMAND_STREAM_FD, STDERR_FILENO, NULL };
	if (spec.error.kind == REMAND_STREAM_DEFAULT)
		spec.error.kind = REMAND_STREAM_INHERIT;
	return spec;
}

static int learn_from(struct remand_options *options, const struct command_words *words)
{
	char **argv = words->argv + words->first;
	struct remand_spec spec;

	if (words->first >= words->argc) {
		command_complain("say which program to learn from; see remand policy learn --help");
		return COMMAND_FAILED;
	}
	if (command_load(options) < 0)
		return COMMAND_FAILED;
	spec = complete(options, argv);
	return learn(&spec);
}

int command_learn(int argc, char **argv)
{
	char name[] = "policy learn"; /* for what is said of its options */

	argv[0] = name;
	return command_verb(usage, argc, argv, learn_from);
}
