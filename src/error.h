/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one error record, and what a child writes through its pipe when a stage fails. */
#ifndef ERROR_H
#define ERROR_H

#include "remand.h"

/*
 * What keeper and target send to the supervisor when a stage fails. Plain data, smaller than
 * PIPE_BUF: one write is atomic, and nothing between clone3 and execve has to format text.
 */
struct failure {
	enum remand_stage stage;
	int errnum;
	char object[256]; /* what the stage was working on, may be empty */
};

/* Fill the record with a sentence of our own; returns r (a negative errno), for `return
 * error_say(...)`. */
int error_say(struct remand_error *error, enum remand_stage stage, int r, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The same, with ": <strerror(-r)>" and, where we know one, a hint appended. */
int error_errno(struct remand_error *error, enum remand_stage stage, int r, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The sentence for what a child reported. */
void error_from_failure(struct remand_error *error, const struct failure *failure);

#endif
