/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remand policy: which policies there are, what one says, what its filter answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

static const char usage[] =
	"usage: remand policy list                       the policies there are, and their files\n"
	"       remand policy show NAME|FILE             what a policy says\n"
	"       remand policy show @GROUP                the system calls of a group\n"
	"       remand policy test NAME|FILE SYSCALL...  what its filter answers, e.g. to openat "
	"or\n"
	"                                                'socket(AF_INET, SOCK_STREAM, 0)'\n"
	"       remand policy learn [OPTION...] [--] PROGRAM [ARG...]\n"
	"                                                run it, print a policy that denies what "
	"it did not use\n\n"
	"test ends with 0 when all calls are allowed, with 1 when one is not or depends on "
	"arguments\n"
	"that were not given.";

static int complain(const struct remand_error *error)
{
	command_complain(error->message);
	return COMMAND_FAILED;
}

/* Takes the text. */
static int print(char *text_taken)
{
	fputs(text_taken, stdout);
	free(text_taken);
	return 0;
}

static int list(void)
{
	struct remand_error error = { 0 };
	char *text;

	return remand_policy_list(&text, &error) < 0 ? complain(&error) : print(text);
}

static int show(const char *name)
{
	struct remand_error error = { 0 };
	char *text;

	return remand_policy_show(name, &text, &error) < 0 ? complain(&error) : print(text);
}

/* 0 allowed, 1 not, 125 no call. */
static int test_call(const struct remand_spec *spec, const char *call)
{
	struct remand_error error = { 0 };
	struct remand_answer answer;

	if (remand_policy_test(spec, call, &answer, &error) < 0)
		return complain(&error);
	printf("%-32s %s\n", call, answer.text);
	return answer.allowed ? 0 : 1;
}

static int test(const char *name, int count, char **words)
{
	struct remand_options *options = NULL;
	struct remand_error error = { 0 };
	int status = 0;

	if (remand_options_new(&options) < 0 ||
		remand_options_set(options, "policy", name, &error) < 0 ||
		remand_options_load_policy(options, &error) < 0)
		status = complain(&error);
	else if (remand_options_spec(options)->isolation == REMAND_ISOLATION_NONE)
		count = (puts("isolation none: no filter, everything is allowed"), 0);
	for (int i = 0; status != COMMAND_FAILED && i < count; i++) {
		int one = test_call(remand_options_spec(options), words[i]);

		status = one > status ? one : status;
	}
	remand_options_free(options);
	return status;
}

int command_policy(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int status = COMMAND_FAILED;

	if (strcmp(what, "--help") == 0 || strcmp(what, "-h") == 0)
		status = (puts(usage), 0);
	else if (strcmp(what, "list") == 0 && argc == 2)
		status = list();
	else if (strcmp(what, "show") == 0 && argc == 3)
		status = show(argv[2]);
	else if (strcmp(what, "test") == 0 && argc > 3)
		status = test(argv[2], argc - 3, argv + 3);
	else if (strcmp(what, "learn") == 0)
		status = command_learn(argc - 1, argv + 1);
	else
		command_complain("say what to do with policies: list, show NAME, show @GROUP, test "
				 "NAME SYSCALL..., learn -- PROGRAM; see remand policy --help");
	if (fflush(stdout) != 0)
		status = COMMAND_FAILED;
	return status;
}
