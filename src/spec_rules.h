/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system call rules that a spec means, all together. */
#ifndef SPEC_RULES_H
#define SPEC_RULES_H

#include "isolation.h"
#include "remand.h"
#include "syscall_rules.h"

/* Parse one rule of a spec and append it. */
int spec_rules_add(
	struct syscall_rules *rules, const struct remand_rule *rule, struct remand_error *error);

/* The base (profile or default) and the spec's rules on top; *ret must be empty. */
int spec_rules_make(const struct remand_spec *spec, const struct isolation *isolation,
	struct syscall_rules *ret, struct remand_error *error);

#endif
