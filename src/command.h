/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the verbs of the command share. */
#ifndef COMMAND_H
#define COMMAND_H

#include "remand.h"

/* Our own failures, as in timeout(1) and env(1). */
#define COMMAND_FAILED 125

/* Options up to the first word that is none, or "--". Returns the index of what follows them, or
 * -1 after having said what is wrong. */
int command_parse(struct remand_options *options, int argc, char **argv);

/* The words of a verb's command line, from its own name on, and the first that is no option. */
struct command_words {
	int argc;
	char **argv;
	int first;
};

/* A verb with the options of the table: --help and --version here, all else in `work`, which gives
 * the exit status. */
int command_verb(const char *usage, int argc, char **argv,
	int (*work)(struct remand_options *options, const struct command_words *words));

/* The one option with a value that a small verb has. */
struct command_word_option {
	char letter; /* or 0 */
	const char *name;
};

/* The words of a small verb: NAME and its option, in any order, NULL for what is not given. -1, or
 * the exit status when there is nothing more to do: --help was given, or what is wrong was said. */
int command_read_words(int argc, char **argv, const char *usage,
	const struct command_word_option *option, const char **ret_name, const char **ret_value);

/* A signalfd for what asks us to end, but for what our caller ignores. */
int command_open_signals(void);

/* Read the policy, once all options are set. -errno after having said what is wrong. */
int command_load(struct remand_options *options);

/* Which form is asked for by --format, NULL: `*ret_text` comes with the one if none is. -EINVAL,
 * said. */
int command_format(const char *format, bool *ret_text);

/* One line on stderr, "remand: ...". */
void command_complain(const char *message);

/* Text of others on a terminal: without what a terminal would obey. */
void command_print(const char *text);

/* Where the report goes. */
struct command_report {
	const char *where;
	int fd; /* -1: none was asked for */
	bool text;
};

/* Open it before anything starts: one that cannot be written is known at once. */
int command_open_report(const struct remand_options *options, const struct remand_spec *spec,
	struct command_report *ret);
/* body NULL: out of memory. -errno, said. */
int command_write_report(const struct command_report *report, const char *body);

/* Verbs. */
int command_run(int argc, char **argv);
int command_check(int argc, char **argv);
int command_show(int argc, char **argv);
int command_batch(int argc, char **argv);
int command_policy(int argc, char **argv);
/* remand policy learn */
int command_learn(int argc, char **argv);
int command_pipe(int argc, char **argv);
int command_start(int argc, char **argv);
int command_stop(int argc, char **argv);
int command_restart(int argc, char **argv);
int command_status(int argc, char **argv);
int command_kill(int argc, char **argv);

#endif
