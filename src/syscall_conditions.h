/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The conditions of one rule's text, "0: AF_UNIX|AF_INET, 2: 0", before they become rules. */
#ifndef SYSCALL_CONDITIONS_H
#define SYSCALL_CONDITIONS_H

#include <stdbool.h>

#include "syscall_rules.h"

/* What is being parsed, and where we are; every syscall_ parser of text moves `at` on. */
struct syscall_text {
	const char *at;
	struct remand_error *error;
};

/* One "N: test". */
struct syscall_test {
	struct syscall_condition conditions[SYSCALL_CONDITIONS_MAX];
	unsigned int count;
	bool any; /* one condition must hold; else all must */
};

#define SYSCALL_TESTS_MAX 6

struct syscall_tests {
	struct syscall_test tests[SYSCALL_TESTS_MAX];
	unsigned int count;
};

/* Copy the word made of letters, digits, "_" and `extra`; returns its length, 0 for none. */
size_t syscall_text_word(struct syscall_text *text, const char *extra, char ret[64]);

void syscall_text_space(struct syscall_text *text);

/* Skip this character and the space around it; false if something else comes. */
bool syscall_text_take(struct syscall_text *text, char c);

/* "O_CREAT+0x80", "-1": 0, or -EINVAL with a sentence. */
int syscall_text_number(struct syscall_text *text, uint64_t *ret);

/* Parse from behind "(" to behind ")". -EINVAL with a sentence; text->at is where. */
int syscall_conditions_parse(struct syscall_text *text, struct syscall_tests *ret);

#endif
