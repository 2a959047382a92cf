/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of the policy `default`: policies/default.policy, read when remand was built
 * (syscall_rules_print.c), because every run needs them. */
#include "syscall_rules.h"

#include "error.h"

#include "syscall_rules_default.inc"

int syscall_rules_default(struct syscall_rules *ret, struct remand_error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(default_rules) / sizeof(default_rules[0]); i++)
		r = syscall_rules_append(ret, &default_rules[i],
			&default_conditions[default_rules[i].first_condition]);
	if (r < 0) {
		syscall_rules_done(ret);
		return error_errno(error, REMAND_STAGE_POLICY, r, "the policy default");
	}
	return 0;
}
