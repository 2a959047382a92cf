/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each group of calls gets, in one word where possible. */
#include "show_syscalls.h"

#include <stdio.h>
#include <string.h>

#include "filter_answer.h"
#include "syscall_groups.h"
#include "syscall_names.h"

struct sorter {
	const struct filter_program *program;
	json_t *answers; /* answer -> list of names */
};

static int sort_call(const char *name, void *context)
{
	struct sorter *sorter = context;
	unsigned int number;
	uint32_t answer;
	char text[32] = "by arguments";
	json_t *list, *known;
	size_t i;

	if (syscall_names_number(name, &number) != SYSCALL_NATIVE)
		return 0;
	if (filter_answer_fixed(sorter->program, number, &answer))
		filter_answer_text(answer, text);
	list = json_object_get(sorter->answers, text);
	if (!list) {
		list = json_array();
		json_object_set_new(sorter->answers, text, list);
	}
	/* A call may stand in two of the inner groups. */
	json_array_foreach(
		list, i, known) if (strcmp(json_string_value(known), name) == 0) return 0;
	json_array_append_new(list, json_string(name));
	return 0;
}

static json_t *group_json(const struct filter_program *program, const struct syscall_group *group)
{
	struct sorter sorter = { program, json_object() };
	const char *answer;
	char most[32] = "";
	size_t largest = 0;
	json_t *list, *object;

	(void)syscall_groups_walk(group, sort_call, &sorter);
	json_object_foreach(sorter.answers, answer, list)
	{
		if (json_array_size(list) > largest) {
			largest = json_array_size(list);
			snprintf(most, sizeof(most), "%s", answer);
		}
	}
	/* None of its calls exists on this architecture. */
	if (!most[0]) {
		json_decref(sorter.answers);
		return NULL;
	}
	object = json_pack("{s:s}", "answer", most);
	json_object_del(sorter.answers, most);
	json_object_set_new(object, "but", sorter.answers);
	return object;
}

json_t *show_syscalls(const struct filter_program *program)
{
	json_t *object = json_object(), *summary;
	const struct syscall_group *group;

	for (size_t i = 0; (group = syscall_groups_get(i)); i++) {
		summary = group_json(program, group);
		if (summary)
			json_object_set_new(object, group->name, summary);
	}
	return object;
}
