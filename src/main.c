/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command: which verb, and its help. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} verbs[] = {
	{ "run", command_run, "one program in custody" },
	{ "check", command_check, "what this host can enforce, and what mends it" },
	{ "pipe", command_pipe, "programs that feed each other, or talk to each other" },
	{ "show", command_show, "what a run would be, and who said so" },
	{ "batch", command_batch, "many jobs, one JSON object a line" },
	{ "start", command_start, "a service: a program in custody for as long as it likes" },
	{ "stop", command_stop, "end a service, with all that it started" },
	{ "restart", command_restart, "stop a service and start it as before" },
	{ "status", command_status, "which services run, and what they use" },
	{ "kill", command_kill, "send a signal to every process of a service" },
	{ "policy", command_policy, "list, show, test and learn policies" },
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int help(void)
{
	puts("remand - run programs that nobody should trust\n\n"
	     "  remand run [OPTION...] [--] PROGRAM [ARG...]\n"
	     "  remand check [--cgroup PATH] [--format json|text]\n"
	     "  remand pipe [--duplex] [OPTION...] -- PROGRAM [ARG...] ::: PROGRAM [ARG...]...\n"
	     "  remand show [OPTION...] [--] [PROGRAM [ARG...]]\n"
	     "  remand batch [OPTION...] [FILE]\n"
	     "  remand start NAME [OPTION...] [--] PROGRAM [ARG...]\n"
	     "  remand stop NAME [--grace TIME]\n"
	     "  remand restart NAME [--grace TIME]\n"
	     "  remand status [NAME] [--format json|text]\n"
	     "  remand kill NAME [-s SIGNAL]\n"
	     "  remand policy list | show NAME|@GROUP | test NAME SYSCALL... |\n"
	     "                learn [OPTION...] [--] PROGRAM [ARG...]\n\n"
	     "Verbs:");
	for (size_t i = 0; i < VERBS; i++)
		printf("  %-8s %s\n", verbs[i].name, verbs[i].help);
	puts("\n`remand VERB --help` tells more. Exit status: the program's own; 124 a limit ended "
	     "it,\n"
	     "125 remand itself failed, 126 found but not executable, 127 not found, 128+N signal "
	     "N.");
	return 0;
}

/* A descriptor of ours on 0, 1 or 2 would be taken for a standard stream: fill the gaps first. */
static int fill_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR | O_CLOEXEC) < 0)
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (fill_standard_fds() < 0)
		return COMMAND_FAILED;

	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return help();
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
		puts("remand " REMAND_VERSION);
		return 0;
	}
	if (*name)
		fprintf(stderr, "remand: there is no verb '%s'; see remand --help\n", name);
	else
		fprintf(stderr,
			"remand: say what to do, e.g. remand run -- PROGRAM; see remand --help\n");
	return COMMAND_FAILED;
}
