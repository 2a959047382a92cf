/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The spec under construction, and the setters that the option table names. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "remand.h"

#define OPTIONS_COMMAND_MAX 16

struct remand_options {
	struct remand_spec spec;
	/* Owned arrays behind the spec's const pointers. */
	const char **env;
	size_t env_count;
	struct remand_file *files;
	struct remand_bind *binds;
	struct remand_tmpfs *tmpfs;
	struct remand_collect *collects;
	struct remand_rlimit *rlimits;
	/* Every string any of these point to. */
	char **strings;
	size_t strings_count;
	/* What was given for command_only rows, by row number. */
	const char *command[OPTIONS_COMMAND_MAX];
};

/* One option being set: where the value goes and under which name to complain. */
struct option_context {
	struct remand_options *options;
	const char *name;
	size_t offset; /* of the field in struct remand_spec */
	struct remand_error *error;
};

typedef int option_setter(const struct option_context *context, const char *value);

/* Copy text into the options' own memory. NULL: out of memory. */
char *options_keep(struct remand_options *options, const char *text);

/* The sentence for a value that is not acceptable: "--name: 'value' expected". Returns -EINVAL. */
int option_refuse(const struct option_context *context, const char *value, const char *expected);
int option_no_memory(const struct option_context *context);

/* Simple values (option_scalars.c). */
option_setter option_set_time, option_set_size, option_set_count, option_set_cpus,
	option_set_cpuset, option_set_flag, option_set_text, option_set_nice, option_set_grace,
	option_set_network;
/* Values with structure, and lists (option_lists.c). */
option_setter option_set_env, option_set_file, option_set_bind, option_set_tmpfs,
	option_set_collect, option_set_rlimit, option_set_input, option_set_output,
	option_set_error;

#endif
