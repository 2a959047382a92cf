/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every hostile program shares: a table of its modes and how it tells the outcome. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct attack {
	const char *mode;
	/* 0 when the attacker got what must be out of reach, else -errno */
	int (*run)(char **args);
	/* a filter may answer with a signal: run it in a child that can be mourned */
	bool may_die;
};

/* Each program defines its own; an empty mode ends it. */
extern const struct attack attacks[];

/* -errno of a call that returned a negative number, else 0. */
int attack_result(long returned);
/* For calls too destructive to let succeed: any error but a refusal means that the door is open. */
int attack_refused(long returned);
/* Opens with FLAGS and at once closes. */
int attack_open(const char *path, int flags);
/* Reads at least one byte. */
int attack_read(const char *path);
int attack_write(const char *path, const char *text);
/* 0 when the text of PATH holds NEEDLE. */
int attack_contains(const char *path, const char *needle);
/* Forks, runs, and gives the child's wait status, or -errno. */
int attack_fork(int (*run)(void *), void *context);
/* Runs the file with one argument; 0 when it exits with WANTED. */
int attack_exec(const char *path, const char *argument, int wanted);
/* Copies the text of SOURCE into a new executable file. */
int attack_copy(const char *source, const char *destination, mode_t mode);
