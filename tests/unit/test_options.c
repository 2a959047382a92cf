/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The option table as a whole: its rows, how values get in, who owns them. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "options.h"
#include "table.h"

static void options_cleanup(struct remand_options **options)
{
	*options = remand_options_free(*options);
}

#define OPTIONS __attribute__((cleanup(options_cleanup))) struct remand_options

TEST(every_option_has_a_name_a_section_and_a_help_text)
{
	size_t n = 0;

	for (const struct remand_option *option; (option = remand_option_at(n)); n++) {
		CHECK(option->name && strlen(option->name) > 1);
		for (const char *c = option->name; *c; c++)
			CHECK_ROW(islower((unsigned char)*c) || isdigit((unsigned char)*c) ||
					  *c == '-',
				option->name);
		CHECK_ROW(option->section && option->section[0], option->name);
		CHECK_ROW(option->help && strlen(option->help) > 5, option->name);
		CHECK_ROW(!option->argument || option->argument[0], option->name);
		CHECK_ROW(!option->letter || isalpha((unsigned char)option->letter), option->name);
		CHECK_ROW(option->command_only == (strcmp(option->section, "Report") == 0 ||
							  strcmp(option->section, "Batch") == 0 ||
							  strcmp(option->section, "Pipe") == 0 ||
							  strcmp(option->section, "Start") == 0),
			option->name);
	}
	CHECK(n > 30);
	CHECK(!remand_option_at(n + 1) && !remand_option_at(SIZE_MAX));
}

TEST(names_and_letters_of_options_are_unique)
{
	const struct remand_option *a, *b;

	for (size_t i = 0; (a = remand_option_at(i)); i++)
		for (size_t j = i + 1; (b = remand_option_at(j)); j++) {
			CHECK_ROW(strcmp(a->name, b->name) != 0, a->name);
			CHECK_ROW(!a->letter || a->letter != b->letter, a->name);
		}
}

TEST(sections_of_the_help_are_not_torn_apart)
{
	const struct remand_option *a, *b;

	for (size_t i = 1; (a = remand_option_at(i)); i++)
		for (size_t j = 0; j + 1 < i && (b = remand_option_at(j)); j++)
			CHECK_ROW(strcmp(a->section, b->section) != 0 ||
					  strcmp(a->section, remand_option_at(i - 1)->section) == 0,
				a->name);
}

TEST(the_words_of_the_agreed_command_line_are_options_with_their_letters)
{
	static const struct {
		const char *name;
		char letter;
	} rows[] = {
		{ "time", 't' },
		{ "wall", 'w' },
		{ "idle", 0 },
		{ "memory", 'm' },
		{ "pids", 'p' },
		{ "cpus", 0 },
		{ "cpuset", 0 },
		{ "output", 'o' },
		{ "disk", 0 },
		{ "open-files", 0 },
		{ "stack", 0 },
		{ "rlimit", 0 },
		{ "nice", 0 },
		{ "grace", 0 },
		{ "policy", 0 },
		{ "allow", 0 },
		{ "deny", 0 },
		{ "kill", 0 },
		{ "log", 0 },
		{ "seccomp", 0 },
		{ "work", 0 },
		{ "file", 0 },
		{ "collect", 0 },
		{ "bind", 0 },
		{ "tmpfs", 0 },
		{ "devpts", 0 },
		{ "chdir", 'C' },
		{ "network", 0 },
		{ "hostname", 0 },
		{ "env", 'E' },
		{ "inherit-env", 0 },
		{ "cgroup", 0 },
		{ "stdin", 0 },
		{ "stdout", 0 },
		{ "stderr", 0 },
		{ "report", 'r' },
		{ "format", 0 },
		{ "quiet", 'q' },
		{ "verbose", 'v' },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct remand_option *option = NULL;

		for (size_t j = 0; remand_option_at(j); j++)
			if (strcmp(remand_option_at(j)->name, rows[i].name) == 0)
				option = remand_option_at(j);
		CHECK_ROW(option, rows[i].name);
		CHECK_ROW(option->letter == rows[i].letter, rows[i].name);
	}
}

TEST(an_unknown_option_is_refused_by_name)
{
	static const char *const names[] = { "", "mem", "memoryy", "Memory", "MEMORY", "m",
		"--memory", "memory=1", "pids_fatal", "open_files" };
	OPTIONS *options = NULL;

	CHECK_INT(remand_options_new(&options), 0);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct remand_error error;
		char want[64];

		snprintf(want, sizeof(want), "there is no option --%s", names[i]);
		CHECK_INT(remand_options_set(options, names[i], "1", &error), -EINVAL);
		CHECK_STR(error.message, want);
		CHECK_INT(error.stage, REMAND_STAGE_SPEC);
		CHECK_INT(remand_options_set(options, names[i], NULL, NULL), -EINVAL);
	}
}

TEST(every_option_with_a_value_refuses_none_and_an_empty_one_and_says_what_it_wants)
{
	OPTIONS *options = NULL;

	CHECK_INT(remand_options_new(&options), 0);
	for (size_t i = 0; remand_option_at(i); i++) {
		const struct remand_option *option = remand_option_at(i);
		struct remand_error error;
		char want[128];

		if (!option->argument)
			continue;
		CHECK_ROW(remand_options_set(options, option->name, NULL, &error) == -EINVAL,
			option->name);
		snprintf(want, sizeof(want), "--%s needs a value: %s", option->name,
			option->argument);
		CHECK_STR(error.message, want);
		CHECK_ROW(remand_options_set(options, option->name, "", &error) == -EINVAL,
			option->name);
		snprintf(want, sizeof(want), "--%s: the value is empty; expected %s", option->name,
			option->argument);
		CHECK_STR(error.message, want);
	}
}

TEST(every_flag_refuses_a_value_even_an_empty_one)
{
	OPTIONS *options = NULL;

	CHECK_INT(remand_options_new(&options), 0);
	for (size_t i = 0; remand_option_at(i); i++) {
		const struct remand_option *option = remand_option_at(i);
		struct remand_error error;
		char want[128];

		if (option->argument)
			continue;
		snprintf(want, sizeof(want), "--%s takes no value", option->name);
		CHECK_ROW(remand_options_set(options, option->name, "1", &error) == -EINVAL,
			option->name);
		CHECK_STR(error.message, want);
		CHECK_ROW(remand_options_set(options, option->name, "", NULL) == -EINVAL,
			option->name);
	}
	CHECK(!remand_options_spec(options)->pids_fatal);
	CHECK(!remand_options_spec(options)->inherit_env);
}

TEST(fresh_options_are_an_empty_spec_of_the_right_size)
{
	const struct remand_spec empty = { .size = sizeof(empty) };
	OPTIONS *options = NULL;

	CHECK_INT(remand_options_new(&options), 0);
	CHECK(memcmp(remand_options_spec(options), &empty, sizeof(empty)) == 0);
	CHECK(remand_options_free(NULL) == NULL);
}

TEST(a_refused_value_leaves_the_spec_as_it_was)
{
	OPTIONS *options = NULL;
	struct remand_spec before;

	CHECK_INT(remand_options_new(&options), 0);
	CHECK_INT(remand_options_set(options, "memory", "1M", NULL), 0);
	CHECK_INT(remand_options_set(options, "bind", "/usr", NULL), 0);
	before = *remand_options_spec(options);
	CHECK_INT(remand_options_set(options, "memory", "1X", NULL), -EINVAL);
	CHECK_INT(remand_options_set(options, "nice", "20", NULL), -EINVAL);
	CHECK_INT(remand_options_set(options, "bind", "/a:/b:rx", NULL), -EINVAL);
	CHECK_INT(remand_options_set(options, "network", "some", NULL), -EINVAL);
	CHECK(memcmp(remand_options_spec(options), &before, sizeof(before)) == 0);
}

TEST(the_last_of_several_single_values_wins)
{
	OPTIONS *options = NULL;
	const struct remand_spec *spec;

	CHECK_INT(remand_options_new(&options), 0);
	CHECK_INT(remand_options_set(options, "memory", "1M", NULL), 0);
	CHECK_INT(remand_options_set(options, "memory", "2M", NULL), 0);
	CHECK_INT(remand_options_set(options, "hostname", "a", NULL), 0);
	CHECK_INT(remand_options_set(options, "hostname", "b", NULL), 0);
	CHECK_INT(remand_options_set(options, "network", "host", NULL), 0);
	CHECK_INT(remand_options_set(options, "network", "none", NULL), 0);
	CHECK_INT(remand_options_set(options, "stdout", "file", NULL), 0);
	CHECK_INT(remand_options_set(options, "stdout", "null", NULL), 0);
	CHECK_INT(remand_options_set(options, "report", "a", NULL), 0);
	CHECK_INT(remand_options_set(options, "report", "b", NULL), 0);
	spec = remand_options_spec(options);
	CHECK_INT(spec->memory_bytes, 2 << 20);
	CHECK_STR(spec->hostname, "b");
	CHECK_INT(spec->network, REMAND_NETWORK_NONE);
	CHECK_INT(spec->output.kind, REMAND_STREAM_NULL);
	CHECK(!spec->output.path);
	CHECK_STR(remand_options_text(options, "report"), "b");
}

TEST(lists_keep_every_value_in_the_order_given)
{
	OPTIONS *options = NULL;
	const struct remand_spec *spec;
	char value[64];

	CHECK_INT(remand_options_new(&options), 0);
	for (int i = 0; i < 100; i++) {
		snprintf(value, sizeof(value), "N%d=%d", i, i);
		CHECK_INT(remand_options_set(options, "env", value, NULL), 0);
		snprintf(value, sizeof(value), "/s%d:/d%d", i, i);
		CHECK_INT(remand_options_set(options, "bind", value, NULL), 0);
		snprintf(value, sizeof(value), "s%d:d%d", i, i);
		CHECK_INT(remand_options_set(options, "file", value, NULL), 0);
		CHECK_INT(remand_options_set(options, "collect", value, NULL), 0);
		snprintf(value, sizeof(value), "/t%d:%dK", i, i + 1);
		CHECK_INT(remand_options_set(options, "tmpfs", value, NULL), 0);
		snprintf(value, sizeof(value), "cpu=%d", i);
		CHECK_INT(remand_options_set(options, "rlimit", value, NULL), 0);
	}
	spec = remand_options_spec(options);
	CHECK_INT(spec->binds_count, 100);
	CHECK_INT(spec->files_count, 100);
	CHECK_INT(spec->collects_count, 100);
	CHECK_INT(spec->tmpfs_count, 100);
	CHECK_INT(spec->rlimits_count, 100);
	for (int i = 0; i < 100; i++) {
		snprintf(value, sizeof(value), "N%d=%d", i, i);
		CHECK_STR(spec->env[i], value);
		snprintf(value, sizeof(value), "/d%d", i);
		CHECK_STR(spec->binds[i].destination, value);
		CHECK_STR(spec->files[i].name, value + 1);
		CHECK_STR(spec->collects[i].path, value + 1);
		CHECK_INT(spec->tmpfs[i].bytes, (i + 1) * 1024);
		CHECK_INT(spec->rlimits[i].soft, i);
	}
	CHECK(!spec->env[100]);
}

TEST(the_options_own_copies_of_all_words)
{
	OPTIONS *options = NULL;
	const struct remand_spec *spec;
	char word[] = "/source:/destination";
	char host[] = "host";
	char report[] = "report";

	CHECK_INT(remand_options_new(&options), 0);
	CHECK_INT(remand_options_set(options, "bind", word, NULL), 0);
	CHECK_INT(remand_options_set(options, "hostname", host, NULL), 0);
	CHECK_INT(remand_options_set(options, "report", report, NULL), 0);
	memset(word, 'X', sizeof(word) - 1);
	memset(host, 'X', sizeof(host) - 1);
	memset(report, 'X', sizeof(report) - 1);
	spec = remand_options_spec(options);
	CHECK_STR(spec->binds[0].source, "/source");
	CHECK_STR(spec->binds[0].destination, "/destination");
	CHECK_STR(spec->hostname, "host");
	CHECK_STR(remand_options_text(options, "report"), "report");
}

TEST(each_word_for_the_command_itself_is_handed_back_as_it_was_given)
{
	OPTIONS *options = NULL;

	CHECK_INT(remand_options_new(&options), 0);
	for (size_t i = 0; remand_option_at(i); i++) {
		const struct remand_option *option = remand_option_at(i);

		if (!option->command_only)
			continue;
		CHECK_ROW(!remand_options_text(options, option->name), option->name);
		CHECK_INT(remand_options_set(options, option->name,
				  option->argument ? option->name : NULL, NULL),
			0);
	}
	for (size_t i = 0; remand_option_at(i); i++) {
		const struct remand_option *option = remand_option_at(i);

		if (option->command_only)
			CHECK_STR(remand_options_text(options, option->name),
				option->argument ? option->name : "");
	}
}

TEST(words_for_the_command_do_not_touch_the_spec_and_those_for_the_spec_are_no_words)
{
	const struct remand_spec empty = { .size = sizeof(empty) };
	OPTIONS *options = NULL;

	CHECK_INT(remand_options_new(&options), 0);
	CHECK_INT(remand_options_set(options, "report", "x", NULL), 0);
	CHECK_INT(remand_options_set(options, "quiet", NULL, NULL), 0);
	CHECK(memcmp(remand_options_spec(options), &empty, sizeof(empty)) == 0);
	CHECK(!remand_options_text(options, "memory"));
	CHECK(!remand_options_text(options, "no-such-option"));
}
