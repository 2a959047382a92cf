/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of a run as JSON: what holds, and who said so. Everything is resolved as for a run, and
 * nothing is started. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "clock.h"
#include "error.h"
#include "json_text.h"
#include "options.h"
#include "plan.h"
#include "policy.h"
#include "show_syscalls.h"
#include "spec.h"
#include "spec_rules.h"

/* ---- options, and where they come from ---- */

static json_t *origin_json(const char *file, unsigned int line)
{
	if (!file)
		return json_string("command line");
	return json_sprintf("%s:%u", file, line);
}

struct defaults {
	const char *name;
	json_t *found; /* the setting of that name in the policy `default` */
};

static int look_for_default(const struct policy_line *line, void *context)
{
	struct defaults *defaults = context;

	if (strcmp(line->name, defaults->name) != 0)
		return 0;
	defaults->found = json_pack("{s:o, s:o}", "value", json_text(line->value), "from",
		origin_json("default.policy", line->number));
	return 1;
}

static json_t *default_json(const char *name)
{
	const struct policy_source source = { policy_default_text, strlen(policy_default_text),
		"default.policy" };
	struct defaults defaults = { name, NULL };

	(void)policy_parse(&source, look_for_default, &defaults, NULL);
	return defaults.found;
}

static json_t *setting_json(const struct option_setting *setting)
{
	json_t *origin = origin_json(setting->origin.file, setting->origin.line);

	return json_pack("{s:o, s:o?}", "value",
		setting->value ? json_text(setting->value) : json_true(), "from",
		origin ? origin : json_text("?"));
}

/* Of what does not repeat the last one holds. */
static json_t *option_json(const struct remand_options *options, const struct remand_option *option)
{
	const char *name = option->name;
	json_t *list = option->repeats ? json_array() : NULL, *last = NULL;

	for (size_t i = 0; i < options->settings_count; i++) {
		if (strcmp(options->settings[i].name, name) != 0)
			continue;
		json_decref(last);
		last = setting_json(&options->settings[i]);
		if (list)
			json_array_append(list, last);
	}
	if (!list)
		return last ? last : default_json(name);
	json_decref(last);
	if (json_array_size(list) > 0)
		return list;
	json_decref(list);
	return NULL;
}

/* Their order matters across all four: they make one list, below. */
static bool is_rule(const char *name)
{
	static const char *const names[] = { "allow", "deny", "kill", "log" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static json_t *rules_json(const struct remand_options *options)
{
	json_t *list = json_array(), *rule;

	for (size_t i = 0; i < options->settings_count; i++) {
		if (!is_rule(options->settings[i].name))
			continue;
		rule = setting_json(&options->settings[i]);
		json_object_set_new(rule, "action", json_string(options->settings[i].name));
		json_array_append_new(list, rule);
	}
	return list;
}

static json_t *options_json(const struct remand_options *options)
{
	json_t *object = json_object(), *value;
	const struct remand_option *option;

	for (size_t i = 0; (option = remand_option_at(i)); i++)
		if (!option->command_only && !is_rule(option->name) &&
			(value = option_json(options, option)))
			json_object_set_new(object, option->name, value);
	return object;
}

static json_t *files_json(const struct remand_options *options)
{
	json_t *list = json_array();

	for (size_t i = 0; i < options->sources_count; i++)
		json_array_append_new(list, json_text(options->sources[i].path));
	return list;
}

/* ---- what follows from them ---- */

static json_t *words_json(char *const *words)
{
	json_t *list = json_array();

	for (; words && *words; words++)
		json_array_append_new(list, json_text(*words));
	return list;
}

static json_t *mount_json(const struct cell_step *step)
{
	static const char *const kinds[] = {
		[CELL_DIRECTORY] = "directory",
		[CELL_SYMLINK] = "link",
		[CELL_TEXT] = "text",
		[CELL_BIND] = "bind",
		[CELL_SCRATCH] = "scratch",
		[CELL_TMPFS] = "tmpfs",
		[CELL_PROC] = "proc",
		[CELL_DEVPTS] = "devpts",
		[CELL_MASK] = "masked",
		[CELL_READ_ONLY] = "read-only",
		[CELL_DEVICE] = "device",
	};
	bool writable = step->kind == CELL_SCRATCH || step->kind == CELL_TMPFS ||
			step->kind == CELL_DEVICE || step->kind == CELL_DEVPTS ||
			(step->kind == CELL_BIND && !(step->attributes & MOUNT_ATTR_RDONLY));
	bool sourced = step->kind == CELL_BIND || step->kind == CELL_SYMLINK;
	char *path = NULL;
	json_t *object;

	if (asprintf(&path, "/%s", step->destination) < 0)
		return NULL;
	object = json_pack("{s:o, s:s, s:o, s:b}", "path", json_text(path), "kind",
		kinds[step->kind], "source",
		sourced && step->source ? json_text(step->source) : json_null(), "writable",
		(int)writable);
	free(path);
	return object;
}

static json_t *mounts_json(const struct cell *cell)
{
	json_t *list = json_array();

	for (size_t i = 0; i < cell->count; i++)
		json_array_append_new(list, mount_json(&cell->steps[i]));
	return list;
}

static json_t *limit_json(rlim_t value)
{
	return value == RLIM_INFINITY ? json_null() : json_integer((json_int_t)value);
}

/* As the target sets them: a default above the caller's own hard limit becomes that. */
static json_t *rlimits_json(const struct rlimit_entry entries[RLIM_NLIMITS])
{
	json_t *object = json_object();

	for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
		struct rlimit value = entries[i].value, own;

		if (!entries[i].wanted && prlimit(0, (__rlimit_resource_t)i, NULL, &own) == 0) {
			if (value.rlim_max > own.rlim_max)
				value.rlim_max = own.rlim_max;
			if (value.rlim_cur > value.rlim_max)
				value.rlim_cur = value.rlim_max;
		}
		json_object_set_new(object, rlimits_name(i),
			json_pack("{s:o, s:o}", "soft", limit_json(value.rlim_cur), "hard",
				limit_json(value.rlim_max)));
	}
	return object;
}

static json_t *syscalls_json(const struct remand_options *options, const struct remand_spec *spec,
	const struct isolation *isolation, struct remand_error *error)
{
	struct syscall_rules rules = { 0 };
	struct filter_program program = { 0 };
	uint64_t began_ns = clock_now_ns();
	json_t *object = NULL;

	if (!isolation->confined)
		return json_null();
	if (spec_rules_make(spec, isolation, &rules, error) == 0 &&
		filter_compile(&rules, &program, error) == 0)
		object = json_pack("{s:o, s:i, s:I, s:o, s:o}", "profile",
			spec->seccomp ? json_text(spec->seccomp) : json_null(), "instructions",
			(int)program.count, "compile_ns", (json_int_t)(clock_now_ns() - began_ns),
			"rules", rules_json(options), "groups", show_syscalls(&program));
	filter_program_done(&program);
	syscall_rules_done(&rules);
	return object;
}

/* As remand_start() would, with nothing made. */
static int make_plan(struct plan *ret_plan, const struct remand_spec *given,
	const struct remand_spec *spec, struct remand_error *error)
{
	struct path_hostile hostile;
	struct isolation isolation;
	struct box box = BOX_EMPTY;
	const struct plan_request request = { given, spec, &isolation, &hostile, &box };
	struct host host;
	int r = path_hostile_identify(spec->work, &hostile);

	if (r < 0)
		return error_errno(error, REMAND_STAGE_CELL, r, "cannot use the work directory %s",
			spec->work);
	r = host_open(&host, error);
	if (r < 0)
		return r;
	r = isolation_decide(given, &host, &isolation, error);
	if (r == 0)
		r = box_foresee(&box, spec, &isolation, error);
	if (r == 0)
		r = plan_make(ret_plan, &request, &host, error);
	host_done(&host);
	return r;
}

static int dump(json_t *object, char **ret_json, struct remand_error *error)
{
	*ret_json = object ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	return *ret_json ? 0 : error_errno(error, REMAND_STAGE_SPEC, -ENOMEM, "cannot show");
}

int remand_options_show(const struct remand_options *options, const char *const *argv,
	char **ret_json, struct remand_error *error)
{
	static const char *const nothing[] = { "true", NULL };
	const struct remand_spec *spec = remand_options_spec(options);
	struct remand_spec given, resolved;
	struct plan plan = { .cell = CELL_EMPTY };
	json_t *syscalls;
	int r;

	if (!spec)
		return error_say(error, REMAND_STAGE_POLICY, -EINVAL, "the policy is not loaded");
	given = *spec;
	given.argv = argv && argv[0] ? argv : nothing;
	r = spec_resolve(&given, &resolved, error);
	if (r == 0)
		r = make_plan(&plan, &given, &resolved, error);
	if (r < 0)
		return r;
	syscalls = syscalls_json(options, &resolved, &plan.isolation, error);
	if (syscalls)
		r = dump(json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
				 1, "policy", json_text(resolved.policy), "policy_files",
				 files_json(options), "options", options_json(options), "argv",
				 given.argv == nothing ? json_null() : words_json(plan.argv),
				 "programs",
				 given.argv == nothing ? json_null() : words_json(plan.programs),
				 "environment", words_json(plan.env), "mounts",
				 mounts_json(&plan.cell), "rlimits", rlimits_json(plan.rlimits),
				 "syscalls", syscalls),
			ret_json, error);
	plan_done(&plan);
	return syscalls ? r : -EINVAL;
}
