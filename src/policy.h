/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of a policy file, cut into lines: a command line with one long option on each. */
#ifndef POLICY_H
#define POLICY_H

#include <stddef.h>

#include "remand.h"

/*
 *     # a comment, also behind a value after a blank
 *     extends default             another policy whose lines come first; see options_policy.c
 *     memory 256M                 an option of the command line without its dashes
 *     pids-fatal                  an option that takes no value
 *     deny(ENOSYS) clone3, @aio   a value may follow "(" at once; it lasts to the end of the line
 *     env "GREETING= a # b "      in quotes, with \" and \\, a value may hold blanks at its ends,
 *                                 quotes and " #"
 */
struct policy_source {
	const char *text; /* need not end in a zero byte */
	size_t length;
	const char *file; /* its name, for errors */
};

struct policy_line {
	const char *name;
	const char *value; /* NULL: none was given */
	unsigned int number;
	/* In bytes, counted from 1, as editors and compilers count. */
	unsigned int name_column, value_column;
	const char *written; /* the value as it stands in the source */
};

/* Call visit for each line that says something, until it returns non-zero, which is then returned.
 * The line's strings live until visit returns. No system calls. */
int policy_parse(const struct policy_source *source,
	int (*visit)(const struct policy_line *line, void *context), void *context,
	struct remand_error *error);

/* The column in the file of a byte of the value. */
unsigned int policy_column(const struct policy_line *line, size_t offset);

/* "FILE:LINE:COLUMN: ..."; returns -EINVAL. */
int policy_fail(const struct policy_source *source, unsigned int number, unsigned int column,
	struct remand_error *error, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The policy `default`, which is built in: the text of policies/default.policy. */
extern const char policy_default_text[];

#endif
