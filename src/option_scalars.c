/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setters of options that fill one field. Parsing fails closed: garbage never means "no limit". */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fd.h"
#include "options.h"

static void *field(const struct option_context *context)
{
	return (char *)&context->options->spec + context->offset;
}

/* A limit of zero would be the default in a spec and would kill everything: it is refused. */
static int set_limit(const struct option_context *context, const char *value, int r,
	uint64_t parsed, const char *expected)
{
	if (r == -ERANGE)
		return option_refuse(context, value, "is too large; say max for no limit");
	if (r < 0)
		return option_refuse(context, value, expected);
	if (parsed == 0)
		return option_refuse(context, value, "is not a limit; say max for no limit");
	*(uint64_t *)field(context) = parsed;
	return 0;
}

#define EXPECTED_TIME                                                                              \
	"is not a time; expected a number with ns, us, ms, s, m or h (a bare number is seconds), " \
	"or max"
#define EXPECTED_SIZE                                                                              \
	"is not a size; expected a whole number of bytes, or one with K, M, G, T (1024), KB, MB, " \
	"GB, "                                                                                     \
	"TB (1000), KiB ..., or max"

int option_set_time(const struct option_context *context, const char *value)
{
	uint64_t parsed = 0;
	int r = remand_parse_time(value, &parsed);

	return set_limit(context, value, r, parsed, EXPECTED_TIME);
}

int option_set_size(const struct option_context *context, const char *value)
{
	uint64_t parsed = 0;
	int r = remand_parse_size(value, &parsed);

	return set_limit(context, value, r, parsed, EXPECTED_SIZE);
}

int option_parse_count(const char *value, uint64_t *ret)
{
	if (strcmp(value, "max") != 0 && value[strspn(value, "0123456789")] != '\0')
		return -EINVAL;
	return remand_parse_size(value, ret);
}

int option_set_count(const struct option_context *context, const char *value)
{
	uint64_t parsed = 0;
	int r = option_parse_count(value, &parsed);

	return set_limit(
		context, value, r, parsed, "is not a count; expected a whole number, or max");
}

/* Thousandths of a CPU: the digits of "1.25" read as a time in ms would be. */
int option_set_cpus(const struct option_context *context, const char *value)
{
	const char *expected = "is not a number of CPUs; expected e.g. 2 or 0.5 (at most three "
			       "decimals), or max";
	uint64_t parsed = 0;
	int r;

	if (strcmp(value, "max") != 0 && value[strspn(value, "0123456789.")] != '\0')
		return option_refuse(context, value, expected);
	r = remand_parse_time(value, &parsed);
	if (r == 0 && parsed != REMAND_UNLIMITED) {
		if (parsed % 1000000 != 0)
			return option_refuse(context, value, expected);
		parsed /= 1000000;
	}
	return set_limit(context, value, r, parsed, expected);
}

/* Grace may be 0: the kill then comes at once. */
int option_set_grace(const struct option_context *context, const char *value)
{
	uint64_t parsed;
	int r = remand_parse_time(value, &parsed);

	if (r < 0 || parsed == REMAND_UNLIMITED)
		return option_refuse(context, value,
			"is not a finite time; expected a number with ns, us, ms, s, m or h");
	*(uint64_t *)field(context) = parsed;
	return 0;
}

/* Digits; NULL when there are none or too many. */
static const char *skip_cpu(const char *text, unsigned long *ret)
{
	char *end;

	if (*text < '0' || *text > '9' || strspn(text, "0123456789") > 6)
		return NULL;
	*ret = strtoul(text, &end, 10);
	return end;
}

/* cpuset.cpus takes an empty list for "all"; a list is one or more of N or N-M, N not above M. */
static bool is_cpu_list(const char *text)
{
	for (;;) {
		unsigned long first = 0, last;

		text = skip_cpu(text, &first);
		last = first;
		if (text && *text == '-')
			text = skip_cpu(text + 1, &last);
		if (!text || last < first)
			return false;
		if (*text == '\0')
			return true;
		if (*text++ != ',')
			return false;
	}
}

int option_set_cpuset(const struct option_context *context, const char *value)
{
	if (!is_cpu_list(value))
		return option_refuse(context, value, "is not a list of CPUs; expected e.g. 0-1,3");
	return option_set_text(context, value);
}

int option_set_flag(const struct option_context *context, const char *value)
{
	(void)value;
	*(bool *)field(context) = true;
	return 0;
}

int option_set_text(const struct option_context *context, const char *value)
{
	const char *copy = options_keep(context->options, value);

	if (!copy)
		return option_no_memory(context);
	*(const char **)field(context) = copy;
	return 0;
}

const char *option_keep_path(const struct option_context *context, const char *path)
{
	const char *directory = path[0] == '/' ? NULL : context->options->directory;
	CLEANUP_FREE char *joined = NULL;

	if (!directory)
		return options_keep(context->options, path);
	if (asprintf(&joined, "%s/%s", directory, path) < 0) {
		joined = NULL;
		return NULL;
	}
	return options_keep(context->options, joined);
}

int option_set_path(const struct option_context *context, const char *value)
{
	const char *path = option_keep_path(context, value);

	if (!path)
		return option_no_memory(context);
	*(const char **)field(context) = path;
	return 0;
}

int option_set_nice(const struct option_context *context, const char *value)
{
	char *end;
	long parsed = strtol(value, &end, 10);

	/* strtol skips blanks and takes a plus sign; a nice value has neither. */
	if (*end || end == value || !strchr("-0123456789", value[0]) || parsed < -20 || parsed > 19)
		return option_refuse(context, value, "is not a nice value; expected -20 to 19");
	*(int *)field(context) = (int)parsed;
	return 0;
}

int option_set_network(const struct option_context *context, const char *value)
{
	enum remand_network *network = field(context);

	if (strcmp(value, "none") == 0)
		*network = REMAND_NETWORK_NONE;
	else if (strcmp(value, "host") == 0)
		*network = REMAND_NETWORK_HOST;
	else
		return option_refuse(context, value, "is not a network; expected none or host");
	return 0;
}

int option_set_isolation(const struct option_context *context, const char *value)
{
	static const enum remand_isolation degrees[] = { REMAND_ISOLATION_FULL,
		REMAND_ISOLATION_LANDLOCK, REMAND_ISOLATION_NONE };

	for (size_t i = 0; i < sizeof(degrees) / sizeof(degrees[0]); i++)
		if (strcmp(value, remand_isolation_name(degrees[i])) == 0) {
			*(enum remand_isolation *)field(context) = degrees[i];
			return 0;
		}
	return option_refuse(
		context, value, "is not an isolation; expected full, landlock or none");
}
