/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs when remand is built: the policy `default`'s rules for system calls, from its text, as C.
 * To read the text takes a quarter of a millisecond at each start, a tenth of a whole run.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "policy.h"
#include "remand.h"
#include "syscall_rules.h"

/* Limits and the cell are the defaults of a spec; here only lines about calls count. */
static int add_line(const struct policy_line *line, void *context)
{
	static const struct {
		const char *name;
		enum syscall_action action;
	} actions[] = {
		{ "allow", SYSCALL_ALLOW },
		{ "deny", SYSCALL_DENY },
		{ "kill", SYSCALL_KILL },
		{ "log", SYSCALL_LOG },
	};

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(line->name, actions[i].name) == 0)
			return syscall_rules_add(context, actions[i].action, line->value, NULL);
	return 0;
}

static void print(const struct syscall_rules *rules)
{
	puts("static const struct syscall_rule default_rules[] = {");
	for (size_t i = 0; i < rules->count; i++) {
		const struct syscall_rule *rule = &rules->rules[i];

		printf("\t{ %u, { %d, %u }, %" PRIu32 ", %" PRIu32 " },\n", rule->number,
			(int)rule->answer.action, (unsigned int)rule->answer.data,
			rule->first_condition, rule->conditions_count);
	}
	puts("};\n\nstatic const struct syscall_condition default_conditions[] = {");
	for (size_t i = 0; i < rules->conditions_count; i++) {
		const struct syscall_condition *condition = &rules->conditions[i];

		printf("\t{ %d, %d, UINT64_C(%" PRIu64 "), UINT64_C(%" PRIu64 ") },\n",
			condition->argument, (int)condition->comparison, condition->mask,
			condition->value);
	}
	puts("};");
}

int main(void)
{
	const struct policy_source source = { policy_default_text, strlen(policy_default_text),
		"default.policy" };
	struct syscall_rules rules = { 0 };
	struct remand_error error = { 0 };
	int r = policy_parse(&source, add_line, &rules, &error);

	if (r == 0)
		print(&rules);
	else
		fprintf(stderr, "syscall-rules-print: %s\n", error.message);
	syscall_rules_done(&rules);
	return r == 0 && fflush(stdout) == 0 ? 0 : 1;
}
