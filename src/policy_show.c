/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which policies there are, and what one says; the groups of system calls too. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "policy.h"
#include "policy_find.h"
#include "syscall_groups.h"
#include "syscall_names.h"

static int no_memory(struct remand_error *error)
{
	return error_errno(error, REMAND_STAGE_POLICY, -ENOMEM, "cannot write it down");
}

/* ---- which there are ---- */

static int is_policy(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 7 && strcmp(entry->d_name + length - 7, ".policy") == 0;
}

static void list_directory(FILE *out, const struct policy_directory *directory)
{
	struct dirent **entries = NULL;
	int n = scandir(directory->path, &entries, is_policy, alphasort);

	for (int i = 0; i < n; i++) {
		char *name = entries[i]->d_name;

		name[strlen(name) - 7] = '\0';
		/* Names that cannot be used are not offered; nor is what is never read. */
		if (policy_is_name(name) && strcmp(name, POLICY_DEFAULT) != 0)
			fprintf(out, "%-16s %-20s %s/%s.policy\n", name, directory->origin,
				directory->path, name);
		free(entries[i]);
	}
	free(entries);
}

int remand_policy_list(char **ret_text, struct remand_error *error)
{
	struct policy_directories directories = { 0 };
	int r = policy_directories_open(&directories, error);
	size_t size;
	FILE *out;

	*ret_text = NULL;
	if (r < 0)
		return r;
	out = open_memstream(ret_text, &size);
	if (out) {
		fprintf(out, "%-16s %s\n", POLICY_DEFAULT, "built in");
		for (size_t i = 0; i < directories.count; i++)
			list_directory(out, &directories.list[i]);
	}
	policy_directories_done(&directories);
	return !out || fclose(out) != 0 ? no_memory(error) : 0;
}

/* ---- what one says ---- */

static int no_group(const char *name, struct remand_error *error)
{
	const struct syscall_group *group;
	char names[800] = "";

	for (size_t i = 0; (group = syscall_groups_get(i)); i++) {
		size_t used = strlen(names);

		snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "", group->name);
	}
	return error_say(error, REMAND_STAGE_POLICY, -ENOENT,
		"there is no group '%.40s'; the groups are %s", name, names);
}

static int show_group(FILE *out, const char *name, struct remand_error *error)
{
	const struct syscall_group *group = syscall_groups_find(name);
	unsigned int number;

	if (!group)
		return no_group(name, error);
	fprintf(out, "# %s: %s\n", group->name, group->summary);
	for (const char *const *member = group->members; *member; member++)
		fprintf(out, "%s%s\n", *member,
			**member != '@' && syscall_names_number(*member, &number) != SYSCALL_NATIVE
				? "    # not on this architecture"
				: "");
	return 0;
}

static int show_file(FILE *out, const char *name, struct remand_error *error)
{
	struct trusted_file file = { 0 };
	char *path = NULL;
	int r = policy_find(name, NULL, &path, &file, error);

	if (r < 0)
		return r;
	fprintf(out, "# %s\n", path);
	/* A file with control characters is no policy, and no terminal should obey it. */
	for (size_t i = 0; i < file.length; i++)
		fputc(((unsigned char)file.text[i] < 0x20 && !strchr("\n\t", file.text[i])) ||
					file.text[i] == 0x7f
				? '?'
				: file.text[i],
			out);
	free(path);
	trusted_file_done(&file);
	return 0;
}

int remand_policy_show(const char *name, char **ret_text, struct remand_error *error)
{
	size_t size;
	FILE *out = open_memstream(ret_text, &size);
	int r = 0;

	if (!out)
		return no_memory(error);
	if (name[0] == '@')
		r = show_group(out, name, error);
	else if (strcmp(name, POLICY_DEFAULT) == 0)
		fputs(policy_default_text, out);
	else
		r = show_file(out, name, error);
	if (fclose(out) != 0 && r == 0)
		r = no_memory(error);
	if (r < 0) {
		free(*ret_text);
		*ret_text = NULL;
	}
	return r;
}
