/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of verbs that take none of the options of a run. */
#include <stdio.h>
#include <string.h>

#include "command.h"

static int refuse(const char *verb, const char *word, const char *what)
{
	char message[512];

	snprintf(message, sizeof(message), "'%.100s' %s; see remand %s --help", word, what, verb);
	command_complain(message);
	return COMMAND_FAILED;
}

static bool is_letter(const struct command_word_option *option, const char *word)
{
	return option->letter && word[0] == '-' && word[1] == option->letter;
}

/* Where the value of the option begins: in the word, "" behind an empty "=", or NULL: it is not
 * this option. *ret_next: it is the next word. */
static const char *find_value(
	const struct command_word_option *option, const char *word, bool *ret_next)
{
	size_t length = strlen(option->name);
	bool is_long = strncmp(word, "--", 2) == 0 && strncmp(word + 2, option->name, length) == 0;

	*ret_next = (is_letter(option, word) && !word[2]) || (is_long && !word[2 + length]);
	if (is_letter(option, word))
		return word + 2;
	return is_long && (*ret_next || word[2 + length] == '=') ? word + 2 + length + !*ret_next
								 : NULL;
}

int command_read_words(int argc, char **argv, const char *usage,
	const struct command_word_option *option, const char **ret_name, const char **ret_value)
{
	*ret_name = *ret_value = NULL;
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *value;
		bool next;

		if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			return puts(usage) < 0 ? COMMAND_FAILED : 0;
		value = find_value(option, word, &next);
		if (value) {
			*ret_value = next ? argv[++i] : value;
			if (!*ret_value || !**ret_value)
				return refuse(argv[0], word, "needs a value");
		} else if (word[0] == '-') {
			return refuse(argv[0], word, "is no option of this verb");
		} else if (*ret_name) {
			return refuse(argv[0], word, "is one word too many");
		} else {
			*ret_name = word;
		}
	}
	return -1;
}
