/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as rules: parses or is refused, and what parses compiles to what the kernel would load.
 */
#include <stdlib.h>
#include <string.h>

#include "../unit/bpf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lines alternate between deny and allow, on top of each other as in a policy. */
static void add_lines(struct syscall_rules *rules, char *text)
{
	struct remand_error error;
	char *line, *rest = text;

	for (int i = 0; (line = strsep(&rest, "\n")); i++) {
		size_t count = rules->count, length = strlen(line);

		if (syscall_rules_add(rules, i % 2 ? SYSCALL_ALLOW : SYSCALL_DENY, line, &error) ==
			0)
			continue;
		if (rules->count != count || rules->error_at > length)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct syscall_rules rules = { 0 };
	struct filter_program program = { 0 };
	struct remand_error error;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	add_lines(&rules, text);
	if (filter_compile(&rules, &program, &error) == 0 && !bpf_is_loadable(&program))
		abort();
	filter_program_done(&program);
	syscall_rules_done(&rules);
	free(text);
	return 0;
}
