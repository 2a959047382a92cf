/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several copies of the library in one process, as when a program links it and one of its plugins
 * brings its own; and beside them a caller that has children and a SIGCHLD handler of its own. All
 * at the same time, and nobody notices the others.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "custody.h"
#include "fd.h"
#include "scratch.h"

struct library {
	void *handle;
	int (*start)(const struct remand_spec *, struct remand **, struct remand_error *);
	int (*take_stream)(struct remand *, int);
	int (*wait)(struct remand *, uint64_t, struct remand_error *);
	int (*result)(struct remand *, struct remand_result *);
	void (*clear)(struct remand_result *);
	struct remand *(*free)(struct remand *);
};

#define LIBRARIES 3

/* POSIX lets a function be had through a pointer to an object: dlsym(3). */
static bool find(void *handle, const char *name, void *ret_function)
{
	void *found = dlsym(handle, name);

	if (!found)
		printf("# %s\n", dlerror());
	memcpy(ret_function, &found, sizeof(found));
	return found;
}

static bool load(const char *path, struct library *ret)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!handle) {
		printf("# %s\n", dlerror());
		return false;
	}
	ret->handle = handle;
	return find(handle, "remand_start", &ret->start) &&
	       find(handle, "remand_take_stream", &ret->take_stream) &&
	       find(handle, "remand_wait", &ret->wait) &&
	       find(handle, "remand_result", &ret->result) &&
	       find(handle, "remand_result_clear", &ret->clear) &&
	       find(handle, "remand_free", &ret->free);
}

/* The one that is linked in, the shared one, and a copy of its file, which the loader takes for
 * another library. */
static bool load_all(const struct scratch *scratch, struct library libraries[LIBRARIES])
{
	char command[512], copy[128];

	snprintf(command, sizeof(command), "cp %s %s", LIBREMAND,
		scratch_join(scratch, "copy.so", copy));
	libraries[0] = (struct library){ NULL, remand_start, remand_take_stream, remand_wait,
		remand_result, remand_result_clear, remand_free };
	return system(command) == 0 && load(LIBREMAND, &libraries[1]) &&
	       load(copy, &libraries[2]) && libraries[0].start != libraries[1].start &&
	       libraries[1].start != libraries[2].start && libraries[2].start != libraries[0].start;
}

static void unload_all(struct library libraries[LIBRARIES])
{
	for (int i = 0; i < LIBRARIES; i++)
		if (libraries[i].handle)
			dlclose(libraries[i].handle);
}

/* ---- the caller's own ---- */

static volatile sig_atomic_t signals, strangers;
static pid_t own; /* its child, while it has one */

static void on_child(int signum, siginfo_t *info, void *context)
{
	(void)signum, (void)context;
	signals++;
	if (info->si_pid != own)
		strangers++;
}

/* A child of the caller's: its status comes back, and nobody else's. The signal is blocked until
 * its pid is known. */
static bool has_own_child(int code)
{
	const int before = signals;
	sigset_t child, old;
	int status;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &child, &old) < 0)
		return false;
	own = fork();
	if (own == 0)
		_exit(code);
	if (own < 0 || sigprocmask(SIG_SETMASK, &old, NULL) < 0)
		return false;
	return waitpid(-1, &status, 0) == own && WIFEXITED(status) && WEXITSTATUS(status) == code &&
	       signals == before + 1;
}

/* One run of each library, all of them there at the same time, and the caller's children between.
 */
static bool round_of(const struct library libraries[LIBRARIES], int first)
{
	struct remand *runs[LIBRARIES] = { NULL };
	int inputs[LIBRARIES] = { -1, -1, -1 };
	bool right = true;

	for (int i = 0; i < LIBRARIES; i++) {
		char script[64];
		const struct remand_spec spec =
			SPEC(.argv = SH(script), .input = { .kind = REMAND_STREAM_PIPE },
				.output = { .kind = REMAND_STREAM_CAPTURE });
		struct remand_error error = { 0 };

		snprintf(script, sizeof(script), "cat; exit %d", first + i);
		if (libraries[i].start(&spec, &runs[i], &error) < 0) {
			printf("# %s\n", error.message);
			return false;
		}
		inputs[i] = libraries[i].take_stream(runs[i], 0);
		right = right && inputs[i] >= 0 && has_own_child(first + i);
	}
	for (int i = LIBRARIES; right && i-- > 0;)
		right = write(inputs[i], "abc", (size_t)i + 1) == i + 1;
	for (int i = 0; i < LIBRARIES; i++) {
		struct remand_result result = { 0 };

		fd_close(inputs[i]);
		right = right && libraries[i].wait(runs[i], REMAND_UNLIMITED, NULL) == 0 &&
			has_own_child(first) && libraries[i].result(runs[i], &result) == 0 &&
			result.exited && result.exit_code == first + i &&
			result.output.length == (size_t)i + 1 &&
			memcmp(result.output.data, "abc", (size_t)i + 1) == 0;
		libraries[i].clear(&result);
		libraries[i].free(runs[i]);
	}
	return right;
}

TEST(copies_of_the_library_and_children_of_the_caller_do_not_notice_each_other)
{
	static const struct sigaction action = { .sa_sigaction = on_child,
		.sa_flags = SA_SIGINFO | SA_RESTART };
	SCRATCH(scratch, "/tmp");
	struct library libraries[LIBRARIES] = { { 0 } };
	struct sigaction found, old;
	sigset_t before, after;

	CHECK(scratch.fd >= 0);
	CHECK(load_all(&scratch, libraries));
	CHECK_INT(sigaction(SIGCHLD, &action, &old), 0);
	CHECK_INT(sigprocmask(SIG_SETMASK, NULL, &before), 0);
	for (int i = 0; i < (int)custody_scale(8, 2); i++)
		CHECK(round_of(libraries, 10 + i * LIBRARIES));
	CHECK_INT(sigprocmask(SIG_SETMASK, NULL, &after), 0);
	for (int signum = 1; signum < NSIG; signum++)
		CHECK_INT(sigismember(&after, signum), sigismember(&before, signum));
	CHECK_INT(sigaction(SIGCHLD, &old, &found), 0);
	CHECK(found.sa_sigaction == on_child &&
		(found.sa_flags & action.sa_flags) == action.sa_flags);
	CHECK_INT(strangers, 0);
	CHECK(waitpid(-1, NULL, __WALL) == -1 && errno == ECHILD);
	unload_all(libraries);
}
