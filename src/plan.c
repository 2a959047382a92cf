/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor's half of every step that keeper and target will take: words, paths, tables. */
#include "plan.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "spec_rules.h"

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

static char **free_words(char **words)
{
	for (char **word = words; word && *word; word++)
		free(*word);
	free(words);
	return NULL;
}

static size_t count_words(const char *const *words)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	return n;
}

static char **copy_words(const char *const *words)
{
	size_t n = count_words(words);
	char **copy = calloc(n + 1, sizeof(*copy));

	if (!copy || !words)
		return copy;
	for (size_t i = 0; words[i]; i++) {
		copy[i] = strdup(words[i]);
		if (!copy[i])
			return free_words(copy);
	}
	return copy;
}

/* The variable of the same name, or the terminating NULL. */
static char **find_variable(char **env, const char *entry)
{
	size_t length = strcspn(entry, "=") + 1;

	while (*env && strncmp(*env, entry, length) != 0)
		env++;
	return env;
}

/* Later entries win; names stay unique, as a shell would have it. */
static int merge_env(char **env, const char *const *entries)
{
	for (; entries && *entries; entries++) {
		char **place = find_variable(env, *entries);
		char *copy = strdup(*entries);

		if (!copy)
			return -ENOMEM;
		free(*place);
		*place = copy;
	}
	return 0;
}

static const char path_entry[] = "PATH=" DEFAULT_PATH;

/* Where files may be written: the cell's /box and /tmp, or the one directory that stands for both;
 * a trusted program has the caller's home. */
static int plan_env(struct plan *plan, const struct plan_request *request)
{
	const struct remand_spec *spec = request->resolved;
	const char *own = plan->isolation.cell ? "/box" : request->box->path;
	const char *home = own[0] ? own : getenv("HOME");
	char home_entry[PATH_MAX + 8], tmpdir_entry[PATH_MAX + 8];
	const char *const defaults[] = { path_entry, home_entry, "LANG=C.UTF-8",
		plan->isolation.cell || !own[0] ? NULL : tmpdir_entry, NULL };
	/* environ is the process's own; reading it is as thread-safe as getenv(3) is. */
	const char *const *start = spec->inherit_env ? (const char *const *)environ : defaults;
	int r;

	snprintf(home_entry, sizeof(home_entry), "HOME=%s", home ? home : "/");
	snprintf(tmpdir_entry, sizeof(tmpdir_entry), "TMPDIR=%s", own);
	plan->env = calloc(count_words(start) + count_words(spec->env) + 1, sizeof(*plan->env));
	if (!plan->env)
		return -ENOMEM;
	r = merge_env(plan->env, start);
	return r < 0 ? r : merge_env(plan->env, spec->env);
}

/* execvp(3)'s search, decided beforehand: each directory of the cell's PATH with the name appended.
 */
static int search_path(struct plan *plan, const char *name)
{
	const char *entry = *find_variable(plan->env, path_entry);
	const char *path = (entry ? entry : path_entry) + 5;
	size_t n = 0, most = 2;

	for (const char *c = path; *c; c++)
		most += *c == ':';
	plan->programs = calloc(most, sizeof(*plan->programs));
	if (!plan->programs)
		return -ENOMEM;
	for (;;) {
		size_t length = strcspn(path, ":");

		/* An empty entry means the working directory, as in every shell. */
		if (asprintf(&plan->programs[n], "%.*s%s%s", (int)length, path, length ? "/" : "./",
			    name) < 0) {
			plan->programs[n] = NULL;
			return -ENOMEM;
		}
		n++;
		if (path[length] == '\0')
			return 0;
		path += length + 1;
	}
}

static int plan_program(struct plan *plan, const struct remand_spec *spec)
{
	const char *const one[] = { plan->cell.program ? plan->cell.program : spec->argv[0], NULL };
	/* Under its path in the cell: the caller's would tell the target about the host. */
	const char *seen = spec->argv0            ? spec->argv0
			   : plan->isolation.cell ? one[0]
						  : spec->argv[0];

	plan->argv = copy_words(spec->argv);
	if (!plan->argv)
		return -ENOMEM;
	free(plan->argv[0]);
	plan->argv[0] = strdup(seen);
	if (!plan->argv[0])
		return -ENOMEM;
	if (!strchr(one[0], '/'))
		return search_path(plan, one[0]);
	plan->programs = copy_words(one);
	return plan->programs ? 0 : -ENOMEM;
}

/* Who is refused is refused by a kernel that finds nobody listening, too: seccomp_unotify(2). */
static bool kills_or_logs(const struct syscall_rules *rules)
{
	bool found =
		rules->otherwise.action == SYSCALL_KILL || rules->otherwise.action == SYSCALL_LOG;

	for (size_t i = 0; !found && i < rules->count; i++)
		found = rules->rules[i].answer.action == SYSCALL_KILL ||
			rules->rules[i].answer.action == SYSCALL_LOG;
	return found;
}

static int plan_filter(
	struct plan *plan, const struct remand_spec *spec, struct remand_error *error)
{
	struct syscall_rules rules = { 0 };
	int r;

	if (!plan->isolation.confined)
		return 0;
	r = spec_rules_make(spec, &plan->isolation, &rules, error);
	if (r == 0)
		r = permit_make(&plan->permit, error);
	if (r == 0)
		r = permit_add_rules(&plan->permit,
			spec->function ? PERMIT_FUNCTION : PERMIT_PROGRAM, &rules, error);
	if (r == 0)
		r = filter_compile(&rules, &plan->filter, error);
	if (r == 0) {
		r = filter_watch(&plan->filter, &plan->watched_filter);
		if (r < 0)
			error_errno(error, REMAND_STAGE_SECCOMP, r, "cannot copy the filter");
	}
	plan->needs_listener = kills_or_logs(&rules);
	syscall_rules_done(&rules);
	return r;
}

/* Those of struct plan itself. */
#define SINGLE_FDS ((size_t)8)

size_t plan_count_fds(const struct plan *plan)
{
	return SINGLE_FDS + plan->passes_count + plan->cell.count;
}

int *plan_fd(struct plan *plan, size_t i)
{
	int *const single[SINGLE_FDS] = { &plan->control_fd, &plan->failure_fd,
		&plan->supervisor_fd, &plan->group_fd, &plan->kill_fd, &plan->stdio[0],
		&plan->stdio[1], &plan->stdio[2] };

	if (i < SINGLE_FDS)
		return single[i];
	i -= SINGLE_FDS;
	return i < plan->passes_count ? &plan->passes[i].fd
				      : &plan->cell.steps[i - plan->passes_count].tree_fd;
}

int plan_keep_fds(struct plan *plan)
{
	plan->keep_count = plan_count_fds(plan);
	plan->keep = calloc(plan->keep_count, sizeof(*plan->keep));
	if (!plan->keep)
		return -ENOMEM;
	for (size_t i = 0; i < plan->keep_count; i++)
		plan->keep[i] = *plan_fd(plan, i);
	return 0;
}

int plan_make(struct plan *ret_plan, const struct plan_request *request, const struct host *host,
	struct remand_error *error)
{
	const struct remand_spec *spec = request->resolved;
	struct plan plan = { .cell = CELL_EMPTY };
	int r;

	plan.isolation = *request->isolation;
	plan.send_box = spec->collects_count > 0 && !spec->work && plan.isolation.cell;
	plan.hostname = spec->hostname;
	plan.directory = spec->directory       ? spec->directory
			 : plan.isolation.cell ? "/box"
					       : request->box->path;
	plan.nice = spec->nice;
	rlimits_fill(request->given, spec, plan.rlimits);
	plan.cell.hostile = *request->hostile;
	r = plan.isolation.cell
		    ? cell_plan(&plan.cell, spec, host, error)
		    : cell_plan_host(&plan.cell, spec, request->box, request->isolation, error);
	if (r < 0)
		return r;
	r = plan_env(&plan, request);
	if (r == 0 && !spec->function)
		r = plan_program(&plan, spec);
	if (r < 0)
		error_errno(error, REMAND_STAGE_SPEC, r, "cannot prepare the program");
	else
		r = plan_filter(&plan, spec, error);
	if (r < 0) {
		plan_done(&plan);
		return r;
	}
	*ret_plan = plan;
	return 0;
}

void plan_done(struct plan *plan)
{
	cell_done(&plan->cell);
	plan->argv = free_words(plan->argv);
	plan->env = free_words(plan->env);
	plan->programs = free_words(plan->programs);
	filter_program_done(&plan->filter);
	filter_program_done(&plan->watched_filter);
	function_done(&plan->function);
	free(plan->keep);
	*plan = (struct plan){ .cell = CELL_EMPTY };
}
