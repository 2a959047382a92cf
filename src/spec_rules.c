/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a spec to the list of rules that its filter is compiled from. */
#include "spec_rules.h"

#include <errno.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "error.h"
#include "oci_seccomp.h"
#include "trusted_file.h"

int spec_rules_add(
	struct syscall_rules *rules, const struct remand_rule *rule, struct remand_error *error)
{
	static const enum syscall_action actions[] = {
		[REMAND_ACTION_ALLOW] = SYSCALL_ALLOW,
		[REMAND_ACTION_DENY] = SYSCALL_DENY,
		[REMAND_ACTION_KILL] = SYSCALL_KILL,
		[REMAND_ACTION_LOG] = SYSCALL_LOG,
	};

	if ((size_t)rule->action >= sizeof(actions) / sizeof(actions[0]) || !rule->calls)
		return error_say(error, REMAND_STAGE_SPEC, -EINVAL,
			"a system call rule without calls, or with the unknown action %d",
			(int)rule->action);
	return syscall_rules_add(rules, actions[rule->action], rule->calls, error);
}

static int use_profile(
	const struct remand_spec *spec, struct syscall_rules *ret, struct remand_error *error)
{
	struct oci_seccomp_source source = { 0 };
	struct remand_error inner = { 0 };
	struct trusted_file file;
	struct utsname name;
	int r = trusted_file_open(spec->seccomp, &file, error);

	if (r < 0)
		return r;
	r = trusted_file_check(spec, spec->seccomp, &file, error);
	if (r == 0) {
		source.text = file.text;
		source.length = file.length;
		if (uname(&name) == 0)
			(void)sscanf(
				name.release, "%u.%u", &source.kernel_major, &source.kernel_minor);
		r = oci_seccomp_parse(&source, ret, &inner);
		if (r < 0)
			error_say(error, inner.stage, r, "%s: %s", spec->seccomp, inner.message);
	}
	trusted_file_done(&file);
	return r;
}

int spec_rules_make(const struct remand_spec *spec, const struct isolation *isolation,
	struct syscall_rules *ret, struct remand_error *error)
{
	struct syscall_rules rules = { 0 };
	int r = spec->seccomp ? use_profile(spec, &rules, error)
			      : syscall_rules_default(&rules, error);

	for (size_t i = 0; r == 0 && i < spec->rules_count; i++)
		r = spec_rules_add(&rules, &spec->rules[i], error);
	if (r == 0 && !isolation->cell)
		r = syscall_rules_without_cell(&rules, isolation, error);
	for (size_t i = 0; spec->log_allowed && i < rules.count; i++)
		if (rules.rules[i].answer.action == SYSCALL_ALLOW)
			rules.rules[i].answer.action = SYSCALL_LOG;
	if (r < 0) {
		syscall_rules_done(&rules);
		return r;
	}
	*ret = rules;
	return 0;
}
