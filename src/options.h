/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The spec under construction, and the setters that the option table names. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "remand.h"
#include "trusted_file.h"

#define OPTIONS_COMMAND_MAX 16

/* Who said so: a line of a policy file, or, where there is no file, the caller. */
struct option_origin {
	const char *file;
	unsigned int line;
};

/* One option as it was set. */
struct option_setting {
	const char *name;  /* of the table */
	const char *value; /* NULL: takes none */
	struct option_origin origin;
};

/* A policy file that lines came from; without its text. */
struct option_source {
	const char *path;
	struct trusted_file file;
};

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
	struct remand_rule *rules;
	unsigned char ok_codes[256];
	unsigned int *rule_layers; /* of each rule, the layer that it came from */
	/* All that was set, in order; values are kept. */
	struct option_setting *settings;
	size_t settings_count;
	/* The policy named, and the files that it was read from. */
	const char *policy;
	bool policy_loaded;
	struct option_source *sources;
	size_t sources_count;
	/* While a policy is applied: counts files, and where relative paths start. */
	unsigned int layer;
	const char *directory; /* NULL: the current one */
	/* After a refusal: the offending byte of the value, -1: the name itself. */
	long refused_at;
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

/* Set one option, on behalf of whoever the origin names. */
int options_apply(struct remand_options *options, const char *name, const char *value,
	const struct option_origin *origin, struct remand_error *error);

/* Forget all that was set, but keep the strings. The settings are then the caller's. */
void options_reset(struct remand_options *options);

/* A path of the host, kept, from where relative ones start: in a policy, its file's directory.
 * NULL: out of memory. */
const char *option_keep_path(const struct option_context *context, const char *path);

/* The sentence for a value that is not acceptable: "--name: 'value' expected". Returns -EINVAL. */
int option_refuse(const struct option_context *context, const char *value, const char *expected);
int option_no_memory(const struct option_context *context);

/* Digits only, or max. */
int option_parse_count(const char *value, uint64_t *ret);

/* Simple values (option_scalars.c). */
option_setter option_set_time, option_set_size, option_set_count, option_set_cpus,
	option_set_cpuset, option_set_flag, option_set_text, option_set_path, option_set_nice,
	option_set_grace, option_set_network, option_set_isolation;
/* What the program may do (option_rules.c). */
option_setter option_set_policy, option_set_allow, option_set_deny, option_set_kill, option_set_log,
	option_set_seccomp;
/* Values with structure, and lists (option_lists.c). */
option_setter option_set_env, option_set_file, option_set_bind, option_set_tmpfs,
	option_set_collect, option_set_user, option_set_rlimit, option_set_input, option_set_output,
	option_set_error, option_set_ok;

#endif
