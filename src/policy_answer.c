/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the filter of a spec answers to one call, written in words. */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>

#include "error.h"
#include "filter_answer.h"
#include "isolation.h"
#include "spec_rules.h"
#include "syscall_conditions.h"
#include "syscall_names.h"

#define refuse(...) error_say(error, REMAND_STAGE_POLICY, -EINVAL, __VA_ARGS__)

/* "name" or "name(number, ...)". *ret_given: with arguments. */
static int parse_call(
	const char *word, struct seccomp_data *ret, bool *ret_given, struct remand_error *error)
{
	struct syscall_text text = { .at = word, .error = error };
	unsigned int number = 0, count = 0;
	char name[64];
	int r = 0;

	*ret = (struct seccomp_data){ .arch = seccomp_arch_native() };
	syscall_text_word(&text, "", name);
	if (syscall_names_number(name, &number) != SYSCALL_NATIVE)
		return refuse("'%s' is no system call of this architecture", name);
	ret->nr = (int)number;
	*ret_given = syscall_text_take(&text, '(');
	while (*ret_given && r == 0 && !syscall_text_take(&text, ')')) {
		uint64_t value = 0;

		r = count < 6 ? syscall_text_number(&text, &value) : -EINVAL;
		if (r == 0)
			ret->args[count++] = value;
		if (r == 0 && !syscall_text_take(&text, ',') && *text.at != ')')
			r = -EINVAL;
	}
	if (r < 0 || *text.at)
		return refuse("'%s' is not a call; expected openat, or socket(AF_INET, 1, 0) with "
			      "up to six numbers or constants",
			word);
	return 0;
}

static void answer_call(const struct filter_program *program, const struct seccomp_data *data,
	bool given, struct remand_answer *ret)
{
	uint32_t answer;

	*ret = (struct remand_answer){ .allowed = false };
	if (!filter_answer_fixed(program, (unsigned int)data->nr, &answer)) {
		if (!given) {
			snprintf(ret->text, sizeof(ret->text), "by arguments");
			return;
		}
		answer = filter_answer(program, data);
	}
	(void)filter_answer_text(answer, ret->text);
	answer &= SECCOMP_RET_ACTION_FULL;
	ret->allowed = answer == SECCOMP_RET_ALLOW || answer == SECCOMP_RET_LOG;
}

int remand_policy_test(const struct remand_spec *spec, const char *call,
	struct remand_answer *ret_answer, struct remand_error *error)
{
	const struct isolation cell = {
		.degree = REMAND_ISOLATION_FULL, .cell = true, .confined = true
	};
	struct syscall_rules rules = { 0 };
	struct filter_program program = { 0 };
	struct remand_error own = { 0 };
	struct seccomp_data data;
	bool given = false;
	/* The parsers want a record to write to. */
	int r = parse_call(call, &data, &given, error ? error : &own);

	if (r == 0)
		r = spec_rules_make(spec, &cell, &rules, error);
	if (r == 0)
		r = filter_compile(&rules, &program, error);
	if (r == 0)
		answer_call(&program, &data, given, ret_answer);
	filter_program_done(&program);
	syscall_rules_done(&rules);
	return r;
}
