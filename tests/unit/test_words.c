/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words as a shell would split them, but never expanded. */
#include <errno.h>
#include <stdlib.h>

#include "remand.h"
#include "table.h"

/* The words, joined by '|'. */
static const char *joined(const char *text, char *buffer, size_t size)
{
	struct remand_error error = { 0 };
	char **words = NULL;
	size_t used = 0;

	if (remand_split(text, &words, &error) < 0)
		return NULL;
	buffer[0] = '\0';
	for (size_t i = 0; words[i]; i++)
		used += (size_t)snprintf(
			buffer + used, size - used, "%s%s", i ? "|" : "", words[i]);
	free(words);
	return buffer;
}

TEST(words_are_split_as_a_shell_would_and_nothing_is_expanded)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ " \t\n ", "" },
		{ "a", "a" },
		{ "a b", "a|b" },
		{ "  a\t\tb\nc  ", "a|b|c" },
		{ "a 'b c' d\\ e", "a|b c|d e" },
		{ "'' \"\"", "|" },
		{ "a''b", "ab" },
		{ "\"a'b\" 'c\"d'", "a'b|c\"d" },
		{ "'a\\b'", "a\\b" },
		{ "\"a\\\\b\\\"c\\$d\\`e\\f\"", "a\\b\"c$d`e\\f" },
		{ "\\'\\\"\\\\", "'\"\\" },
		{ "a\\\nb \"c\\\nd\" \\\n e", "ab|cd|e" },
		{ "$HOME `x` $(y) * ~ > < | & ; #", "$HOME|`x`|$(y)|*|~|>|<|||&|;|#" },
		{ "x y z x y z x y z", "x|y|z|x|y|z|x|y|z" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char buffer[256];
		const char *got = joined(rows[i].text, buffer, sizeof(buffer));

		CHECK_ROW(got, rows[i].text);
		CHECK_STR(got, rows[i].want);
	}
}

TEST(what_is_not_closed_is_refused_with_its_place)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "'", "a quote that is not closed at byte 1 of: '" },
		{ "ab \"c", "a quote that is not closed at byte 4 of: ab \"c" },
		{ "a 'b\\'", NULL },
		{ "a \"b\\\"", "a quote that is not closed at byte 3 of: a \"b\\\"" },
		{ "a\\", "a backslash with nothing behind it at byte 2 of: a\\" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct remand_error error = { 0 };
		char **words = NULL;
		int r = remand_split(rows[i].text, &words, &error);

		CHECK_ROW(r == (rows[i].want ? -EINVAL : 0), rows[i].text);
		if (rows[i].want)
			CHECK_STR(error.message, rows[i].want);
		free(words);
	}
}
