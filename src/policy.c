/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parser of policy files. It knows lines, names, values and quotes, and no option. */
#include "policy.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

const char policy_default_text[] =
#include "policy_default.inc"
	;

/* One line being read; `at` moves on. */
struct cursor {
	const struct policy_source *source;
	const char *start, *at, *end;
	unsigned int number;
	char *buffer; /* for name and value; as long as the whole source */
	struct remand_error *error;
};

int policy_fail(const struct policy_source *source, unsigned int number, unsigned int column,
	struct remand_error *error, const char *format, ...)
{
	char sentence[768];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	return error_say(error, REMAND_STAGE_POLICY, -EINVAL, "%s:%u:%u: %s", source->file, number,
		column, sentence);
}

static unsigned int column(const struct cursor *c, const char *place)
{
	return (unsigned int)(place - c->start) + 1;
}

/* "expected ..., found ..." about the byte at the cursor. */
static int fail(const struct cursor *c, const char *expected)
{
	char found[24] = "the end of the line";
	unsigned char byte = c->at < c->end ? (unsigned char)*c->at : 0;

	if (c->at < c->end && byte > 0x20 && byte < 0x7f)
		snprintf(found, sizeof(found), "'%c'", byte);
	else if (c->at < c->end)
		snprintf(found, sizeof(found), "the byte 0x%02x", byte);
	return policy_fail(c->source, c->number, column(c, c->at), c->error,
		"expected %s, found %s", expected, found);
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->end && is_blank(*c->at))
		c->at++;
}

/* A comment begins the line or follows a blank: "a#b" is a value. */
static bool at_comment(const struct cursor *c, const char *place)
{
	return *place == '#' && (place == c->start || is_blank(place[-1]));
}

static bool at_end(const struct cursor *c)
{
	return c->at == c->end || at_comment(c, c->at);
}

static bool is_name(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-';
}

/* Zero bytes, escape sequences, carriage returns: invisible to whoever reviews the file. */
static int check_bytes(struct cursor *c)
{
	for (; c->at < c->end; c->at++) {
		unsigned char byte = (unsigned char)*c->at;

		if (byte == '\r' && c->at + 1 == c->end)
			return fail(c, "a line that ends as on Unix");
		if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
			return fail(c, "text without control characters");
	}
	c->at = c->start;
	return 0;
}

static int read_name(struct cursor *c, struct policy_line *line)
{
	char *name = c->buffer;

	line->name = name;
	line->name_column = column(c, c->at);
	if (*c->at == '-')
		return fail(c, "an option without its dashes");
	if (*c->at < 'a' || *c->at > 'z')
		return fail(c, "the name of an option, such as memory");
	while (c->at < c->end && is_name(*c->at))
		*name++ = *c->at++;
	*name++ = '\0';
	c->buffer = name;
	if (c->at < c->end && !is_blank(*c->at) && *c->at != '(')
		return fail(c, "a blank between the option and its value");
	return 0;
}

static int read_quoted(struct cursor *c)
{
	char *value = c->buffer;

	for (c->at++; c->at < c->end && *c->at != '"'; c->at++) {
		if (*c->at == '\\') {
			c->at++;
			if (c->at == c->end || (*c->at != '"' && *c->at != '\\'))
				return fail(c, "\\\" or \\\\ in quotes");
		}
		*value++ = *c->at;
	}
	*value = '\0';
	if (c->at == c->end)
		return fail(c, "a closing quote");
	c->at++;
	if (c->at < c->end && !is_blank(*c->at))
		return fail(c, "a blank after the closing quote");
	skip_blanks(c);
	return at_end(c) ? 0 : fail(c, "nothing but a comment after the closing quote");
}

static int read_plain(struct cursor *c)
{
	const char *start = c->at;
	size_t length;

	while (c->at < c->end && !at_comment(c, c->at)) {
		if (*c->at == '"')
			return fail(c, "no quote inside a value; put the whole value in quotes");
		c->at++;
	}
	length = (size_t)(c->at - start);
	while (is_blank(start[length - 1]))
		length--;
	memcpy(c->buffer, start, length);
	c->buffer[length] = '\0';
	return 0;
}

/* 1: the line says something, 0: it does not, -EINVAL. */
static int read_line(struct cursor *c, struct policy_line *line)
{
	int r = check_bytes(c);

	if (r < 0)
		return r;
	skip_blanks(c);
	if (at_end(c))
		return 0;
	r = read_name(c, line);
	if (r < 0)
		return r;
	skip_blanks(c);
	line->value_column = column(c, c->at);
	line->written = c->at;
	if (at_end(c))
		return 1;
	line->value = c->buffer;
	r = *c->at == '"' ? read_quoted(c) : read_plain(c);
	return r < 0 ? r : 1;
}

int policy_parse(const struct policy_source *source,
	int (*visit)(const struct policy_line *line, void *context), void *context,
	struct remand_error *error)
{
	const char *next = source->text, *end = source->text + source->length;
	char *buffer = malloc(source->length + 2); /* a name, a value and their ends */
	unsigned int number = 0;
	int r = 0;

	if (!buffer)
		return error_errno(error, REMAND_STAGE_POLICY, -ENOMEM, "%s", source->file);
	while (r == 0 && next < end) {
		const char *newline = memchr(next, '\n', (size_t)(end - next));
		struct policy_line line = { .number = ++number };
		struct cursor cursor = { source, next, next, newline ? newline : end, number,
			buffer, error };

		r = read_line(&cursor, &line);
		if (r == 1)
			r = visit(&line, context);
		next = cursor.end + 1;
	}
	free(buffer);
	return r;
}

unsigned int policy_column(const struct policy_line *line, size_t offset)
{
	const char *at = line->written;

	if (*at != '"')
		return line->value_column + (unsigned int)offset;
	for (at++; offset > 0; offset--)
		at += *at == '\\' ? 2 : 1;
	return line->value_column + (unsigned int)(at - line->written);
}
