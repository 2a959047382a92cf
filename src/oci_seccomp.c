/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * OCI seccomp profiles (runtime-spec config-linux.md "Seccomp", moby/profiles, containers/common).
 * Two things the specification leaves to libseccomp's behaviour, which we keep: a rule without
 * arguments beats all others of its call, wherever it stands; and arguments of one rule
 * are ANDed, unless an index repeats: then each is a rule of its own (runc and crun do so, since
 * libseccomp takes an index only once). Among rules with arguments the first that fits decides.
 */
#include "oci_seccomp.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "oci_fields.h"
#include "syscall_names.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct profile {
	const struct oci_seccomp_source *source;
	struct syscall_rules *rules;
	struct remand_error *error;
	unsigned int newest;
};

static const struct {
	const char *name;
	enum syscall_comparison comparison;
} comparisons[] = {
	{ "SCMP_CMP_NE", SYSCALL_NE }, { "SCMP_CMP_LT", SYSCALL_LT }, { "SCMP_CMP_LE", SYSCALL_LE },
	{ "SCMP_CMP_EQ", SYSCALL_EQ }, { "SCMP_CMP_GE", SYSCALL_GE }, { "SCMP_CMP_GT", SYSCALL_GT },
	{ "SCMP_CMP_MASKED_EQ", SYSCALL_EQ }, /* value is the mask then */
};

/* How the Go programs that evaluate includes and excludes call the architecture (GOARCH). */
#if defined(__x86_64__)
#define GO_ARCH "amd64"
#elif defined(__aarch64__)
#define GO_ARCH "arm64"
#elif defined(__riscv) && __riscv_xlen == 64
#define GO_ARCH "riscv64"
#else
#define GO_ARCH "unknown"
#endif

static bool allows(struct syscall_answer answer)
{
	return answer.action == SYSCALL_ALLOW || answer.action == SYSCALL_LOG;
}

static int get_argument(
	const struct profile *profile, json_t *object, struct syscall_condition *ret)
{
	static const char *const known[] = { "index", "value", "valueTwo", "op", NULL };
	const char *op = json_string_value(json_object_get(object, "op"));
	uint64_t index = 0, value = 0, second = 0;
	size_t i = 0;
	int r = oci_fields_check(profile->error, object, known);

	if (r == 0)
		r = oci_fields_number(profile->error, object, "index", &index);
	if (r == 0)
		r = oci_fields_number(profile->error, object, "value", &value);
	if (r == 0)
		r = oci_fields_number(profile->error, object, "valueTwo", &second);
	if (r < 0)
		return r;
	while (op && i < LENGTH(comparisons) && strcmp(comparisons[i].name, op) != 0)
		i++;
	if (!op || i == LENGTH(comparisons))
		return oci_fields_fail(
			profile->error, "an argument's \"op\" is missing or unknown");
	if (!json_object_get(object, "index") || !json_object_get(object, "value") || index > 5)
		return oci_fields_fail(profile->error,
			"an argument needs an \"index\" from 0 to 5 and a \"value\"");
	*ret = (struct syscall_condition){ .argument = (unsigned char)index,
		.comparison = comparisons[i].comparison,
		.mask = UINT64_MAX,
		.value = value };
	if (strcmp(op, "SCMP_CMP_MASKED_EQ") == 0) {
		ret->mask = value;
		ret->value = second;
	}
	return 0;
}

/* Returns the number of conditions, and whether an index repeats. */
static int get_arguments(const struct profile *profile, json_t *object,
	struct syscall_condition conditions[SYSCALL_CONDITIONS_MAX], bool *ret_alternatives)
{
	unsigned int seen = 0;
	json_t *list = NULL, *argument;
	size_t i;
	int r = oci_fields_list(profile->error, object, "args", &list);

	*ret_alternatives = false;
	if (r < 0)
		return r;
	if (json_array_size(list) > SYSCALL_CONDITIONS_MAX)
		return oci_fields_fail(
			profile->error, "more than %d arguments", SYSCALL_CONDITIONS_MAX);
	json_array_foreach(list, i, argument)
	{
		r = get_argument(profile, argument, &conditions[i]);
		if (r < 0)
			return r;
		if (seen & 1u << conditions[i].argument)
			*ret_alternatives = true;
		seen |= 1u << conditions[i].argument;
	}
	return (int)json_array_size(list);
}

/* What "includes" or "excludes" says about us. */
struct circumstances {
	bool asks_caps, asks_arches, arch_fits, asks_kernel, kernel_fits;
};

static int get_kernel(const struct profile *profile, json_t *object, struct circumstances *ret)
{
	const struct oci_seccomp_source *host = profile->source;
	unsigned long version[2];
	int r = oci_fields_version(profile->error, object, "minKernel", version);

	if (r <= 0)
		return r;
	ret->asks_kernel = true;
	ret->kernel_fits = host->kernel_major > version[0] ||
			   (host->kernel_major == version[0] && host->kernel_minor >= version[1]);
	return 0;
}

static int get_circumstances(
	const struct profile *profile, json_t *rule, const char *key, struct circumstances *ret)
{
	static const char *const known[] = { "caps", "arches", "minKernel", NULL };
	json_t *object = json_object_get(rule, key), *caps = NULL, *arches = NULL, *arch;
	size_t i;
	int r;

	*ret = (struct circumstances){ 0 };
	if (!object || json_is_null(object))
		return 0;
	r = oci_fields_check(profile->error, object, known);
	if (r == 0)
		r = oci_fields_strings(profile->error, object, "caps", &caps);
	if (r == 0)
		r = oci_fields_strings(profile->error, object, "arches", &arches);
	if (r < 0)
		return r;
	ret->asks_caps = json_array_size(caps) > 0;
	ret->asks_arches = json_array_size(arches) > 0;
	json_array_foreach(arches, i, arch) if (strcmp(json_string_value(arch), GO_ARCH) == 0)
		ret->arch_fits = true;
	return get_kernel(profile, object, ret);
}

/* A target has no capabilities: a rule for those who have some is never for us. 1, 0, or error. */
static int is_for_us(const struct profile *profile, json_t *rule)
{
	struct circumstances includes = { 0 }, excludes = { 0 };
	int r = get_circumstances(profile, rule, "includes", &includes);

	if (r == 0)
		r = get_circumstances(profile, rule, "excludes", &excludes);
	if (r < 0)
		return r;
	if (excludes.arch_fits || excludes.kernel_fits || includes.asks_caps)
		return 0;
	return (!includes.asks_arches || includes.arch_fits) &&
	       (!includes.asks_kernel || includes.kernel_fits);
}

/* One rule of syscalls[], for one of its names after the other. */
struct entry {
	struct syscall_rule rule;
	struct syscall_condition conditions[SYSCALL_CONDITIONS_MAX];
	bool alternatives;
	bool unused; /* not in this pass, or it only says what the default says */
};

static int append_entry(const struct profile *profile, struct entry *entry)
{
	struct syscall_rule rule = entry->rule;
	int r = 0;

	if (!entry->alternatives)
		return syscall_rules_append(profile->rules, &rule, entry->conditions);
	rule.conditions_count = 1;
	for (uint32_t i = 0; r == 0 && i < entry->rule.conditions_count; i++)
		r = syscall_rules_append(profile->rules, &rule, &entry->conditions[i]);
	return r;
}

static int append_name(struct profile *profile, struct entry *entry, const char *name)
{
	enum syscall_known known = syscall_names_number(name, &entry->rule.number);
	int r;

	if (known == SYSCALL_UNKNOWN && !entry->unused && allows(profile->rules->otherwise) &&
		!allows(entry->rule.answer))
		return oci_fields_fail(
			profile->error, "cannot deny %s: no such system call is known", name);
	if (known != SYSCALL_NATIVE)
		return 0;
	if (entry->rule.number > profile->newest)
		profile->newest = entry->rule.number;
	if (entry->unused)
		return 0;
	r = append_entry(profile, entry);
	return r < 0 ? error_errno(profile->error, REMAND_STAGE_POLICY, r, "seccomp profile") : 0;
}

static int append_names(struct profile *profile, struct entry *entry, json_t *object)
{
	const char *single = json_string_value(json_object_get(object, "name"));
	json_t *names = NULL, *name;
	size_t i;
	int r = oci_fields_strings(profile->error, object, "names", &names);

	if (r < 0)
		return r;
	if (!single == !json_array_size(names))
		return oci_fields_fail(profile->error, "expected \"names\" with at least one name");
	if (single)
		return append_name(profile, entry, single);
	json_array_foreach(names, i, name)
	{
		r = append_name(profile, entry, json_string_value(name));
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_same_answer(struct syscall_answer a, struct syscall_answer b)
{
	return a.action == b.action && a.data == b.data;
}

/* `conditional`: which of the two kinds of rules is added in this pass. */
static int parse_entry(struct profile *profile, json_t *object, bool conditional)
{
	static const char *const known[] = { "names", "name", "action", "errnoRet", "errno", "args",
		"comment", "includes", "excludes", NULL };
	static const struct oci_answer_keys keys = { "action", "errnoRet", "errno" };
	struct entry entry = { 0 };
	int r = oci_fields_check(profile->error, object, known), count;

	if (r == 0)
		r = oci_fields_answer(profile->error, object, &keys, &entry.rule.answer);
	if (r < 0)
		return r;
	count = get_arguments(profile, object, entry.conditions, &entry.alternatives);
	if (count < 0)
		return count;
	r = is_for_us(profile, object);
	if (r <= 0)
		return r;
	entry.rule.conditions_count = (uint32_t)count;
	entry.unused = conditional != (count > 0) ||
		       is_same_answer(entry.rule.answer, profile->rules->otherwise);
	return append_names(profile, &entry, object);
}

/* Which entry the sentence is about. */
static void say_entry(struct remand_error *error, size_t index)
{
	size_t length = error ? strlen(error->message) : 0;

	if (error)
		snprintf(error->message + length, sizeof(error->message) - length,
			" (in syscalls[%zu])", index);
}

/* Our list's last rule decides, so: from the end of the file, and the unconditional ones last. */
static int parse_entries(struct profile *profile, json_t *root)
{
	json_t *entries = NULL;
	int r = oci_fields_list(profile->error, root, "syscalls", &entries);

	for (int pass = 0; r == 0 && pass < 2; pass++) {
		for (size_t i = json_array_size(entries); r == 0 && i > 0; i--) {
			r = parse_entry(profile, json_array_get(entries, i - 1), pass == 0);
			if (r < 0)
				say_entry(profile->error, i - 1);
		}
	}
	return r;
}

/* Both only widen what other architectures may do, and those die here; so a check of form. */
static int check_architectures(const struct profile *profile, json_t *root)
{
	static const char *const known[] = { "architecture", "subArchitectures", NULL };
	json_t *architectures = NULL, *map = NULL, *entry, *list;
	size_t i;
	int r = oci_fields_strings(profile->error, root, "architectures", &architectures);

	if (r == 0)
		r = oci_fields_list(profile->error, root, "archMap", &map);
	if (r == 0 && json_array_size(architectures) && json_array_size(map))
		r = oci_fields_fail(profile->error, "both \"architectures\" and \"archMap\"");
	if (r < 0)
		return r;
	json_array_foreach(map, i, entry)
	{
		r = oci_fields_check(profile->error, entry, known);
		if (r == 0)
			r = oci_fields_strings(profile->error, entry, "subArchitectures", &list);
		if (r < 0)
			return r;
	}
	return 0;
}

/* These say how a filter is loaded. Our loader has its own reasons; none of them lets more through.
 */
static int check_flags(const struct profile *profile, json_t *root)
{
	static const char *const known[] = { "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG",
		"SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" };
	json_t *flags = NULL, *flag;
	size_t i;
	int r = oci_fields_strings(profile->error, root, "flags", &flags);

	if (r < 0)
		return r;
	json_array_foreach(flags, i, flag)
	{
		size_t k = 0;

		while (k < LENGTH(known) && strcmp(known[k], json_string_value(flag)) != 0)
			k++;
		if (k == LENGTH(known))
			return oci_fields_fail(
				profile->error, "unknown flag \"%s\"", json_string_value(flag));
	}
	return 0;
}

static int parse_root(struct profile *profile, json_t *root)
{
	static const char *const known[] = { "defaultAction", "defaultErrnoRet", "defaultErrno",
		"architectures", "archMap", "flags", "syscalls", NULL };
	static const struct oci_answer_keys keys = { "defaultAction", "defaultErrnoRet",
		"defaultErrno" };
	int r = oci_fields_check(profile->error, root, known);

	if (r == 0)
		r = check_architectures(profile, root);
	if (r == 0)
		r = check_flags(profile, root);
	if (r == 0)
		r = oci_fields_answer(profile->error, root, &keys, &profile->rules->otherwise);
	if (r == 0)
		r = parse_entries(profile, root);
	profile->rules->covered =
		allows(profile->rules->otherwise) ? UINT32_MAX : profile->newest + 1;
	return r;
}

int oci_seccomp_parse(const struct oci_seccomp_source *source, struct syscall_rules *ret,
	struct remand_error *error)
{
	struct syscall_rules rules = { 0 };
	struct profile profile = { .source = source, .rules = &rules, .error = error };
	json_error_t syntax;
	json_t *root = json_loadb(source->text, source->length, JSON_REJECT_DUPLICATES, &syntax);
	int r;

	if (!root)
		return error_say(error, REMAND_STAGE_POLICY, -EINVAL,
			"seccomp profile: line %d, column %d: %s", syntax.line, syntax.column,
			syntax.text);
	r = parse_root(&profile, root);
	json_decref(root);
	if (r < 0) {
		syscall_rules_done(&rules);
		return r;
	}
	*ret = rules;
	return 0;
}
