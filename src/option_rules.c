/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setters of what the program may do. Rules are parsed here for their errors only; the run does it
 * again, on top of the base that is known then (spec_rules.c). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "options.h"
#include "spec_rules.h"

int option_set_policy(const struct option_context *context, const char *value)
{
	struct remand_options *options = context->options;

	options->policy = options_keep(options, value);
	options->policy_loaded = false;
	return options->policy ? 0 : option_no_memory(context);
}

static int check_rule(const struct option_context *context, const struct remand_rule *rule)
{
	struct syscall_rules scratch = { 0 };
	struct remand_error error = { 0 };
	int r = spec_rules_add(&scratch, rule, &error);

	if (r < 0) {
		context->options->refused_at = (long)scratch.error_at;
		error_say(context->error, REMAND_STAGE_SPEC, r, "--%s: %s", context->name,
			error.message);
	}
	syscall_rules_done(&scratch);
	return r;
}

static int add_rule(
	const struct option_context *context, enum remand_action action, const char *value)
{
	struct remand_options *options = context->options;
	size_t count = options->spec.rules_count;
	const struct remand_rule rule = { action, options_keep(options, value) };
	struct remand_rule *rules;
	unsigned int *layers;
	int r = rule.calls ? check_rule(context, &rule) : option_no_memory(context);

	if (r < 0)
		return r;
	rules = reallocarray(options->rules, count + 1, sizeof(*rules));

	if (!rules)
		return option_no_memory(context);
	options->rules = rules;
	options->spec.rules = rules;
	layers = reallocarray(options->rule_layers, count + 1, sizeof(*layers));
	if (!layers)
		return option_no_memory(context);
	options->rule_layers = layers;
	rules[count] = rule;
	layers[count] = options->layer;
	options->spec.rules_count++;
	return 0;
}

int option_set_allow(const struct option_context *context, const char *value)
{
	return add_rule(context, REMAND_ACTION_ALLOW, value);
}

int option_set_deny(const struct option_context *context, const char *value)
{
	return add_rule(context, REMAND_ACTION_DENY, value);
}

int option_set_kill(const struct option_context *context, const char *value)
{
	return add_rule(context, REMAND_ACTION_KILL, value);
}

int option_set_log(const struct option_context *context, const char *value)
{
	return add_rule(context, REMAND_ACTION_LOG, value);
}

/* A profile stands for all rules of the policies beneath; those beside it come on top of it. */
int option_set_seccomp(const struct option_context *context, const char *value)
{
	struct remand_options *options = context->options;
	size_t kept = 0;

	for (size_t i = 0; i < options->spec.rules_count; i++) {
		if (options->rule_layers[i] < options->layer)
			continue;
		options->rules[kept] = options->rules[i];
		options->rule_layers[kept++] = options->rule_layers[i];
	}
	options->spec.rules_count = kept;
	return option_set_path(context, value);
}
