/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the name of a policy to its file. */
#ifndef POLICY_FIND_H
#define POLICY_FIND_H

#include <stdbool.h>

#include "remand.h"
#include "trusted_file.h"

/* The one that is built in and never searched for, so that it means the same everywhere. */
#define POLICY_DEFAULT "default"

/* A directory that is searched, the first first. */
struct policy_directory {
	const char *origin; /* whose it is: "REMAND_POLICY_PATH", "user", "system", "installed" */
	char *path;
	bool by_home; /* found through HOME, which under sudo may be somebody else's */
};

struct policy_directories {
	struct policy_directory *list; /* owned, with the paths */
	size_t count;
};

int policy_directories_open(struct policy_directories *ret, struct remand_error *error);
void policy_directories_done(struct policy_directories *directories);

/* A name as opposed to a path: letters, digits and "-_+.", no slash, none of "-." in front. */
bool policy_is_name(const char *text);

/*
 * Open and read. A name is looked up in the directories; text with a slash is a path, and a
 * relative one starts at `directory` (NULL: the current one). *ret_path is the caller's.
 */
int policy_find(const char *text, const char *directory, char **ret_path,
	struct trusted_file *ret_file, struct remand_error *error);

#endif
