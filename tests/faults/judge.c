/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a run with a fault ended as every run must: with the right verdict, or with exit 125 and
 * a sentence, and never with a program that was held by less than it was to be. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "faults.h"

static bool is_sentence(const char *complaint)
{
	return strncmp(complaint, "remand: ", 8) == 0 && strlen(complaint) > 20;
}

/* Up to the end of the object: limits are what was promised, and by what they are kept. */
static bool same_limits(const char *report, const char *baseline)
{
	const char *mine = strstr(report, "\"limits\":"), *its = strstr(baseline, "\"limits\":");
	const char *end = its ? strstr(its, "}}") : NULL;

	return mine && end && strncmp(mine, its, (size_t)(end - its)) == 0;
}

static bool same_verdict(const char *report, const char *baseline)
{
	const char *its = strstr(baseline, "\"verdict\":"), *end = its ? strchr(its, ',') : NULL;
	const char *mine = strstr(report, "\"verdict\":");

	return mine && end && strncmp(mine, its, (size_t)(end - its)) == 0;
}

/* A host that has no Landlock is one wall poorer, and known to be: then one line may differ. */
static bool same_sight(const struct fault *fault, const char *seen, const char *wanted)
{
	static const char line[] = "a device made: ";
	const char *at = strstr(wanted, line);
	size_t same = at ? (size_t)(at - wanted) : 0;

	if (fault->kind != FAULT_HIDDEN || fault->at.nr != SYS_landlock_create_ruleset || !at)
		return strcmp(seen, wanted) == 0;
	return strncmp(seen, wanted, same) == 0 && strstr(seen, line) == seen + same &&
	       strcmp(strchr(seen + same, '\n'), strchr(at, '\n')) == 0;
}

static const char *judge_success(
	const struct fault *fault, const struct outcome *baseline, const struct outcome *outcome)
{
	/* Under load the wall limit may come between exec and our look at it. */
	if (outcome->executed && strcmp(outcome->limits, baseline->limits) != 0)
		return "the group lacks a limit";
	if (!same_sight(fault, outcome->output, baseline->output))
		return "the program saw something else";
	if (!same_verdict(outcome->report, baseline->report))
		return "the verdict is another";
	if (!same_limits(outcome->report, baseline->report))
		return "the report has other limits";
	return NULL;
}

static bool cannot_say(const struct fault *fault)
{
	return fault->kind == FAULT_ERROR && fault->at.role == ROLE_SUPERVISOR &&
	       fault->at.nr == SYS_write;
}

/* execve's own error is the program's, not ours. */
static bool is_exec_status(const struct fault *fault, int status)
{
	return (fault->kind == FAULT_ERROR || fault->kind == FAULT_HIDDEN) &&
	       fault->at.nr == SYS_execve && status == (fault->errnum == ENOENT ? 127 : 126);
}

const char *judge(const struct scene *scene, const struct fault *fault,
	const struct outcome *baseline, const struct outcome *outcome)
{
	int status = WEXITSTATUS(outcome->status);

	if (outcome->hung)
		return "does not end";
	if (fault->kind == FAULT_KILL && fault->victim == ROLE_SUPERVISOR)
		return NULL;
	if (!WIFEXITED(outcome->status))
		return "remand crashed";
	if (status >= SUBJECT_BROKEN)
		return "remand leaks";
	if (status == scene->status)
		return judge_success(fault, baseline, outcome);
	if (status == 125)
		return is_sentence(outcome->complaint) || cannot_say(fault) ? NULL : "no sentence";
	if (is_exec_status(fault, status))
		return is_sentence(outcome->complaint) ? NULL : "no sentence";
	/* Whoever kills from outside: that is what it died of. */
	if (status == 128 + SIGKILL &&
		(fault->kind == FAULT_KILL_GROUPS ||
			(fault->kind == FAULT_KILL && fault->victim != ROLE_KEEPER)))
		return NULL;
	return "the exit status is wrong";
}
