/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remand check: what this host can enforce, what is missing, how to get it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

static const char usage[] =
	"usage: remand check [--cgroup PATH] [--format json|text]\n\n"
	"What this host can enforce, what is missing, and the command that mends it. Changes\n"
	"nothing, but removes the groups that dead owners have left.\n\n"
	"     --cgroup PATH               cgroup to make groups in ($REMAND_CGROUP)\n"
	"     --format json|text          form of the answer (text)\n"
	"  -h --help                      show this help\n\n"
	"Exit status: 0 all guarantees can be kept, 1 only with --best-effort, 2 not at all.";

/* Of the options of the table, the few that mean something here. */
static bool is_ours(const char *word)
{
	static const char *const options[] = { "--cgroup", "--format", "--help", "-h", "--version",
		"-V" };

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		size_t length = strlen(options[i]);

		if (strncmp(word, options[i], length) == 0 &&
			(word[length] == '\0' || word[length] == '='))
			return true;
	}
	return false;
}

static int refuse_others(int argc, char **argv)
{
	char message[256];

	for (int i = 1; i < argc; i++) {
		if (!is_ours(argv[i])) {
			snprintf(message, sizeof(message),
				"remand check has no use for '%.100s'; see remand check --help",
				argv[i]);
			command_complain(message);
			return -1;
		}
		i += strcmp(argv[i], "--cgroup") == 0 || strcmp(argv[i], "--format") == 0;
	}
	return 0;
}

static void print_fact(const struct remand_fact *fact)
{
	printf("  %-8s %-26s %-6s %s", remand_fact_state_name(fact->state), fact->name,
		fact->since ? fact->since : "", fact->found);
	if (fact->mend)
		printf(" -> %s", fact->mend);
	putchar('\n');
}

static void print_table(const struct remand_probe *probe)
{
	static const char *const sums[] = {
		"All guarantees can be kept.",
		"Guarantees can be kept in part only: runs need --best-effort.",
		"No run can be held here.",
	};
	const struct remand_fact *fact;
	const char *section = "";

	for (size_t i = 0; (fact = remand_probe_at(probe, i)); i++) {
		if (strcmp(section, fact->section) != 0)
			printf("%s%s\n", i ? "\n" : "", fact->section);
		section = fact->section;
		print_fact(fact);
	}
	printf("\n%s\n", sums[remand_probe_status(probe)]);
}

static int print_json(const struct remand_probe *probe)
{
	char *text = remand_probe_json(probe);

	if (!text)
		return -1;
	puts(text);
	free(text);
	return 0;
}

static int check(const struct remand_options *options)
{
	struct remand_probe *probe = NULL;
	struct remand_error error;
	int status = COMMAND_FAILED;
	bool text = true;

	if (command_format(remand_options_text(options, "format"), &text) < 0)
		return status;
	if (remand_probe(remand_options_spec(options)->cgroup, &probe, &error) < 0) {
		command_complain(error.message);
		return status;
	}
	(void)remand_probe_reclaim(probe);
	if (text)
		print_table(probe);
	if (text || print_json(probe) == 0)
		status = remand_probe_status(probe);
	else
		command_complain("out of memory");
	remand_probe_free(probe);
	return fflush(stdout) == 0 ? status : COMMAND_FAILED;
}

int command_check(int argc, char **argv)
{
	struct remand_options *options;
	int status = COMMAND_FAILED;

	if (refuse_others(argc, argv) < 0)
		return status;
	if (remand_options_new(&options) < 0) {
		command_complain("out of memory");
		return status;
	}
	if (command_parse(options, argc, argv) >= 0) {
		status = 0;
		if (remand_options_text(options, "help"))
			puts(usage);
		else if (remand_options_text(options, "version"))
			puts("remand " REMAND_VERSION);
		else
			status = check(options);
	}
	remand_options_free(options);
	return status;
}
