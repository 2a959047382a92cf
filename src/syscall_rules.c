/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of rules and the parser of its text form; grammar and meaning stand in the header. */
#include "syscall_rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "syscall_conditions.h"
#include "syscall_constants.h"
#include "syscall_groups.h"
#include "syscall_names.h"

/* Above all real numbers and below the bits that other ABIs mark theirs with. */
#define NUMBER_END 0x40000000u

/* One item of the text with its answer, while its calls are looked up. */
struct item {
	struct syscall_rules *rules;
	struct syscall_text *text;
	struct syscall_answer answer;
	const struct syscall_tests *tests;
	const char *pattern; /* a name with one "*" */
	bool matched;
	const char *nearest; /* the known name most like an unknown one */
	size_t distance;
};

static int grow(void *array, size_t *capacity, size_t needed, size_t size)
{
	void **memory = array;
	size_t wanted = *capacity ? *capacity : 64;
	void *larger;

	if (needed <= *capacity)
		return 0;
	while (wanted < needed)
		wanted *= 2;
	larger = reallocarray(*memory, wanted, size);
	if (!larger)
		return -ENOMEM;
	*memory = larger;
	*capacity = wanted;
	return 0;
}

int syscall_rules_append(struct syscall_rules *rules, const struct syscall_rule *rule,
	const struct syscall_condition *conditions)
{
	struct syscall_rule copy = *rule;
	int r;

	if (rule->number >= NUMBER_END || rule->conditions_count > SYSCALL_CONDITIONS_MAX)
		return -EINVAL;
	if (rules->count >= SYSCALL_RULES_MAX)
		return -ENOSPC;
	r = grow(&rules->rules, &rules->capacity, rules->count + 1, sizeof(*rules->rules));
	if (r == 0)
		r = grow(&rules->conditions, &rules->conditions_capacity,
			rules->conditions_count + rule->conditions_count,
			sizeof(*rules->conditions));
	if (r < 0)
		return r;
	copy.first_condition = (uint32_t)rules->conditions_count;
	if (rule->conditions_count > 0)
		memcpy(rules->conditions + rules->conditions_count, conditions,
			rule->conditions_count * sizeof(*conditions));
	rules->conditions_count += rule->conditions_count;
	rules->rules[rules->count++] = copy;
	return 0;
}

void syscall_rules_done(struct syscall_rules *rules)
{
	free(rules->rules);
	free(rules->conditions);
	*rules = (struct syscall_rules){ 0 };
}

/* Cut the condition to what the kernel reads of this argument; false if it could never hold. */
static bool narrow_condition(struct syscall_condition *condition, unsigned int narrow)
{
	uint32_t high = (uint32_t)(condition->value >> 32);

	if (!(narrow & 1u << condition->argument))
		return true;
	if (high != 0 && high != UINT32_MAX) /* all ones: a negative int, sign-extended */
		return false;
	condition->mask &= UINT32_MAX;
	condition->value &= UINT32_MAX;
	return true;
}

/* One rule out of the product of all tests: of every `any` test the condition that `choice` says.
 */
static int append_choice(struct item *item, const struct syscall_rule *rule, unsigned int narrow,
	const unsigned int choice[SYSCALL_TESTS_MAX])
{
	struct syscall_condition conditions[SYSCALL_CONDITIONS_MAX];
	struct syscall_rule chosen = *rule;

	for (unsigned int t = 0; t < item->tests->count; t++) {
		const struct syscall_test *test = &item->tests->tests[t];
		unsigned int first = test->any ? choice[t] : 0;
		unsigned int count = test->any ? 1 : test->count;

		for (unsigned int i = first; i < first + count; i++) {
			if (chosen.conditions_count == SYSCALL_CONDITIONS_MAX)
				return -E2BIG;
			conditions[chosen.conditions_count] = test->conditions[i];
			if (!narrow_condition(&conditions[chosen.conditions_count++], narrow))
				return -ERANGE;
		}
	}
	return syscall_rules_append(item->rules, &chosen, conditions);
}

/* Count on to the next combination; false after the last. */
static bool next_choice(const struct syscall_tests *tests, unsigned int choice[SYSCALL_TESTS_MAX])
{
	for (unsigned int t = 0; t < tests->count; t++) {
		if (!tests->tests[t].any)
			continue;
		if (++choice[t] < tests->tests[t].count)
			return true;
		choice[t] = 0;
	}
	return false;
}

/* "A|B" in two arguments is four rules; a rule that makes more than this is a mistake. */
#define CHOICES_MAX 256

static int append_call(struct item *item, const char *name, unsigned int number)
{
	struct syscall_rule rule = { .number = number, .answer = item->answer };
	unsigned int choice[SYSCALL_TESTS_MAX] = { 0 };
	unsigned int narrow, choices = 0;
	int r;

	if (!item->tests)
		return syscall_rules_append(item->rules, &rule, NULL);
	narrow = syscall_names_narrow(name);
	do {
		r = ++choices > CHOICES_MAX ? -E2BIG : append_choice(item, &rule, narrow, choice);
	} while (r == 0 && next_choice(item->tests, choice));
	return r;
}

/* Also for names of other architectures: nothing to do, so that one policy fits all machines. */
static int add_name(const char *name, void *context)
{
	unsigned int number;

	if (syscall_names_number(name, &number) != SYSCALL_NATIVE)
		return 0;
	return append_call(context, name, number);
}

static int add_matching(const char *name, void *context)
{
	struct item *item = context;
	const char *star = strchr(item->pattern, '*');
	size_t before = (size_t)(star - item->pattern), after = strlen(star + 1);
	size_t length = strlen(name);

	if (length < before + after || strncmp(name, item->pattern, before) != 0 ||
		strcmp(name + length - after, star + 1) != 0)
		return 0;
	item->matched = true;
	return add_name(name, context);
}

static int note_nearest(const char *name, void *context)
{
	struct item *item = context;
	size_t distance = syscall_names_distance(item->pattern, name, item->distance);

	if (distance < item->distance) {
		item->distance = distance;
		item->nearest = name;
	}
	return 0;
}

/* Every third letter may be wrong: more than that is another word. */
static size_t tolerance(const char *word)
{
	return strlen(word) / 3 + 1;
}

static int say_unknown(struct item *item, const char *kind)
{
	char hint[80] = "";

	if (item->nearest)
		snprintf(hint, sizeof(hint), ", did you mean \"%s\"?", item->nearest);
	return error_say(item->text->error, REMAND_STAGE_POLICY, -EINVAL,
		"system call rule: there is no %s \"%s\"%s", kind, item->pattern, hint);
}

static int fail_unknown_call(struct item *item)
{
	item->distance = tolerance(item->pattern);
	syscall_groups_walk(syscall_groups_find("@known"), note_nearest, item);
	return say_unknown(item, "system call");
}

static int fail_unknown_group(struct item *item)
{
	const struct syscall_group *group;

	item->distance = tolerance(item->pattern);
	for (size_t i = 0; (group = syscall_groups_get(i)); i++)
		note_nearest(group->name, item);
	return say_unknown(item, "group");
}

static int fail_append(struct item *item, int r)
{
	if (r == -ERANGE)
		return error_say(item->text->error, REMAND_STAGE_POLICY, -EINVAL,
			"system call rule: an argument of %s has only 32 bits", item->pattern);
	if (r == -E2BIG)
		return error_say(item->text->error, REMAND_STAGE_POLICY, -EINVAL,
			"system call rule: too many combinations of values for %s", item->pattern);
	if (r == -ENOSPC)
		return error_say(item->text->error, REMAND_STAGE_POLICY, -EINVAL,
			"system call rule: more than %d rules in all", SYSCALL_RULES_MAX);
	return error_errno(
		item->text->error, REMAND_STAGE_POLICY, r, "system call rule: %s", item->pattern);
}

static int add_pattern(struct item *item)
{
	const char *star = strchr(item->pattern, '*');
	unsigned int number;
	int r;

	if (star && strchr(star + 1, '*'))
		return error_say(item->text->error, REMAND_STAGE_POLICY, -EINVAL,
			"system call rule: more than one \"*\" in \"%s\"", item->pattern);
	if (star) {
		r = syscall_groups_walk(syscall_groups_find("@known"), add_matching, item);
		if (r == 0 && !item->matched)
			return say_unknown(item, "system call like");
	} else if (syscall_names_number(item->pattern, &number) == SYSCALL_UNKNOWN) {
		return fail_unknown_call(item);
	} else {
		r = add_name(item->pattern, item);
	}
	return r < 0 ? fail_append(item, r) : 0;
}

static int add_group(struct item *item)
{
	const struct syscall_group *group = syscall_groups_find(item->pattern);
	int r;

	if (!group)
		return fail_unknown_group(item);
	r = syscall_groups_walk(group, add_name, item);
	return r < 0 ? fail_append(item, r) : 0;
}

static int parse_item(
	struct syscall_rules *rules, struct syscall_text *text, struct syscall_answer answer)
{
	const char *start = text->at;
	struct item item = { .rules = rules, .text = text, .answer = answer };
	struct syscall_tests tests;
	char word[64];
	int r;

	if (syscall_text_word(text, "@*-", word) == 0)
		return error_say(text->error, REMAND_STAGE_POLICY, -EINVAL,
			"system call rule: expected a system call or an @group");
	item.pattern = word;
	if (syscall_text_take(text, '(')) {
		if (word[0] == '@')
			return error_say(text->error, REMAND_STAGE_POLICY, -EINVAL,
				"system call rule: conditions need one system call, not a group");
		r = syscall_conditions_parse(text, &tests);
		if (r < 0)
			return r;
		item.tests = &tests;
	}
	r = word[0] == '@' ? add_group(&item) : add_pattern(&item);
	if (r < 0)
		text->at = start;
	return r;
}

/* The "(ENOSYS)" before the items of a deny. */
static int parse_errno(struct syscall_text *text, struct syscall_answer *answer)
{
	char word[64];
	int number;

	if (answer->action != SYSCALL_DENY)
		return error_say(text->error, REMAND_STAGE_POLICY, -EINVAL,
			"system call rule: only deny takes an errno in parentheses");
	syscall_text_word(text, "", word);
	number = syscall_constants_errno(word);
	if (number < 0)
		return error_say(text->error, REMAND_STAGE_POLICY, -EINVAL,
			"system call rule: there is no errno \"%s\"", word);
	answer->data = (uint16_t)number;
	if (!syscall_text_take(text, ')'))
		return error_say(text->error, REMAND_STAGE_POLICY, -EINVAL,
			"system call rule: expected \")\" after %s", word);
	return 0;
}

static int parse_rules(
	struct syscall_rules *rules, struct syscall_text *text, struct syscall_answer answer)
{
	int r = syscall_text_take(text, '(') ? parse_errno(text, &answer) : 0;

	syscall_text_space(text);
	while (r == 0) {
		r = parse_item(rules, text, answer);
		syscall_text_space(text);
		if (r < 0 || *text->at == '\0')
			return r;
		if (!syscall_text_take(text, ','))
			return error_say(text->error, REMAND_STAGE_POLICY, -EINVAL,
				"system call rule: expected \",\" before \"%.20s\"", text->at);
	}
	return r;
}

int syscall_rules_add(struct syscall_rules *rules, enum syscall_action action, const char *text,
	struct remand_error *error)
{
	size_t count = rules->count, conditions_count = rules->conditions_count;
	struct syscall_answer answer = { action, action == SYSCALL_DENY ? EPERM : 0 };
	struct syscall_text parser = { .at = text, .error = error };
	int r = parse_rules(rules, &parser, answer);

	if (r < 0) {
		rules->count = count;
		rules->conditions_count = conditions_count;
		rules->error_at = (size_t)(parser.at - text);
	}
	return r;
}
