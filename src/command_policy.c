/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remand policy: which policies there are, what one says, what its filter answers. */
#include <dirent.h>
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "filter_answer.h"
#include "isolation.h"
#include "policy.h"
#include "policy_find.h"
#include "spec_rules.h"
#include "syscall_conditions.h"
#include "syscall_groups.h"
#include "syscall_names.h"

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

/* ---- list ---- */

static int is_policy(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 7 && strcmp(entry->d_name + length - 7, ".policy") == 0;
}

static void list_directory(const struct policy_directory *directory)
{
	struct dirent **entries = NULL;
	int n = scandir(directory->path, &entries, is_policy, alphasort);

	for (int i = 0; i < n; i++) {
		char *name = entries[i]->d_name;

		name[strlen(name) - 7] = '\0';
		/* Names that cannot be used are not offered; nor is what is never read. */
		if (policy_is_name(name) && strcmp(name, POLICY_DEFAULT) != 0)
			printf("%-16s %-20s %s/%s.policy\n", name, directory->origin,
				directory->path, name);
		free(entries[i]);
	}
	free(entries);
}

static int list(void)
{
	struct policy_directories directories = { 0 };
	struct remand_error error = { 0 };

	if (policy_directories_open(&directories, &error) < 0)
		return complain(&error);
	printf("%-16s %s\n", POLICY_DEFAULT, "built in");
	for (size_t i = 0; i < directories.count; i++)
		list_directory(&directories.list[i]);
	policy_directories_done(&directories);
	return 0;
}

/* ---- show ---- */

static int show_group(const char *name)
{
	const struct syscall_group *group = syscall_groups_find(name);
	unsigned int number;

	if (!group) {
		command_complain("there is no such group; the groups are:");
		for (size_t i = 0; (group = syscall_groups_get(i)); i++)
			fprintf(stderr, "  %-16s %s\n", group->name, group->summary);
		return COMMAND_FAILED;
	}
	printf("# %s: %s\n", group->name, group->summary);
	for (const char *const *member = group->members; *member; member++)
		printf("%s%s\n", *member,
			**member != '@' && syscall_names_number(*member, &number) != SYSCALL_NATIVE
				? "    # not on this architecture"
				: "");
	return 0;
}

static int show(const char *name)
{
	struct trusted_file file = { 0 };
	struct remand_error error = { 0 };
	char *path = NULL;

	if (name[0] == '@')
		return show_group(name);
	if (strcmp(name, POLICY_DEFAULT) == 0) {
		fputs(policy_default_text, stdout);
		return 0;
	}
	if (policy_find(name, NULL, &path, &file, &error) < 0)
		return complain(&error);
	printf("# %s\n", path);
	/* A file with control characters is no policy, and no terminal should obey it. */
	for (size_t i = 0; i < file.length; i++)
		putchar(((unsigned char)file.text[i] < 0x20 && !strchr("\n\t", file.text[i])) ||
					file.text[i] == 0x7f
				? '?'
				: file.text[i]);
	free(path);
	trusted_file_done(&file);
	return 0;
}

/* ---- test ---- */

/* "name" or "name(number, ...)". *ret_given: with arguments. */
static int parse_call(
	const char *word, struct seccomp_data *ret, bool *ret_given, struct remand_error *error)
{
	struct syscall_text text = { .at = word, .error = error };
	unsigned int number = 0, count = 0;
	char name[64];
	int r = 0;

	*ret = (struct seccomp_data){ .arch = seccomp_arch_native() };
	syscall_text_word(&text, "", name);
	if (syscall_names_number(name, &number) != SYSCALL_NATIVE)
		return snprintf(error->message, sizeof(error->message),
			       "'%s' is no system call of this architecture", name),
		       -EINVAL;
	ret->nr = (int)number;
	*ret_given = syscall_text_take(&text, '(');
	while (*ret_given && r == 0 && !syscall_text_take(&text, ')')) {
		uint64_t value = 0;

		r = count < 6 ? syscall_text_number(&text, &value) : -EINVAL;
		if (r == 0)
			ret->args[count++] = value;
		if (r == 0 && !syscall_text_take(&text, ',') && *text.at != ')')
			r = -EINVAL;
	}
	if (r < 0 || *text.at)
		return snprintf(error->message, sizeof(error->message),
			       "'%s' is not a call; expected openat, or socket(AF_INET, 1, 0) "
			       "with up to six numbers or constants",
			       word),
		       -EINVAL;
	return 0;
}

/* 0 allowed, 1 not, 125 no call. */
static int test_call(const struct filter_program *program, const char *word)
{
	struct remand_error error = { 0 };
	struct seccomp_data data;
	uint32_t answer;
	char text[32];
	bool given;

	if (parse_call(word, &data, &given, &error) < 0)
		return complain(&error);
	if (!filter_answer_fixed(program, (unsigned int)data.nr, &answer)) {
		if (!given) {
			printf("%-32s by arguments\n", word);
			return 1;
		}
		answer = filter_answer(program, &data);
	}
	printf("%-32s %s\n", word, filter_answer_text(answer, text));
	answer &= SECCOMP_RET_ACTION_FULL;
	return answer == SECCOMP_RET_ALLOW || answer == SECCOMP_RET_LOG ? 0 : 1;
}

static int test_calls(const struct remand_spec *spec, int count, char **words)
{
	const struct isolation cell = {
		.degree = REMAND_ISOLATION_FULL, .cell = true, .confined = true
	};
	struct syscall_rules rules = { 0 };
	struct filter_program program = { 0 };
	struct remand_error error = { 0 };
	int status = 0;

	if (spec_rules_make(spec, &cell, &rules, &error) < 0 ||
		filter_compile(&rules, &program, &error) < 0)
		status = complain(&error);
	for (int i = 0; status != COMMAND_FAILED && i < count; i++) {
		int one = test_call(&program, words[i]);

		status = one > status ? one : status;
	}
	filter_program_done(&program);
	syscall_rules_done(&rules);
	return status;
}

static int test(const char *name, int count, char **words)
{
	struct remand_options *options = NULL;
	struct remand_error error = { 0 };
	int status;

	if (remand_options_new(&options) < 0 ||
		remand_options_set(options, "policy", name, &error) < 0 ||
		remand_options_load_policy(options, &error) < 0)
		status = complain(&error);
	else if (remand_options_spec(options)->isolation == REMAND_ISOLATION_NONE)
		status = (puts("isolation none: no filter, everything is allowed"), 0);
	else
		status = test_calls(remand_options_spec(options), count, words);
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
