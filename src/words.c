/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text into words: the quoting of the shell (POSIX.1-2017, XCU 2.2) and nothing else of it. Words
 * and their list are one piece of memory: the list first, then the text of the words, which is
 * never longer than what was split.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "remand.h"

struct splitter {
	const char *text, *at;
	char *out; /* where the next byte of a word goes */
	struct remand_error *error;
};

static int refuse(const struct splitter *splitter, const char *from, const char *what)
{
	return error_say(splitter->error, REMAND_STAGE_SPEC, -EINVAL, "%s at byte %zu of: %s", what,
		(size_t)(from - splitter->text) + 1, splitter->text);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Behind a backslash outside of quotes: any byte; a newline vanishes with it. */
static int take_escaped(struct splitter *splitter)
{
	const char *from = splitter->at++;

	if (*splitter->at == '\0')
		return refuse(splitter, from, "a backslash with nothing behind it");
	if (*splitter->at != '\n')
		*splitter->out++ = *splitter->at;
	splitter->at++;
	return 0;
}

static int take_quoted(struct splitter *splitter, char quote)
{
	const char *from = splitter->at++;

	while (*splitter->at && *splitter->at != quote) {
		/* Between double quotes a backslash is one, but before these. */
		if (quote == '"' && *splitter->at == '\\' && splitter->at[1] &&
			strchr("\"\\$`\n", splitter->at[1])) {
			(void)take_escaped(splitter);
			continue;
		}
		*splitter->out++ = *splitter->at++;
	}
	if (*splitter->at == '\0')
		return refuse(splitter, from, "a quote that is not closed");
	splitter->at++;
	return 0;
}

static int take_word(struct splitter *splitter)
{
	int r = 0;

	while (r == 0 && *splitter->at && !is_blank(*splitter->at)) {
		if (*splitter->at == '\'' || *splitter->at == '"')
			r = take_quoted(splitter, *splitter->at);
		else if (*splitter->at == '\\')
			r = take_escaped(splitter);
		else
			*splitter->out++ = *splitter->at++;
	}
	*splitter->out++ = '\0';
	return r;
}

int remand_split(const char *text, char ***ret_words, struct remand_error *error)
{
	size_t length = strlen(text), most = length / 2 + 2, count = 0; /* "a b": two in three */
	char **words = malloc(most * sizeof(*words) + length + 2);
	struct splitter splitter = { text, text, NULL, error };
	int r = 0;

	if (!words)
		return error_errno(error, REMAND_STAGE_SPEC, -ENOMEM, "cannot split words");
	splitter.out = (char *)(words + most);
	for (;;) {
		while (is_blank(*splitter.at) || strncmp(splitter.at, "\\\n", 2) == 0)
			splitter.at++;
		if (*splitter.at == '\0' || r < 0)
			break;
		words[count++] = splitter.out;
		r = take_word(&splitter);
	}
	words[count] = NULL;
	if (r < 0)
		free(words);
	else
		*ret_words = words;
	return r;
}
