/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The unit test harness: a test is TEST(its_promise_in_plain_english) { ... } and a file of them is
 * a program that prints TAP. After each test no file descriptor and no child may be left.
 * An argument runs only the tests whose name has it as a part.
 */
#ifndef CHECK_H
#define CHECK_H

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

struct check_test {
	const char *name;
	void (*run)(void);
	struct check_test *next;
};

static struct check_test *check_first;
static struct check_test **check_end = &check_first;
static bool check_failed, check_stop;
static const char *check_skipped;

#define TEST(promise)                                                                 \
	static void promise(void);                                                    \
	__attribute__((constructor)) static void check_register_##promise(void)       \
	{                                                                             \
		static struct check_test test = { .name = #promise, .run = promise }; \
		*check_end = &test;                                                   \
		check_end = &test.next;                                               \
	}                                                                             \
	static void promise(void)

/* A failed CHECK ends its test: what follows usually depends on it. */
#define CHECK(condition)                                                            \
	do {                                                                        \
		if (!(condition)) {                                                 \
			check_fail(__FILE__, __LINE__, "not true: %s", #condition); \
			return;                                                     \
		}                                                                   \
	} while (0)

#define CHECK_INT(got, want)                                                                  \
	do {                                                                                  \
		intmax_t check_got = (intmax_t)(got), check_want = (intmax_t)(want);          \
		if (check_got != check_want) {                                                \
			check_fail(__FILE__, __LINE__,                                        \
				"%s is %" PRIdMAX ", not %" PRIdMAX " (%s)", #got, check_got, \
				check_want, #want);                                           \
			return;                                                               \
		}                                                                             \
	} while (0)

#define CHECK_STR(got, want)                                                             \
	do {                                                                             \
		const char *check_got = (got), *check_want = (want);                     \
		if (!check_got || !check_want || strcmp(check_got, check_want)) {        \
			check_fail(__FILE__, __LINE__, "%s is \"%s\", not \"%s\"", #got, \
				check_got ? check_got : "(null)",                        \
				check_want ? check_want : "(null)");                     \
			return;                                                          \
		}                                                                        \
	} while (0)

#define SKIP(reason)                      \
	do {                              \
		check_skipped = (reason); \
		return;                   \
	} while (0)

#define check_fail(file, line, format, ...)                               \
	do {                                                              \
		check_failed = true;                                      \
		printf("# %s:%d: " format "\n", file, line, __VA_ARGS__); \
	} while (0)

static int check_count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	if (!dir)
		return -1;
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* A child that still runs would be blamed on every later test: then no test follows. */
static void check_leaks(const char *name, int fds_before)
{
	siginfo_t info = { 0 };
	int fds = check_count_fds();

	if (fds != fds_before)
		check_fail(name, 0, "%d descriptors open before, %d after", fds_before, fds);
	while (waitid(P_ALL, 0, &info, WNOHANG | WEXITED | __WALL) == 0) {
		check_fail(name, 0, "a child is left, %s", info.si_pid ? "ended" : "running");
		check_stop = !info.si_pid;
		if (check_stop)
			return;
	}
}

/* What a program of tests does around each of them; see custody.h. */
#ifndef CHECK_BEFORE
#define CHECK_BEFORE() ((void)0)
#define CHECK_AFTER()  ((void)0)
#endif

static void check_run(const struct check_test *test, int number)
{
	char sentence[256];
	int fds = check_count_fds();

	check_failed = false;
	check_skipped = NULL;
	CHECK_BEFORE();
	test->run();
	CHECK_AFTER();
	check_leaks(test->name, fds);

	snprintf(sentence, sizeof(sentence), "%s", test->name);
	for (char *c = sentence; *c; c++)
		if (*c == '_')
			*c = ' ';
	printf("%s %d - %s%s%s\n", check_failed ? "not ok" : "ok", number, sentence,
		check_skipped ? " # SKIP " : "", check_skipped ? check_skipped : "");
	fflush(stdout);
}

static bool check_selected(const struct check_test *test, const char *part)
{
	return !part || strstr(test->name, part);
}

int main(int argc, char **argv)
{
	const char *part = argc > 1 ? argv[1] : NULL;
	int count = 0, number = 0, failures = 0;

	for (const struct check_test *test = check_first; test; test = test->next)
		count += check_selected(test, part);
	/* Line by line: a child forked by a test must not inherit a full buffer and print it again.
	 */
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n", count);
	for (const struct check_test *test = check_first; test; test = test->next) {
		if (!check_selected(test, part))
			continue;
		check_run(test, ++number);
		failures += check_failed;
		if (check_stop) {
			printf("Bail out! a child still runs\n");
			break;
		}
	}
	return failures ? 1 : 0;
}

#endif
