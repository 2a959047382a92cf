/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a policy file: lines or a refusal, every column inside its line, every option set or
 * refused, and the rules that come out compile. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/bpf.h"
#include "options.h"
#include "policy.h"
#include "spec_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int apply(const struct policy_line *line, void *context)
{
	const struct option_origin origin = { "policy", line->number };
	struct remand_options *options = context;
	struct remand_error error;
	size_t length = line->value ? strlen(line->value) : 0;

	if (strchr(line->name, '\n') || (line->value && strchr(line->value, '\n')))
		abort();
	if (options_apply(options, line->name, line->value, &origin, &error) == 0)
		return 0;
	if (options->refused_at > (long)length || (!line->value && options->refused_at > 0))
		abort();
	if (line->value && options->refused_at >= 0)
		(void)policy_column(line, (size_t)options->refused_at);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct policy_source source = { (const char *)data, size, "policy" };
	struct remand_options *options = NULL;
	struct syscall_rules rules = { 0 };
	struct filter_program program = { 0 };
	const struct remand_spec *spec;
	struct remand_error error;

	if (remand_options_new(&options) < 0)
		return 0;
	options->directory = "/somewhere";
	(void)policy_parse(&source, apply, options, &error);
	spec = remand_options_spec(options);
	for (size_t i = 0; i < spec->rules_count; i++)
		if (spec_rules_add(&rules, &spec->rules[i], &error) == -EINVAL && i == 0)
			abort(); /* it was checked when it was set */
	if (filter_compile(&rules, &program, &error) == 0 && !bpf_is_loadable(&program))
		abort();
	filter_program_done(&program);
	syscall_rules_done(&rules);
	remand_options_free(options);
	return 0;
}
