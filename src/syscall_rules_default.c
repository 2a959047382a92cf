/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of the policy `default`, from the text that is built in: policies/default.policy. */
#include <string.h>

#include "policy.h"
#include "syscall_rules.h"

struct reader {
	struct syscall_rules rules;
	struct remand_error *error;
};

/* Limits and the cell are the defaults of a spec; here only lines about calls count. */
static int add_line(const struct policy_line *line, void *context)
{
	static const struct {
		const char *name;
		enum syscall_action action;
	} actions[] = {
		{ "allow", SYSCALL_ALLOW },
		{ "deny", SYSCALL_DENY },
	};
	struct reader *reader = context;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(line->name, actions[i].name) == 0)
			return syscall_rules_add(
				&reader->rules, actions[i].action, line->value, reader->error);
	return 0;
}

int syscall_rules_default(struct syscall_rules *ret, struct remand_error *error)
{
	const struct policy_source source = { policy_default_text, strlen(policy_default_text),
		"default.policy" };
	struct reader reader = { .error = error };
	int r = policy_parse(&source, add_line, &reader, error);

	if (r < 0) {
		syscall_rules_done(&reader.rules);
		return r;
	}
	*ret = reader.rules;
	return 0;
}
