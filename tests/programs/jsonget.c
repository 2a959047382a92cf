/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * jsonget FILE MEMBER: prints a member of a JSON file, e.g. limits.memory.limit or denied.args.0.
 * Text comes out bare, all else as JSON. Exit 1 when there is no such member, 2 for a bad file.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names of members have dots of their own (memory.events.oom_kill), so the longest name wins. */
static const json_t *find(const json_t *from, const char *path)
{
	size_t length = strlen(path);

	if (json_is_array(from)) {
		char *end;
		size_t index = strtoul(path, &end, 10);
		const json_t *item = end > path ? json_array_get(from, index) : NULL;

		return !item || !*end ? item : *end == '.' ? find(item, end + 1) : NULL;
	}
	while (length) {
		char *name = strndup(path, length);
		const json_t *member = name ? json_object_get(from, name) : NULL;

		free(name);
		if (member && path[length])
			member = find(member, path + length + 1);
		if (member)
			return member;
		while (length && path[--length] != '.')
			;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	json_error_t error;
	json_t *root;
	const json_t *member;

	if (argc != 3) {
		fprintf(stderr, "usage: jsonget FILE MEMBER\n");
		return 2;
	}
	root = json_load_file(argv[1], 0, &error);
	if (!root) {
		fprintf(stderr, "jsonget: %s:%d: %s\n", argv[1], error.line, error.text);
		return 2;
	}
	member = find(root, argv[2]);
	if (!member)
		fprintf(stderr, "jsonget: %s: no member %s\n", argv[1], argv[2]);
	else if (json_is_string(member))
		puts(json_string_value(member));
	else if (json_dumpf(member, stdout, JSON_ENCODE_ANY | JSON_COMPACT) == 0)
		putchar('\n');
	json_decref(root);
	return member ? 0 : 1;
}
