/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor's half: may it be run in a copy of this process, and what will the copy need? */
#include "function.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "directory.h"
#include "file.h"
#include "plan.h"
#include "syscalls.h"

#define TASKS "/proc/self/task"

/* include/linux/sched.h, PF_EXITING: field `flags` of proc(5), /proc/pid/stat. */
#define EXITING 0x4u

/* In milliseconds: how long a thread that ends may take to be gone. */
#define DYING_MS 5000

/* A directory has a link from each directory in it, and two more. */
static int count_threads(void)
{
	struct stat st;

	if (stat(TASKS, &st) < 0)
		return syscall_errno();
	return st.st_nlink < 3 ? -EIO : (int)(st.st_nlink - 2);
}

static bool is_ending(int tasks_fd, const char *tid)
{
	char path[300], text[1024];
	const char *rest;
	unsigned int flags;

	snprintf(path, sizeof(path), "%s/stat", tid);
	/* Not there any more. */
	if (file_read(tasks_fd, path, text, sizeof(text)) < 0)
		return true;
	rest = strrchr(text, ')');
	return rest && sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
	       (flags & EXITING);
}

static bool has_living_thread_but_us(void)
{
	DIR *tasks = opendir(TASKS);
	const struct dirent *entry;
	bool living = false;
	char own[16];

	if (!tasks)
		return true;
	snprintf(own, sizeof(own), "%d", (int)gettid());
	while (!living && directory_next(tasks, &entry) > 0)
		living = entry->d_name[0] != '.' && strcmp(entry->d_name, own) != 0 &&
			 !is_ending(dirfd(tasks), entry->d_name);
	closedir(tasks);
	return living;
}

/*
 * One thread, and it is we: then nobody else can start another. A thread that was joined is counted
 * for a moment still, because the kernel tells of its end (CLONE_CHILD_CLEARTID) before it takes it
 * off the list; but it runs none of the caller's code any more, and is waited for.
 *
 * What this cannot know: whether we were called from a signal handler that has interrupted malloc,
 * and whether another process shares the memory (vfork).
 */
int function_check_threads(const struct remand_spec *spec, struct remand_error *error)
{
	int threads = -EIO;

	if (spec->function_signal_safe)
		return 0;
	for (int i = 0; i < DYING_MS; i++) {
		threads = count_threads();
		if (threads == 1)
			return 0;
		if (threads < 0)
			return error_errno(error, REMAND_STAGE_HOST, threads,
				"cannot tell by " TASKS " whether the caller has other threads");
		if (has_living_thread_but_us())
			break;
		(void)poll(NULL, 0, 1);
	}
	return error_say(error, REMAND_STAGE_SPEC, -EDEADLK,
		"the caller has %d threads, and in a copy of one of them a lock that another holds "
		"is never released; run a program instead, run functions before there are other "
		"threads, or set function_signal_safe if the function makes only calls that "
		"signal-safety(7) lists",
		threads);
}

int function_prepare(struct plan *plan, const struct remand_spec *spec, struct remand_error *error)
{
	struct function *function = &plan->function;
	int r = -ENOMEM;

	function->call = spec->function;
	function->argument = spec->function_argument;
	function->signal_safe = spec->function_signal_safe;
	function->keep = calloc(3 + plan->passes_count + 1, sizeof(*function->keep));
	if (!function->keep)
		return error_errno(error, REMAND_STAGE_CLONE, r, "cannot prepare the function");
	for (int i = 0; i < 3; i++)
		function->keep[function->keep_count++] = i;
	for (size_t i = 0; i < plan->passes_count; i++)
		function->keep[function->keep_count++] = plan->passes[i].target_fd;
	function->keep[function->keep_count++] = plan->failure_fd;
	r = plan->isolation.confined
		    ? permit_make_end(&plan->permit, plan->failure_fd, &function->permit_end)
		    : 0;
	return r < 0 ? error_errno(error, REMAND_STAGE_SECCOMP, r, "cannot prepare the function")
		     : 0;
}

void function_done(struct function *function)
{
	free(function->keep);
	filter_program_done(&function->permit_end);
	*function = (struct function){ 0 };
}
