/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A long-lived caller of the library: 8 runs at a time in one epoll loop, of every verdict in turn.
 * At the end nothing may be left or have grown: groups, children, mounts, descriptors, memory of
 * this process. See tools/soak.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "remand.h"

#define PARALLEL     8
#define WORDS        4
#define GROWTH_BYTES (1L << 20)

struct load {
	enum remand_verdict verdict;
	const char *options[2 * WORDS]; /* name, value, ... */
	const char *argv[5];
	bool cancel; /* as soon as it runs */
	bool needs_controllers;
};

static const struct load loads[] = {
	{ REMAND_VERDICT_OK, { "stdout", "null" }, { "true" }, false, false },
	{ REMAND_VERDICT_EXIT, { "nice", "3" }, { "sh", "-c", "exit 3" }, false, false },
	{ REMAND_VERDICT_SIGNAL, { "stack", "1M" }, { "sh", "-c", "kill -SEGV $$" }, false, false },
	{ REMAND_VERDICT_TIME_LIMIT, { "time", "50ms" }, { "./spin_static", "user", "0" }, false,
		false },
	{ REMAND_VERDICT_WALL_LIMIT, { "wall", "50ms" }, { "./patient_static", "stubborn" }, false,
		false },
	{ REMAND_VERDICT_IDLE_LIMIT, { "idle", "50ms" }, { "./patient_static", "stubborn" }, false,
		false },
	{ REMAND_VERDICT_OUTPUT_LIMIT, { "output", "64K" },
		{ "sh", "-c", "while :; do echo output; done" }, false, false },
	{ REMAND_VERDICT_DENIED, { "kill", "clock_nanosleep" }, { "sleep", "1" }, false, false },
	{ REMAND_VERDICT_CANCELLED, { "grace", "0" }, { "./patient_static", "stubborn" }, true,
		false },
	{ REMAND_VERDICT_NOT_STARTED, { "time", "1" }, { "no-such-program" }, false, false },
	{ REMAND_VERDICT_MEMORY_LIMIT, { "memory", "4M" },
		{ "sh", "-c", "x=x; while :; do x=$x$x; done" }, false, true },
	{ REMAND_VERDICT_PIDS_LIMIT, { "pids", "4", "pids-fatal", NULL },
		{ "./breed_static", "bomb" }, false, true },
};

#define LOADS (sizeof(loads) / sizeof(loads[0]))

struct figures {
	long rss_bytes;
	unsigned int fds, mounts, groups;
	long dying; /* groups that the kernel itself still keeps; -1 unknown */
};

struct soak {
	const char *base;
	bool native;
	unsigned long count, started, ended, wrong;
	time_t until; /* 0: by count */
	int epoll_fd;
	struct remand *runs[PARALLEL];
	size_t load_of[PARALLEL];
	unsigned long verdicts[LOADS];
};

static unsigned int count_entries(const char *path, const char *prefix)
{
	DIR *directory = opendir(path);
	unsigned int count = 0;

	for (struct dirent *entry; directory && (entry = readdir(directory));)
		count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	if (directory)
		closedir(directory);
	return count;
}

/* The number after key, or the number of lines where key is NULL. */
static long read_file(const char *path, const char *key)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	long value = key ? -1 : 0;

	while (file && fgets(line, sizeof(line), file)) {
		if (!key)
			value++;
		else if (strncmp(line, key, strlen(key)) == 0)
			value = strtol(line + strlen(key), NULL, 10);
	}
	if (file)
		fclose(file);
	return value;
}

static struct figures measure(const struct soak *soak)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/cgroup.stat", soak->base);
	return (struct figures){
		.rss_bytes = read_file("/proc/self/status", "VmRSS:") * 1024,
		.fds = count_entries("/proc/self/fd", ""),
		.mounts = (unsigned int)read_file("/proc/self/mountinfo", NULL),
		.groups = count_entries(soak->base, "run-"),
		.dying = read_file(path, "nr_dying_descendants "),
	};
}

static void say(const char *when, const struct soak *soak, const struct figures *figures)
{
	printf("# %s %lu runs: %ld KiB resident, %u descriptors, %u mounts, %u groups, %ld dying\n",
		when, soak->ended, figures->rss_bytes / 1024, figures->fds, figures->mounts,
		figures->groups, figures->dying);
	fflush(stdout);
}

static void set(struct remand_options *options, const char *name, const char *value)
{
	struct remand_error error;

	if (remand_options_set(options, name, value, &error) < 0) {
		fprintf(stderr, "soak: %s\n", error.message);
		exit(2);
	}
}

static bool start(struct soak *soak, size_t slot)
{
	size_t which = soak->started % LOADS;
	const struct load *load;
	struct remand_options *options;
	struct remand_spec spec;
	struct remand_error error;
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = slot };

	soak->started++;
	if (soak->native && loads[which].needs_controllers)
		which = 0;
	load = &loads[which];
	if (remand_options_new(&options) < 0)
		exit(2);
	set(options, "cgroup", soak->base);
	set(options, "wall", "60s");
	set(options, "memory", soak->native ? "max" : "64M");
	set(options, "pids", soak->native ? "max" : "32");
	for (size_t i = 0; i < 2 * WORDS && load->options[i]; i += 2)
		set(options, load->options[i], load->options[i + 1]);
	spec = *remand_options_spec(options);
	spec.argv = load->argv;
	spec.output.kind = REMAND_STREAM_CAPTURE;
	soak->load_of[slot] = which;
	if (remand_start(&spec, &soak->runs[slot], &error) < 0) {
		printf("# cannot start: %s\n", error.message);
		soak->runs[slot] = NULL;
		soak->wrong++;
	}
	remand_options_free(options);
	if (!soak->runs[slot])
		return false;
	if (load->cancel)
		remand_cancel(soak->runs[slot]);
	return epoll_ctl(soak->epoll_fd, EPOLL_CTL_ADD, remand_fd(soak->runs[slot]), &event) == 0;
}

static void finish(struct soak *soak, size_t slot)
{
	struct remand_result result;
	const struct load *load = &loads[soak->load_of[slot]];

	if (remand_result(soak->runs[slot], &result) == 0) {
		if (result.verdict != load->verdict) {
			printf("# %s, not %s: %s %s\n", remand_verdict_name(result.verdict),
				remand_verdict_name(load->verdict), result.reason,
				result.start_error.message);
			soak->wrong++;
		}
		remand_result_clear(&result);
	}
	soak->verdicts[soak->load_of[slot]]++;
	/* By hand: a keeper just forked may hold the fd for a moment longer than we do, and the set
	 * watches as long as anybody does, epoll(7). */
	(void)epoll_ctl(soak->epoll_fd, EPOLL_CTL_DEL, remand_fd(soak->runs[slot]), NULL);
	soak->runs[slot] = remand_free(soak->runs[slot]);
	soak->ended++;
}

static bool wants_more(const struct soak *soak)
{
	return soak->until ? time(NULL) < soak->until : soak->started < soak->count;
}

static void show_progress(const struct soak *soak)
{
	char bar[41];
	unsigned long filled = soak->count ? soak->ended * 40 / soak->count : 0;

	if (!isatty(STDERR_FILENO) || soak->ended % 10 != 0)
		return;
	if (soak->until) {
		fprintf(stderr, "\r%lu runs, %ld s left \033[K", soak->ended,
			(long)(soak->until - time(NULL)));
		return;
	}
	memset(bar, '-', 40);
	memset(bar, '#', filled < 40 ? filled : 40);
	bar[40] = '\0';
	fprintf(stderr, "\r[%s] %lu/%lu%s", bar, soak->ended, soak->count,
		soak->ended == soak->count ? "\r\033[K" : "");
}

/* Until `count` runs ended (or the time is over) and none is left. */
static void go(struct soak *soak)
{
	size_t running = 0;

	for (size_t slot = 0; slot < PARALLEL; slot++)
		if (wants_more(soak) && start(soak, slot))
			running++;
	while (running > 0) {
		struct epoll_event event;
		struct remand_error error;
		size_t slot;
		int n = epoll_wait(soak->epoll_fd, &event, 1, -1);

		if (n < 0 && errno != EINTR)
			exit(2);
		if (n <= 0)
			continue;
		slot = event.data.u64;
		n = remand_dispatch(soak->runs[slot], &error);
		if (n == 0)
			continue;
		if (n < 0) {
			printf("# cannot dispatch: %s\n", error.message);
			soak->wrong++;
		}
		finish(soak, slot);
		running--;
		show_progress(soak);
		if (wants_more(soak) && start(soak, slot))
			running++;
	}
}

static bool check(const char *what, bool ok, int *number)
{
	printf("%s %d - %s\n", ok ? "ok" : "not ok", ++*number, what);
	return ok;
}

static bool judge(
	const struct soak *soak, const struct figures *before, const struct figures *after)
{
	siginfo_t info;
	int number = 0;
	bool ok = check("every verdict is right", soak->wrong == 0, &number);

	ok = check("no group is left", after->groups == 0, &number) && ok;
	ok = check("no child is left",
		     waitid(P_ALL, 0, &info, WEXITED | WNOHANG | __WALL) < 0 && errno == ECHILD,
		     &number) &&
	     ok;
	ok = check("no mount is left", after->mounts == before->mounts, &number) && ok;
	ok = check("no descriptor is left", after->fds == before->fds, &number) && ok;
	return check("memory has not grown by a MiB",
		       after->rss_bytes - before->rss_bytes <= GROWTH_BYTES, &number) &&
	       ok;
}

int main(int argc, char **argv)
{
	struct soak soak = { .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
	struct figures before, after;
	unsigned long count;
	char *end;

	if (argc < 4) {
		fputs("Usage: soak COUNT|SECONDSs BASE PROGRAMS [native]\n", stderr);
		return 2;
	}
	count = strtoul(argv[1], &end, 10);
	soak.base = argv[2];
	soak.native = argc > 4;
	if (chdir(argv[3]) < 0)
		return 2;
	puts("1..6");
	/* Twice every load: caches are filled, what stays is known. */
	soak.count = 2 * LOADS;
	go(&soak);
	before = measure(&soak);
	say("after", &soak, &before);
	soak.count += *end == 's' ? 0 : count;
	soak.until = *end == 's' ? time(NULL) + (time_t)count : 0;
	go(&soak);
	after = measure(&soak);
	say("after", &soak, &after);
	for (size_t i = 0; i < LOADS; i++)
		printf("# %s: %lu\n", remand_verdict_name(loads[i].verdict), soak.verdicts[i]);
	return judge(&soak, &before, &after) ? 0 : 1;
}
