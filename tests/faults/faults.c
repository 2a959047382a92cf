/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sabotage of remand, see faults.h. Each sweep is one TAP test: a run is recorded, then repeated
 * once for each of its points (system calls of supervisor, keeper, target until exec) with the
 * fault at that point.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults.h"

static const char usage[] =
	"Usage: faults [OPTION...] BASE SCRATCH WITNESS SWEEP...\n"
	"\n"
	"BASE is a cgroup v2 directory for this program alone, SCRATCH an empty directory, "
	"WITNESS\n"
	"the program to be run. SWEEP: errors, hidden, kill-supervisor, kill-keeper, kill-target,\n"
	"kill-groups, kill-forked (the supervisor, whose descriptors a fork of it still holds);\n"
	"NAME/N takes only each Nth fault.\n"
	"\n"
	"  --native         memory and pids are not limited: a host without those controllers\n"
	"  --sites          each loop once instead of each round, one error for each call\n"
	"  --scene NAME     only this scene: plain, files, lent, wall\n"
	"  --only ROLE:CALL only these points, e.g. keeper:mount_setattr\n"
	"  --verbose        each fault and what came of it\n";

static const char *const role_names[ROLE_COUNT] = { "supervisor", "keeper", "target", "helper",
	"program" };

#define ARGUMENTS 64
#define SCENES    4

struct options {
	bool native, sites, verbose;
	const char *scene, *only;
};

struct sweep {
	const struct options *options;
	const struct stage *stage;
	const struct scene *scene;
	const struct outcome *baseline;
	const struct points *points;
	unsigned int done, total, failures, missed;
	uint64_t slowest_ns, sum_ns;
	unsigned int deaths;
};

static void describe(const struct fault *fault, char *text, size_t size)
{
	switch (fault->kind) {
	case FAULT_ERROR:
		snprintf(text, size, "%s %s #%u: %s", role_names[fault->at.role],
			errnos_call(fault->at.nr), fault->at.nth, errnos_name(fault->errnum));
		return;
	case FAULT_HIDDEN:
		snprintf(text, size, "%s hidden: %s", errnos_call(fault->at.nr),
			errnos_name(fault->errnum));
		return;
	case FAULT_KILL:
		snprintf(text, size, "%s killed before %s %s #%u", role_names[fault->victim],
			role_names[fault->at.role], errnos_call(fault->at.nr), fault->at.nth);
		return;
	case FAULT_KILL_GROUPS:
		snprintf(text, size, "groups killed before %s %s #%u", role_names[fault->at.role],
			errnos_call(fault->at.nr), fault->at.nth);
		return;
	case FAULT_NONE:
	case FAULT_RECORD:
		snprintf(text, size, "no fault");
		return;
	}
}

/* The first line that differs, for whoever has to find out why. */
static void show_difference(const char *got, const char *wanted)
{
	size_t line = 0;

	for (size_t i = 0; got[i] == wanted[i] && got[i]; i++)
		if (got[i] == '\n')
			line = i + 1;
	printf("#   got  %.*s\n#   want %.*s\n", (int)strcspn(got + line, "\n"), got + line,
		(int)strcspn(wanted + line, "\n"), wanted + line);
}

static void complain(struct sweep *sweep, const struct fault *fault, const struct outcome *outcome,
	const char *what)
{
	char text[256];

	describe(fault, text, sizeof(text));
	printf("# %s: %s (%s %d) %s\n", text, what, WIFEXITED(outcome->status) ? "exit" : "signal",
		WIFEXITED(outcome->status) ? WEXITSTATUS(outcome->status)
					   : WTERMSIG(outcome->status),
		outcome->complaint);
	if (strcmp(outcome->output, sweep->baseline->output) != 0 && outcome->output[0])
		show_difference(outcome->output, sweep->baseline->output);
	if (outcome->executed && strcmp(outcome->limits, sweep->baseline->limits) != 0)
		show_difference(outcome->limits, sweep->baseline->limits);
	fflush(stdout);
	sweep->failures++;
}

static void show_progress(const struct sweep *sweep)
{
	char bar[41];
	unsigned int filled = sweep->total ? sweep->done * 40 / sweep->total : 40;

	if (!isatty(STDERR_FILENO))
		return;
	memset(bar, '-', 40);
	memset(bar, '#', filled);
	bar[40] = '\0';
	fprintf(stderr, "\r%s [%s] %u/%u ", sweep->scene->name, bar, sweep->done, sweep->total);
	if (sweep->done == sweep->total)
		fputs("\r\033[K", stderr);
}

static void try(struct sweep *sweep, const struct fault *fault)
{
	static struct outcome outcome;
	const char *what, *left;
	char text[256];

	trace_run(sweep->stage, sweep->scene, fault, NULL, &outcome);
	what = judge(sweep->scene, fault, sweep->baseline, &outcome);
	/* Who was killed could not clean up: the next one does. */
	if (fault->kind == FAULT_KILL && fault->victim == ROLE_SUPERVISOR)
		remains_reclaim(sweep->stage);
	left = remains_find(sweep->stage);
	if (sweep->options->verbose) {
		describe(fault, text, sizeof(text));
		printf("# %.0f ms: %s: %s %s %s", (double)outcome.run_ns / 1e6, text,
			outcome.reached ? "" : "not reached", what ? what : "",
			outcome.complaint[0] ? outcome.complaint : "\n");
	}
	if (what || left)
		complain(sweep, fault, &outcome, what ? what : left);
	if (left)
		remains_clear(sweep->stage);
	sweep->missed += !outcome.reached;
	if (outcome.death_ns) {
		sweep->deaths++;
		sweep->sum_ns += outcome.death_ns;
		if (outcome.death_ns > sweep->slowest_ns)
			sweep->slowest_ns = outcome.death_ns;
	}
	sweep->done++;
	show_progress(sweep);
}

/* ---- which points ---- */

static bool seen_before(const struct points *points, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (points->all[k].context == points->all[i].context &&
			points->all[k].role == points->all[i].role)
			return true;
	return false;
}

static bool is_wanted(const struct sweep *sweep, size_t i)
{
	const struct point *point = &sweep->points->all[i];
	char name[128];

	if (sweep->options->only) {
		snprintf(name, sizeof(name), "%s:%s", role_names[point->role],
			errnos_call(point->nr));
		return strcmp(name, sweep->options->only) == 0;
	}
	return !sweep->options->sites || !seen_before(sweep->points, i);
}

struct faults {
	struct fault *all;
	size_t count;
};

static void add(struct faults *faults, const struct fault *fault)
{
	if (faults->count % 256 == 0)
		faults->all = reallocarray(faults->all, faults->count + 256, sizeof(*faults->all));
	if (!faults->all)
		abort();
	faults->all[faults->count++] = *fault;
}

static void add_errors(
	const struct sweep *sweep, const struct point *point, size_t i, struct faults *faults)
{
	const int *errnums = errnos_of(point->nr);
	size_t count = 0;

	while (errnums && count < 6 && errnums[count])
		count++;
	for (size_t k = 0; k < count; k++) {
		const struct fault fault = { FAULT_ERROR, *point, errnums[k], 0, false };

		if (!sweep->options->sites || k == i % count)
			add(faults, &fault);
	}
}

static void plan_hidden(struct faults *faults)
{
	for (const int *nr = errnos_hidden; *nr >= 0; nr++) {
		struct fault fault = { FAULT_HIDDEN, { .nr = *nr }, ENOSYS, 0 };

		add(faults, &fault);
		/* What seccomp profiles answered before they learnt to say ENOSYS. */
		fault.errnum = EPERM;
		add(faults, &fault);
	}
}

static void plan_points(const struct sweep *sweep, const char *name, struct faults *faults)
{
	for (size_t i = 0; i < sweep->points->count; i++) {
		const struct point *point = &sweep->points->all[i];
		struct fault fault = { FAULT_KILL, *point, 0, ROLE_SUPERVISOR, false };

		if (!is_wanted(sweep, i))
			continue;
		if (strcmp(name, "errors") == 0) {
			add_errors(sweep, point, i, faults);
			continue;
		}
		if (strcmp(name, "kill-keeper") == 0)
			fault.victim = ROLE_KEEPER;
		if (strcmp(name, "kill-target") == 0)
			fault.victim = ROLE_TARGET;
		fault.forked = strcmp(name, "kill-forked") == 0;
		if (strcmp(name, "kill-groups") == 0)
			fault.kind = FAULT_KILL_GROUPS;
		add(faults, &fault);
	}
}

static bool run_sweep(struct sweep *sweep, const char *word, unsigned int number)
{
	struct faults faults = { 0 };
	size_t every = 1;
	char name[32];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "/"), word);
	if (strchr(word, '/'))
		every = strtoul(strchr(word, '/') + 1, NULL, 10);
	every += every == 0;
	if (strcmp(name, "hidden") == 0)
		plan_hidden(&faults);
	else
		plan_points(sweep, name, &faults);
	sweep->total = (unsigned int)((faults.count + every - 1) / every);
	for (size_t i = 0; i < faults.count; i += every)
		try(sweep, &faults.all[i]);
	free(faults.all);
	if (sweep->deaths)
		printf("# all dead after the kill: %.1f ms on average, %.1f ms at most\n",
			(double)sweep->sum_ns / sweep->deaths / 1e6,
			(double)sweep->slowest_ns / 1e6);
	printf("%s %u - %s, scene %s: %u faults, %u not reached\n",
		sweep->failures ? "not ok" : "ok", number, name, sweep->scene->name, sweep->done,
		sweep->missed);
	fflush(stdout);
	return sweep->failures == 0;
}

/* ---- scenes ---- */

struct words {
	const char *words[ARGUMENTS];
	size_t count;
};

static void say(struct words *words, const char *const *more)
{
	while (*more && words->count + 1 < ARGUMENTS)
		words->words[words->count++] = *more++;
}

#define SAY(words, ...) say(words, (const char *const[]){ __VA_ARGS__, NULL })

static void begin_words(struct words *words, const struct options *options, const char *base)
{
	*words = (struct words){ .count = 0 };
	SAY(words, "run", "--cgroup", base, "--report", "fd:20", "--stack", "4M", "--open-files",
		"64", "--disk", "8M", "--nice", "5", "--rlimit", "nproc=50", "--wall", "45s");
	if (options->native)
		SAY(words, "--memory", "max", "--pids", "max");
	else
		SAY(words, "--memory", "64M", "--pids", "16", "--cpus", "1.5", "--cpuset", "0-1");
}

static void make_files(const struct stage *stage)
{
	static const char *const files[] = { "in", "file", "out", "err", "collected",
		"work/brought", "shared/there" };

	if (chdir(stage->scratch) < 0)
		abort();
	(void)mkdir("work", 0755);
	(void)mkdir("shared", 0755);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int fd = open(files[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

		if (fd < 0 || write(fd, "input\n", 6) != 6)
			abort();
		close(fd);
	}
}

static void run_scene(const struct options *options, const struct stage *stage,
	const struct scene *scene, char **sweeps, unsigned int *number, bool *ok)
{
	static struct outcome baseline, again;
	const struct fault none = { .kind = FAULT_NONE, .at.nr = -1 },
			   recorder = { .kind = FAULT_RECORD, .at.nr = -1 };
	struct points points = { 0 };
	const char *what;

	if (options->scene && strcmp(options->scene, scene->name) != 0)
		return;
	remains_begin(stage);
	subject_warm_up(scene);
	trace_run(stage, scene, &none, NULL, &baseline);
	trace_run(stage, scene, &recorder, &points, &again);
	what = judge(scene, &none, &baseline, &again);
	if (WEXITSTATUS(baseline.status) != scene->status || what || remains_find(stage)) {
		printf("not ok %u - scene %s without a fault: %s (exit %d) %s\n", ++*number,
			scene->name, what ? what : "", WEXITSTATUS(baseline.status),
			baseline.complaint);
		*ok = false;
		return;
	}
	for (; *sweeps; sweeps++) {
		struct sweep sweep = { .options = options,
			.stage = stage,
			.scene = scene,
			.baseline = &baseline,
			.points = &points };

		*ok = run_sweep(&sweep, *sweeps, ++*number) && *ok;
	}
	free(points.all);
}

static void run_scenes(const struct options *options, const struct stage *stage,
	const char *witness, char **sweeps, bool *ok)
{
	struct words plain, files, wall;
	unsigned int number = 0, count = 0;
	const struct scene scenes[SCENES] = { { "plain", plain.words, 42 },
		{ "files", files.words, 42 }, { "lent", files.words, 42 },
		{ "wall", wall.words, 124 } };

	begin_words(&plain, options, stage->base);
	begin_words(&files, options, stage->base);
	begin_words(&wall, options, stage->base);
	SAY(&plain, "--", witness);
	SAY(&files, "--work", "work", "--bind", "shared:/mnt:rw", "--file", "file:shown", "--tmpfs",
		"/scratch:1M", "--stdin", "in", "--stdout", "fd:1", "--stderr", "err", "--collect",
		"brought:collected", "--", witness);
	SAY(&wall, "--wall", "50ms", "--", witness, "sleeps");
	/* The program's output is compared: it must come to us. */
	for (size_t i = 0; i < files.count; i++)
		if (strcmp(files.words[i], "fd:1") == 0)
			files.words[i] = "inherit";
	while (sweeps[count])
		count++;
	printf("1..%u\n", options->scene ? count : SCENES * count);
	for (size_t i = 0; i < SCENES; i++)
		run_scene(options, stage, &scenes[i], sweeps, &number, ok);
}

/* Index of the first word that is no option. */
static int parse(struct options *options, char **argv)
{
	int i = 1;

	for (; argv[i] && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--native") == 0)
			options->native = true;
		else if (strcmp(argv[i], "--sites") == 0)
			options->sites = true;
		else if (strcmp(argv[i], "--verbose") == 0)
			options->verbose = true;
		else if (!argv[i + 1])
			return -1;
		else if (strcmp(argv[i], "--scene") == 0)
			options->scene = argv[++i];
		else if (strcmp(argv[i], "--only") == 0)
			options->only = argv[++i];
		else
			return -1;
	}
	return i;
}

int main(int argc, char **argv)
{
	static const char tunables[] = "glibc.malloc.tcache_count=0";
	struct options options = { 0 };
	struct stage stage = { .patience_s = 120 };
	const char *witness;
	int first = parse(&options, argv);
	bool ok = true;

	if (first < 0 || argc - first < 4) {
		fputs(usage, stderr);
		return 2;
	}
	/* Memory that lies in a thread's cache counts as used; without one the count is exact. */
	if (!getenv("GLIBC_TUNABLES")) {
		setenv("GLIBC_TUNABLES", tunables, 1);
		execv("/proc/self/exe", argv);
	}
	snprintf(stage.base, sizeof(stage.base), "%s", argv[first]);
	snprintf(stage.scratch, sizeof(stage.scratch), "%s", argv[first + 1]);
	witness = realpath(argv[first + 2], NULL);
	make_files(&stage);
	run_scenes(&options, &stage, witness, argv + first + 3, &ok);
	return ok ? 0 : 1;
}
