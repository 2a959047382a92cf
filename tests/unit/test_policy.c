/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of policy files: what a line means, and where and how a mistake is named. */
#include "policy.h"

#include <errno.h>
#include <stdlib.h>

#include "options.h"
#include "spec.h"
#include "table.h"

/* All lines as "name|value@line:column" or "name@line:column", joined by blanks. */
struct seen {
	char text[512];
};

static int note(const struct policy_line *line, void *context)
{
	struct seen *seen = context;
	size_t used = strlen(seen->text);

	snprintf(seen->text + used, sizeof(seen->text) - used, "%s%s%s%s@%u:%u", used ? " " : "",
		line->name, line->value ? "|" : "", line->value ? line->value : "", line->number,
		line->value ? line->value_column : line->name_column);
	return 0;
}

static int parse(const char *text, size_t length, struct seen *seen, struct remand_error *error)
{
	const struct policy_source source = { text, length, "x" };

	*seen = (struct seen){ "" };
	return policy_parse(&source, note, seen, error);
}

static const struct {
	const char *text, *want;
} lines[] = {
	{ "", "" },
	{ "\n\n  \n\t\n", "" },
	{ "# memory 1", "" },
	{ "  # memory 1\n#\n", "" },
	{ "memory 256M", "memory|256M@1:8" },
	{ "memory 256M\n", "memory|256M@1:8" },
	{ "\tmemory \t 256M \t\n", "memory|256M@1:11" },
	{ "pids-fatal", "pids-fatal@1:1" },
	{ "pids-fatal # and why", "pids-fatal@1:1" },
	{ "memory 1#2", "memory|1#2@1:8" },
	{ "memory 1 #2", "memory|1@1:8" },
	{ "memory 1\t# 2", "memory|1@1:8" },
	{ "deny a, b(0: 1|2), @c", "deny|a, b(0: 1|2), @c@1:6" },
	{ "deny(ENOSYS) a", "deny|(ENOSYS) a@1:5" },
	{ "deny (ENOSYS) a", "deny|(ENOSYS) a@1:6" },
	{ "env \"A= b # \"", "env|A= b # @1:5" },
	{ "env \"A=\\\"b\\\\\"   # c", "env|A=\"b\\@1:5" },
	{ "env \"\"", "env|@1:5" },
	{ "env A=it's", "env|A=it's@1:5" },
	{ "env A=\\n", "env|A=\\n@1:5" },
	{ "work /\303\244\377", "work|/\303\244\377@1:6" },
	{ "a 1\nb 2\n\n c 3", "a|1@1:3 b|2@2:3 c|3@4:4" },
};

TEST(a_line_is_a_name_and_a_value_up_to_the_comment)
{
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct remand_error error = { 0 };
		struct seen seen;

		if (parse(lines[i].text, strlen(lines[i].text), &seen, &error) < 0)
			check_fail(__FILE__, __LINE__, "%s", error.message);
		CHECK_STR(seen.text, lines[i].want);
	}
}

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
	const char *text;
	size_t length;
	const char *message;
} mistakes[] = {
	{ TEXT("--memory 1"), "x:1:1: expected an option without its dashes, found '-'" },
	{ TEXT("a 1\n  -m 1"), "x:2:3: expected an option without its dashes, found '-'" },
	{ TEXT("Memory 1"), "x:1:1: expected the name of an option, such as memory, found 'M'" },
	{ TEXT("\"memory\" 1"),
		"x:1:1: expected the name of an option, such as memory, found '\"'" },
	{ TEXT("\xef\xbb\xbfmemory 1"),
		"x:1:1: expected the name of an option, such as memory, found the byte 0xef" },
	{ TEXT("memory=1"), "x:1:7: expected a blank between the option and its value, found '='" },
	{ TEXT("memory#1"), "x:1:7: expected a blank between the option and its value, found '#'" },
	{ TEXT("memory: 1"),
		"x:1:7: expected a blank between the option and its value, found ':'" },
	{ TEXT("env \"A"), "x:1:7: expected a closing quote, found the end of the line" },
	{ TEXT("env \"A\nb\""), "x:1:7: expected a closing quote, found the end of the line" },
	{ TEXT("env \"A\\"), "x:1:8: expected \\\" or \\\\ in quotes, found the end of the line" },
	{ TEXT("env \"A\\n\""), "x:1:8: expected \\\" or \\\\ in quotes, found 'n'" },
	{ TEXT("env \"A\" b"),
		"x:1:9: expected nothing but a comment after the closing quote, found 'b'" },
	{ TEXT("env \"A\"b"), "x:1:8: expected a blank after the closing quote, found 'b'" },
	{ TEXT("env \"A\"#b"), "x:1:8: expected a blank after the closing quote, found '#'" },
	{ TEXT("env A=\"b\""),
		"x:1:7: expected no quote inside a value; put the whole value in quotes, found "
		"'\"'" },
	{ TEXT("memory 1\r\n"),
		"x:1:9: expected a line that ends as on Unix, found the byte 0x0d" },
	{ TEXT("memory 1\rpids 1\n"),
		"x:1:9: expected text without control characters, found the byte 0x0d" },
	{ TEXT("a\nmemory 1\0002"),
		"x:2:9: expected text without control characters, found the byte 0x00" },
	{ TEXT("\0"), "x:1:1: expected text without control characters, found the byte 0x00" },
	{ TEXT("# \033[1A"),
		"x:1:3: expected text without control characters, found the byte 0x1b" },
	{ TEXT("memory 1\177"),
		"x:1:9: expected text without control characters, found the byte 0x7f" },
};

TEST(a_mistake_is_named_with_file_line_column_and_what_was_expected)
{
	for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
		struct remand_error error = { 0 };
		struct seen seen;

		CHECK_INT(parse(mistakes[i].text, mistakes[i].length, &seen, &error), -EINVAL);
		CHECK_INT(error.stage, REMAND_STAGE_POLICY);
		CHECK_STR(error.message, mistakes[i].message);
	}
}

static int stop_at_second(const struct policy_line *line, void *context)
{
	*(unsigned int *)context = line->number;
	return line->number == 2 ? -ECANCELED : 0;
}

TEST(the_visitor_ends_the_parsing)
{
	const struct policy_source source = { TEXT("a\nb\nc\n--d"), "x" };
	unsigned int last = 0;

	CHECK_INT(policy_parse(&source, stop_at_second, &last, NULL), -ECANCELED);
	CHECK_INT(last, 2);
}

static int note_columns(const struct policy_line *line, void *context)
{
	unsigned int *columns = context;

	for (size_t i = 0; i <= strlen(line->value); i++)
		columns[i] = policy_column(line, i);
	return 0;
}

TEST(a_byte_of_a_value_has_its_column_in_the_file_also_behind_escapes)
{
	const struct policy_source plain = { TEXT("env  abc"), "x" };
	const struct policy_source quoted = { TEXT("env \"a\\\"\\\\b\""), "x" };
	unsigned int columns[8];

	CHECK_INT(policy_parse(&plain, note_columns, columns, NULL), 0);
	CHECK(columns[0] == 6 && columns[1] == 7 && columns[3] == 9);
	CHECK_INT(policy_parse(&quoted, note_columns, columns, NULL), 0);
	CHECK(columns[0] == 6 && columns[1] == 7 && columns[2] == 9 && columns[3] == 11);
	CHECK_INT(columns[4], 12);
}

static int set(const struct policy_line *line, void *context)
{
	return remand_options_set(context, line->name, line->value, NULL);
}

/* The text that is built in says what zero in a spec means. */
TEST(the_lines_of_the_policy_default_are_the_defaults)
{
	static const char *const argv[] = { "x", NULL };
	const struct policy_source source = { policy_default_text, strlen(policy_default_text),
		"default" };
	struct remand_options *options = NULL;
	struct remand_spec said, empty = { .size = sizeof(empty), .argv = argv };
	struct remand_spec spec;

	CHECK_INT(remand_options_new(&options), 0);
	CHECK_INT(policy_parse(&source, set, options, NULL), 0);
	spec = *remand_options_spec(options);
	spec.argv = argv;
	CHECK(spec.rules_count > 20 && spec.time_ns && spec.memory_bytes && spec.stack_bytes);
	CHECK(spec.wall_ns && spec.pids && spec.output_bytes && spec.disk_bytes && spec.open_files);
	CHECK_INT(spec_resolve(&spec, &said, NULL), 0);
	CHECK_INT(spec_resolve(&empty, &spec, NULL), 0);
	CHECK_STR(said.hostname, spec.hostname);
	said.hostname = spec.hostname;
	CHECK_INT(said.ok_codes_count, spec.ok_codes_count);
	CHECK(memcmp(said.ok_codes, spec.ok_codes, spec.ok_codes_count) == 0);
	said.ok_codes = spec.ok_codes;
	said.rules = NULL;
	said.rules_count = 0;
	CHECK(memcmp(&said, &spec, sizeof(spec)) == 0);
	remand_options_free(options);
}
