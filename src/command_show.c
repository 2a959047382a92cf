/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remand show: the plan of a run, for a terminal or for a pipe. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "remand show [OPTION...] [--] [PROGRAM [ARG...]]";

static const char *string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static void print_column(const char *text, int width)
{
	int used = (int)strlen(text);

	command_print(text);
	printf("%*s", used < width ? width - used : 1, "");
}

static void print_setting(const char *name, const json_t *setting)
{
	printf("  %-12s ", name);
	print_column(string(setting, "value"), 28);
	command_print(string(setting, "from"));
	putchar('\n');
}

static void print_option(const struct remand_option *option, const json_t *value)
{
	json_t *setting;
	size_t i;

	if (!json_is_array(value)) {
		print_setting(option->name, value);
		return;
	}
	for (i = 0; (setting = json_array_get(value, i)); i++)
		print_setting(option->name, setting);
}

static void print_options(const json_t *options)
{
	const struct remand_option *option;
	const char *section = "";

	for (size_t i = 0; (option = remand_option_at(i)); i++) {
		const json_t *value = json_object_get(options, option->name);

		if (!value)
			continue;
		if (strcmp(section, option->section) != 0)
			printf("\n%s\n", option->section);
		section = option->section;
		print_option(option, value);
	}
}

static void print_words(const char *title, const json_t *words, const char *separator)
{
	json_t *word;
	size_t i;

	if (!json_is_array(words))
		return;
	printf("\n%s\n", title);
	json_array_foreach(words, i, word)
	{
		fputs(i ? separator : "  ", stdout);
		command_print(json_string_value(word));
	}
	putchar('\n');
}

static void print_mounts(const json_t *mounts)
{
	json_t *mount;
	size_t i;

	puts("\nMounts");
	json_array_foreach(mounts, i, mount)
	{
		bool writable = json_is_true(json_object_get(mount, "writable"));

		printf("  ");
		print_column(string(mount, "path"), 26);
		printf("%s%s", string(mount, "kind"), writable ? ", writable" : "");
		if (json_is_string(json_object_get(mount, "source"))) {
			printf(" ");
			command_print(string(mount, "source"));
		}
		putchar('\n');
	}
}

static void print_limit(const json_t *limit, const char *which, char end)
{
	const json_t *value = json_object_get(limit, which);

	if (json_is_null(value))
		printf("max%c", end);
	else
		printf("%" JSON_INTEGER_FORMAT "%c", json_integer_value(value), end);
}

static void print_rlimits(json_t *limits)
{
	const char *name;
	json_t *limit;

	puts("\nResource limits, soft and hard");
	json_object_foreach(limits, name, limit)
	{
		printf("  ");
		print_column(name, 16);
		print_limit(limit, "soft", ':');
		print_limit(limit, "hard", '\n');
	}
}

static void print_group(const char *name, const json_t *group)
{
	const char *answer;
	json_t *names, *member;
	size_t i;

	printf("  %-16s %s", name, string(group, "answer"));
	json_object_foreach(json_object_get(group, "but"), answer, names)
	{
		printf("; %s:", answer);
		for (i = 0; (member = json_array_get(names, i)); i++)
			printf(" %s", json_string_value(member));
	}
	putchar('\n');
}

static void print_rules(const json_t *rules)
{
	json_t *rule;
	size_t i;

	if (json_array_size(rules) > 0)
		puts("\nRules for system calls, on top of those of default.policy; the last that "
		     "fits "
		     "decides");
	for (i = 0; (rule = json_array_get(rules, i)); i++)
		print_setting(string(rule, "action"), rule);
}

static void print_syscalls(const json_t *syscalls)
{
	const char *name;
	json_t *group;

	print_rules(json_object_get(syscalls, "rules"));

	printf("\nSystem calls: a filter of %" JSON_INTEGER_FORMAT
	       " instructions, compiled in %.2f ms\n",
		json_integer_value(json_object_get(syscalls, "instructions")),
		(double)json_integer_value(json_object_get(syscalls, "compile_ns")) / 1e6);
	/* The two groups that hold nearly everything would say it all again. */
	json_object_foreach(json_object_get(syscalls, "groups"), name,
		group) if (strcmp(name, "@known") != 0 && strcmp(name, "@system-service") != 0)
		print_group(name, group);
}

static void print_text(const json_t *plan)
{
	printf("policy ");
	command_print(string(plan, "policy"));
	print_words("Files of the policy, the most particular first",
		json_array_size(json_object_get(plan, "policy_files"))
			? json_object_get(plan, "policy_files")
			: NULL,
		"\n  ");
	if (!json_array_size(json_object_get(plan, "policy_files")))
		puts(" (built in)");
	print_options(json_object_get(plan, "options"));
	print_words("Program", json_object_get(plan, "argv"), " ");
	print_words("Looked for as", json_object_get(plan, "programs"), "\n  ");
	print_words("Environment", json_object_get(plan, "environment"), "\n  ");
	print_mounts(json_object_get(plan, "mounts"));
	print_rlimits(json_object_get(plan, "rlimits"));
	print_syscalls(json_object_get(plan, "syscalls"));
}

static int show(struct remand_options *options, const struct command_words *words)
{
	const char *const *argv = (const char *const *)(words->argv + words->first);
	struct remand_error error = { 0 };
	bool text = isatty(STDOUT_FILENO);
	json_t *plan = NULL;
	char *json = NULL;
	int status = 0;

	if (command_load(options) < 0 ||
		command_format(remand_options_text(options, "format"), &text) < 0)
		return COMMAND_FAILED;
	if (remand_options_show(options, argv, &json, &error) < 0) {
		command_complain(error.message);
		return COMMAND_FAILED;
	}
	if (!text) {
		puts(json);
	} else if ((plan = json_loads(json, 0, NULL))) {
		print_text(plan);
	}
	if ((text && !plan) || fflush(stdout) != 0) {
		command_complain("cannot write the plan");
		status = COMMAND_FAILED;
	}
	json_decref(plan);
	free(json);
	return status;
}

int command_show(int argc, char **argv)
{
	return command_verb(usage, argc, argv, show);
}
