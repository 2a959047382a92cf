/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of a seccomp profile's JSON objects; what is not understood is an error. */
#include "oci_fields.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "syscall_constants.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name;
	enum syscall_action action;
} actions[] = {
	{ "SCMP_ACT_KILL", SYSCALL_KILL_THREAD },
	{ "SCMP_ACT_KILL_THREAD", SYSCALL_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SYSCALL_KILL },
	{ "SCMP_ACT_TRAP", SYSCALL_TRAP },
	{ "SCMP_ACT_ERRNO", SYSCALL_DENY },
	{ "SCMP_ACT_TRACE", SYSCALL_TRACE },
	{ "SCMP_ACT_ALLOW", SYSCALL_ALLOW },
	{ "SCMP_ACT_LOG", SYSCALL_LOG },
};

int oci_fields_check(struct remand_error *error, json_t *object, const char *const *known)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return oci_fields_fail(
			error, "expected an object with \"%s\" and others", known[0]);
	json_object_foreach(object, key, value)
	{
		const char *const *name = known;

		while (*name && strcmp(*name, key) != 0)
			name++;
		if (!*name)
			return oci_fields_fail(error, "unknown member \"%s\"", key);
	}
	return 0;
}

int oci_fields_list(struct remand_error *error, json_t *object, const char *key, json_t **ret)
{
	json_t *list = json_object_get(object, key);

	if (list && !json_is_null(list) && !json_is_array(list))
		return oci_fields_fail(error, "\"%s\" is not a list", key);
	*ret = json_is_array(list) ? list : NULL;
	return 0;
}

static int check_strings(struct remand_error *error, json_t *list, const char *key)
{
	json_t *value;
	size_t i;

	json_array_foreach(list, i, value) if (!json_is_string(value)) return oci_fields_fail(
		error, "\"%s\" holds something that is not a string", key);
	return 0;
}

int oci_fields_strings(struct remand_error *error, json_t *object, const char *key, json_t **ret)
{
	int r = oci_fields_list(error, object, key, ret);

	return r < 0 ? r : check_strings(error, *ret, key);
}

static int get_errno_name(struct remand_error *error, json_t *value, long long *number)
{
	const char *name = json_string_value(value);
	long long wanted;

	if (!value || json_is_null(value) || (name && !*name))
		return 0;
	wanted = name ? syscall_constants_errno(name) : -1;
	if (wanted < 0)
		return oci_fields_fail(
			error, "there is no errno \"%s\"", name ? name : "(not a string)");
	if (*number >= 0 && *number != wanted)
		return oci_fields_fail(error, "two different errno values");
	*number = wanted;
	return 0;
}

int oci_fields_answer(struct remand_error *error, json_t *object,
	const struct oci_answer_keys *keys, struct syscall_answer *ret)
{
	const char *action = json_string_value(json_object_get(object, keys->action));
	json_t *number = json_object_get(object, keys->number);
	long long value = json_is_integer(number) ? json_integer_value(number) : -1;
	size_t i = 0;
	int r;

	if (!action)
		return oci_fields_fail(error, "\"%s\" is missing", keys->action);
	while (i < LENGTH(actions) && strcmp(actions[i].name, action) != 0)
		i++;
	if (i == LENGTH(actions))
		return oci_fields_fail(error, "action %s is unknown or not supported", action);
	/* MAX_ERRNO of include/linux/err.h; the kernel cuts larger ones to it. */
	if (number && !json_is_null(number) && (value < 0 || value > 4095))
		return oci_fields_fail(error, "\"%s\" is not an errno", keys->number);
	r = get_errno_name(error, json_object_get(object, keys->name), &value);
	if (r < 0)
		return r;
	ret->action = actions[i].action;
	ret->data = 0;
	if (ret->action == SYSCALL_DENY || ret->action == SYSCALL_TRACE)
		ret->data = value < 0 ? EPERM : (uint16_t)value;
	else if (value >= 0)
		return oci_fields_fail(error, "an errno makes no sense with %s", action);
	return 0;
}

int oci_fields_number(struct remand_error *error, json_t *object, const char *key, uint64_t *ret)
{
	json_t *value = json_object_get(object, key);

	*ret = 0;
	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return oci_fields_fail(
			error, "\"%s\" of an argument is not a number from 0 to 2^63-1", key);
	*ret = (uint64_t)json_integer_value(value);
	return 0;
}

/* "4.8", nothing else. */
static bool parse_version(const char *text, unsigned long ret[2])
{
	char *end;

	if (!text || text[strspn(text, "0123456789.")] != '\0')
		return false;
	ret[0] = strtoul(text, &end, 10);
	if (end == text || *end != '.')
		return false;
	text = end + 1;
	ret[1] = strtoul(text, &end, 10);
	return end != text && *end == '\0';
}

int oci_fields_version(
	struct remand_error *error, json_t *object, const char *key, unsigned long ret[2])
{
	json_t *value = json_object_get(object, key);
	const char *text = json_string_value(value);

	if (!value || json_is_null(value) || (text && !*text))
		return 0;
	if (!parse_version(text, ret))
		return oci_fields_fail(error, "\"%s\" is not a version such as \"4.8\"", key);
	return 1;
}
