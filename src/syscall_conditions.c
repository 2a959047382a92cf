/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parser of the conditions on arguments; the grammar stands in syscall_rules.h. */
#include "syscall_conditions.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "syscall_constants.h"

static int fail(struct syscall_text *text, const char *expected)
{
	char found[24] = "the end";

	if (*text->at) {
		size_t length = strcspn(text->at, " \t,()");

		length = length == 0 ? 1 : length > 20 ? 20 : length;
		found[0] = '"';
		memcpy(found + 1, text->at, length);
		memcpy(found + 1 + length, "\"", 2);
	}
	return error_say(text->error, REMAND_STAGE_POLICY, -EINVAL,
		"system call rule: expected %s, found %s", expected, found);
}

static bool is_word(char c, const char *extra)
{
	return isalnum((unsigned char)c) || c == '_' || (c && strchr(extra, c));
}

size_t syscall_text_word(struct syscall_text *text, const char *extra, char ret[64])
{
	size_t length = 0;

	while (length < 63 && is_word(text->at[length], extra)) {
		ret[length] = text->at[length];
		length++;
	}
	ret[length] = '\0';
	text->at += length;
	return length;
}

void syscall_text_space(struct syscall_text *text)
{
	text->at += strspn(text->at, " \t");
}

bool syscall_text_take(struct syscall_text *text, char c)
{
	syscall_text_space(text);
	if (*text->at != c)
		return false;
	text->at++;
	syscall_text_space(text);
	return true;
}

static int parse_digits(const char *word, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(word, &end, 0);
	return errno == 0 && *end == '\0' ? 0 : -EINVAL;
}

static int parse_term(struct syscall_text *text, uint64_t *ret)
{
	const char *start = text->at;
	bool negative = syscall_text_take(text, '-');
	char word[64];

	syscall_text_word(text, "", word);
	if (isdigit((unsigned char)word[0])) {
		if (parse_digits(word, ret) == 0) {
			*ret = negative ? -*ret : *ret;
			return 0;
		}
	} else if (!negative && word[0] && syscall_constants_find(word, ret) == 0) {
		return 0;
	}
	text->at = start;
	return fail(text, "a number or a constant such as AF_UNIX or O_CREAT");
}

int syscall_text_number(struct syscall_text *text, uint64_t *ret)
{
	uint64_t term = 0, sum = 0;
	int r;

	do {
		r = parse_term(text, &term);
		if (r < 0)
			return r;
		sum |= term;
	} while (syscall_text_take(text, '+'));
	*ret = sum;
	return 0;
}

static int add_condition(struct syscall_text *text, struct syscall_test *test,
	const struct syscall_condition *condition)
{
	if (test->count == SYSCALL_CONDITIONS_MAX)
		return fail(text, "at most 16 values for one argument");
	test->conditions[test->count++] = *condition;
	return 0;
}

/* "V|V/M|..." or, after "!", none of them. */
static int parse_values(
	struct syscall_text *text, unsigned char argument, struct syscall_test *test)
{
	struct syscall_condition condition = { .argument = argument };
	int r;

	condition.comparison = test->any ? SYSCALL_EQ : SYSCALL_NE;
	do {
		const char *start = text->at;

		condition.mask = UINT64_MAX;
		r = syscall_text_number(text, &condition.value);
		if (r == 0 && syscall_text_take(text, '/'))
			r = syscall_text_number(text, &condition.mask);
		if (r < 0)
			return r;
		if (condition.value & ~condition.mask) {
			text->at = start;
			return fail(text, "a value whose bits all lie in its mask");
		}
		r = add_condition(text, test, &condition);
		if (r < 0)
			return r;
	} while (syscall_text_take(text, '|'));
	return 0;
}

/* "&A|B": has one of these bits; after "!", has none. */
static int parse_bits(struct syscall_text *text, unsigned char argument, struct syscall_test *test)
{
	struct syscall_condition condition = { .argument = argument };
	uint64_t bits = 0;
	int r;

	condition.comparison = test->any ? SYSCALL_NE : SYSCALL_EQ;
	do {
		r = syscall_text_number(text, &bits);
		if (r < 0)
			return r;
		condition.mask |= bits;
	} while (syscall_text_take(text, '|'));
	return add_condition(text, test, &condition);
}

static int parse_order(struct syscall_text *text, unsigned char argument, struct syscall_test *test)
{
	struct syscall_condition condition = { .argument = argument, .mask = UINT64_MAX };
	bool less = *text->at++ == '<', equal = syscall_text_take(text, '=');
	int r;

	if (less)
		condition.comparison = equal ? SYSCALL_LE : SYSCALL_LT;
	else
		condition.comparison = equal ? SYSCALL_GE : SYSCALL_GT;
	syscall_text_space(text);
	r = syscall_text_number(text, &condition.value);
	return r < 0 ? r : add_condition(text, test, &condition);
}

static int parse_test(struct syscall_text *text, struct syscall_test *test)
{
	unsigned char argument;

	syscall_text_space(text);
	if (*text->at < '0' || *text->at > '5')
		return fail(text, "the index of an argument, 0 to 5, and a colon");
	argument = (unsigned char)(*text->at++ - '0');
	if (!syscall_text_take(text, ':'))
		return fail(text, "a colon after the index of an argument");
	test->any = !syscall_text_take(text, '!');
	if (test->any && (*text->at == '<' || *text->at == '>'))
		return parse_order(text, argument, test);
	if (syscall_text_take(text, '&'))
		return parse_bits(text, argument, test);
	return parse_values(text, argument, test);
}

int syscall_conditions_parse(struct syscall_text *text, struct syscall_tests *ret)
{
	struct syscall_tests tests = { 0 };

	do {
		int r;

		if (tests.count == SYSCALL_TESTS_MAX)
			return fail(text, "at most 6 conditions in one rule");
		r = parse_test(text, &tests.tests[tests.count++]);
		if (r < 0)
			return r;
	} while (syscall_text_take(text, ','));
	if (!syscall_text_take(text, ')'))
		return fail(text, "\",\" or \")\"");
	*ret = tests;
	return 0;
}
