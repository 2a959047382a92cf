/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A function of the caller's in a program's place: what it gets, and what it does not. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "clock.h"
#include "custody.h"
#include "fd.h"
#include "plan.h"
#include "table.h"

#define CAPTURE                               \
	{                                     \
		.kind = REMAND_STREAM_CAPTURE \
	}

/* In a function: what is not true is its output. */
#define REQUIRE(condition)                \
	do {                              \
		if (!(condition)) {       \
			puts(#condition); \
			return 1;         \
		}                         \
	} while (0)

/* ---- results ---- */

static int return_it(void *argument)
{
	return *(int *)argument;
}

TEST(what_a_function_returns_is_its_exit_status_in_every_isolation)
{
	static const enum remand_isolation degrees[] = { REMAND_ISOLATION_FULL,
		REMAND_ISOLATION_LANDLOCK, REMAND_ISOLATION_NONE };

	for (size_t i = 0; i < COUNT_OF(degrees); i++) {
		int value = i == 0 ? 0 : 0x100 + 40 + (int)i;
		const struct remand_spec spec = SPEC(.function = return_it,
			.function_argument = &value, .isolation = degrees[i]);
		RESULT result = { 0 };

		CHECK_INT(custody_run(&spec, &result), 0);
		CHECK(result.started && result.exited);
		CHECK_INT(result.exit_code, value & 0xff);
		CHECK_INT(result.isolation, degrees[i]);
		CHECK_STR(result.program, "(function)");
		CHECK_STR(result.reason, i == 0   ? "exited with status 0"
					 : i == 1 ? "exited with status 41"
						  : "exited with status 42");
	}
}

struct answer {
	int number;
	double half;
	char text[8];
};

static int answer_on_3(void *argument)
{
	const struct answer *question = argument;
	struct answer answer = { question->number + 1, 0.5, "abc" };

	return send(3, &answer, sizeof(answer), 0) == sizeof(answer) ? 0 : 1;
}

TEST(what_a_function_finds_out_comes_back_by_a_channel)
{
	struct answer question = { .number = 41 }, answer = { 0 };
	RESULT result = { 0 };
	int ends[2];

	CHECK_INT(remand_channel(ends), 0);
	{
		const struct remand_pass pass = { ends[1], 3 };
		const struct remand_spec spec = SPEC(.function = answer_on_3,
			.function_argument = &question, .passes = &pass, .passes_count = 1);

		CHECK_INT(custody_run(&spec, &result), 0);
	}
	fd_close(ends[1]);
	CHECK_INT(result.exit_code, 0);
	CHECK_INT(recv(ends[0], &answer, sizeof(answer), MSG_DONTWAIT), sizeof(answer));
	CHECK_INT(answer.number, 42);
	CHECK(answer.half == 0.5 && strcmp(answer.text, "abc") == 0);
	CHECK_INT(question.number, 41);
	fd_close(ends[0]);
}

/* ---- stdio and environment ---- */

static void write_goodbye(void)
{
	(void)!write(1, "# handler\n", 10);
}

/* Its first call has fewer arguments than the last one of ours. */
static int echo_line(void *argument)
{
	char line[64] = "";

	(void)argument;
	if (write(1, "first,", 6) != 6 || !fgets(line, sizeof(line), stdin))
		return 1;
	printf("%s,%s,%s", line, getenv("HOME"), getenv("REMAND_TEST_SECRET") ? "told" : "-");
	return 0;
}

TEST(a_function_has_streams_and_environment_of_its_own_and_runs_no_handler_of_the_callers)
{
	const struct remand_spec spec = SPEC(.function = echo_line,
		.input = { .kind = REMAND_STREAM_BYTES, .data = "line", .length = 4 },
		.output = CAPTURE);
	RESULT result = { 0 };

	CHECK_INT(setenv("REMAND_TEST_SECRET", "1", 1), 0);
	CHECK_INT(atexit(write_goodbye), 0);
	/* The caller's own, not yet written: not the function's to write as well. */
	printf("# of the caller");
	CHECK_INT(custody_run(&spec, &result), 0);
	printf("\n");
	CHECK_STR(result.output.data, "first,line,/box,-");
}

/* ---- threads ---- */

static void *wait_for_end(void *end)
{
	char byte;

	(void)!read(*(int *)end, &byte, 1);
	return NULL;
}

static int write_raw(void *argument)
{
	return write(1, argument, 4) == 4 ? 7 : 1;
}

TEST(a_caller_with_threads_is_refused_unless_the_function_is_promised_to_bear_it)
{
	char safe[] = "safe";
	struct remand_spec spec =
		SPEC(.function = write_raw, .function_argument = safe, .output = CAPTURE);
	struct remand_error error = { 0 };
	struct remand *run = NULL;
	RESULT result = { 0 };
	pthread_t thread;
	int ends[2], refused;

	CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
	CHECK_INT(pthread_create(&thread, NULL, wait_for_end, &ends[0]), 0);
	refused = remand_start(&spec, &run, &error);
	spec.function_signal_safe = true;
	(void)custody_run(&spec, &result);
	fd_close(ends[1]);
	pthread_join(thread, NULL);
	fd_close(ends[0]);
	CHECK_INT(refused, -EDEADLK);
	CHECK(!run);
	CHECK_STR(error.message,
		"the caller has 2 threads, and in a copy of one of them a lock that another holds "
		"is never released; run a program instead, run functions before there are other "
		"threads, or set function_signal_safe if the function makes only calls that "
		"signal-safety(7) lists");
	CHECK_INT(result.exit_code, 7);
	CHECK_STR(result.output.data, "safe");
}

static bool is_polling(pid_t pid)
{
	char path[64];
	long number = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	file = fopen(path, "re");
	if (file && fscanf(file, "%ld", &number) != 1)
		number = -1;
	if (file)
		fclose(file);
	return number == SYS_ppoll || number == SYS_poll;
}

/* A thread that is traced is counted after its end until its tracer has seen it: here that is when
 * somebody waits for it. */
static void trace(pid_t tid, pid_t caller, int go_fd)
{
	siginfo_t info;

	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) < 0 || write(go_fd, "", 1) != 1 ||
		waitid(P_PID, (id_t)tid, &info, WEXITED | WNOWAIT | __WALL) < 0)
		_exit(1);
	while (!is_polling(caller))
		(void)sched_yield();
	_exit(waitid(P_PID, (id_t)tid, &info, WEXITED | __WALL) < 0);
}

struct ending {
	int end;
	pid_t tid;
};

static void *end_when_told(void *argument)
{
	struct ending *ending = argument;
	char byte;

	__atomic_store_n(&ending->tid, gettid(), __ATOMIC_RELEASE);
	while (read(ending->end, &byte, 1) < 0)
		;
	return NULL;
}

/* pthread_join returns before the kernel has forgotten the thread. */
TEST(a_thread_that_was_joined_does_not_count)
{
	int value = 0, status = -1, ready[2], r;
	const struct remand_spec spec = SPEC(.function = return_it, .function_argument = &value);
	struct ending ending = { 0 };
	pthread_t thread;
	pid_t tracer;

	if (geteuid() != 0)
		SKIP("who is not root may not trace");
	CHECK_INT(pipe2(ready, O_CLOEXEC), 0);
	ending.end = ready[0];
	CHECK_INT(pthread_create(&thread, NULL, end_when_told, &ending), 0);
	while (__atomic_load_n(&ending.tid, __ATOMIC_ACQUIRE) == 0)
		(void)sched_yield();
	tracer = fork();
	if (tracer == 0)
		trace(ending.tid, getppid(), ready[1]);
	/* The end of file, should there be no tracer. */
	fd_close(ready[1]);
	pthread_join(thread, NULL);
	r = function_check_threads(&spec, NULL);
	if (r < 0)
		(void)kill(tracer, SIGKILL);
	CHECK(tracer > 0 && waitpid(tracer, &status, 0) == tracer);
	fd_close(ready[0]);
	CHECK_INT(r, 0);
	CHECK_INT(status, 0);
}

static void *find_thread(void *thread)
{
	return pthread_kill(*(pthread_t *)thread, 0) == 0 ? thread : NULL;
}

/* The C library knows its threads by the numbers that they have here. */
static int have_threads(void *argument)
{
	pthread_t self = pthread_self(), thread;
	void *found = NULL;

	(void)argument;
	REQUIRE(pthread_create(&thread, NULL, find_thread, &self) == 0);
	REQUIRE(pthread_join(thread, &found) == 0);
	REQUIRE(found == &self);
	return 0;
}

TEST(a_function_may_have_threads)
{
	const struct remand_spec spec = SPEC(.function = have_threads, .output = CAPTURE);
	RESULT result = { 0 };

	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_STR(result.output.data, "");
	CHECK_INT(result.verdict, REMAND_VERDICT_OK);
}

/* ---- ends ---- */

static void end_with_5(int signum)
{
	(void)signum;
	_exit(5);
}

__attribute__((noreturn)) static int tick(void *argument)
{
	if (argument)
		(void)signal(SIGTERM, end_with_5);
	for (;;) {
		(void)!write(1, "tick\n", 5);
		(void)usleep(20000);
	}
}

TEST(a_clock_of_a_function_ticks_until_it_is_stopped_by_default_or_in_its_own_way)
{
	for (int handles = 0; handles < 2; handles++) {
		const struct remand_spec spec = SPEC(.function = tick,
			.function_argument = handles ? &handles : NULL, .output = CAPTURE);
		const struct remand_step step = { SIGTERM, REMAND_ROOT, 200 * NS_PER_S };
		struct remand_stats stats = { .size = sizeof(stats) };
		RUN *run = custody_start(&spec);
		RESULT result = { 0 };

		CHECK(run);
		while (stats.stdout_bytes < 15) {
			CHECK_INT(remand_wait(run, 10 * NS_PER_MS, NULL), -ETIMEDOUT);
			CHECK_INT(remand_stats(run, &stats), 0);
		}
		CHECK_INT(remand_stop(run, &step, 1), 0);
		CHECK_INT(custody_finish(run, &result), 0);
		CHECK_INT(result.verdict, REMAND_VERDICT_CANCELLED);
		CHECK_INT(result.signal, handles ? 0 : SIGTERM);
		CHECK_INT(result.exit_code, handles ? 5 : 0);
	}
}

static int take_memory(void *argument)
{
	const size_t bytes = (size_t)256 << 20;
	char *memory =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)argument;
	if (memory == MAP_FAILED)
		return 9;
	for (size_t i = 0; i < bytes; i += 4096)
		((volatile char *)memory)[i] = 1;
	return 0;
}

__attribute__((noreturn)) static int sleep_on(void *argument)
{
	(void)argument;
	for (;;)
		pause();
}

static int fall(void *argument)
{
	*(volatile int *)argument = 1;
	return 0;
}

static int open_socket(void *argument)
{
	(void)argument;
	return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

TEST(what_ends_a_program_ends_a_function_and_is_told_in_the_same_words)
{
	static const struct remand_rule no_sockets = { REMAND_ACTION_KILL, "socket" };
	const struct {
		struct remand_spec spec;
		enum remand_verdict verdict;
		const char *reason; /* the beginning of it */
	} rows[] = {
		{ { .size = sizeof(struct remand_spec),
			  .function = sleep_on,
			  .memory_bytes = REMAND_UNLIMITED,
			  .pids = REMAND_UNLIMITED,
			  .wall_ns = NS_PER_S / 5 },
			REMAND_VERDICT_WALL_LIMIT, "ran for " },
		{ SPEC(.function = fall), REMAND_VERDICT_SIGNAL,
			"killed by SIGSEGV (Segmentation fault)" },
		{ SPEC(.function = open_socket, .rules = &no_sockets, .rules_count = 1),
			REMAND_VERDICT_DENIED,
			"killed for the system call socket(AF_INET, SOCK_STREAM, 0)" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		RESULT result = { 0 };

		CHECK_INT(custody_run(&rows[i].spec, &result), 0);
		CHECK_STR(
			remand_verdict_name(result.verdict), remand_verdict_name(rows[i].verdict));
		CHECK(result.started);
		CHECK_ROW(strncmp(result.reason, rows[i].reason, strlen(rows[i].reason)) == 0,
			result.reason);
	}
}

/* By a group it is killed; where there is none the address space is limited, and it gets none. */
TEST(the_memory_limit_holds_for_a_function)
{
	struct remand_spec spec = { .size = sizeof(spec),
		.function = take_memory,
		.memory_bytes = (uint64_t)64 << 20,
		.wall_ns = 300 * NS_PER_S };
	RESULT result = { 0 };

	if (remand_run(&spec, &result, NULL) == 0) {
		printf("# by the group\n");
		CHECK_INT(result.verdict, REMAND_VERDICT_MEMORY_LIMIT);
		return;
	}
	spec.best_effort = true;
	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.exit_code, 9);
}

/* ---- refusals ---- */

TEST(what_makes_no_sense_with_a_function_is_refused_in_a_sentence)
{
	struct remand_starter *starter = NULL;
	int value = 0;

	CHECK_INT(remand_starter_new(&starter, NULL), 0);
	{
		const struct {
			struct remand_spec spec;
			const char *message;
		} rows[] = {
			{ SPEC(.function = return_it, .argv = ARGV("true")),
				"both a program (argv, argv0) and a function were given; one of "
				"them can run" },
			{ SPEC(.function = return_it, .argv0 = "name"),
				"both a program (argv, argv0) and a function were given; one of "
				"them can run" },
			{ SPEC_FROM(starter, .function = return_it),
				"a function cannot be started from a starter, which has not the "
				"caller's memory; leave starter NULL" },
			{ SPEC(.argv = ARGV("true"), .function_argument = &value),
				"function_argument or function_signal_safe is set, but no "
				"function" },
			{ SPEC(.argv = ARGV("true"), .function_signal_safe = true),
				"function_argument or function_signal_safe is set, but no "
				"function" },
		};

		for (size_t i = 0; i < COUNT_OF(rows); i++) {
			struct remand_error error = { 0 };
			struct remand *run = NULL;

			if (remand_start(&rows[i].spec, &run, &error) != -EINVAL || run ||
				error.stage != REMAND_STAGE_SPEC ||
				strcmp(error.message, rows[i].message) != 0)
				check_fail(__FILE__, __LINE__, "row %zu: %s", i, error.message);
			remand_free(run);
		}
	}
	remand_starter_free(starter);
}

/* A failure before it begins is told in its stage, as a program's. */
TEST(a_function_that_cannot_begin_is_not_started_and_the_stage_says_why)
{
	const struct remand_spec spec =
		SPEC(.function = sleep_on, .directory = "/nowhere", .output = CAPTURE);
	RESULT result = { 0 };

	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_NOT_STARTED);
	CHECK_STR(result.reason, "cannot enter the directory /nowhere: No such file or directory");
	CHECK(!result.started && !result.exited);
}

/* ---- what it holds ---- */

#define STATUS_LINES \
	"/^(Cap[A-Z]|NoNewPrivs|Seccomp:|Uid|Gid|Groups|Umask|Sig(Blk|Ign|Cgt)|Speculation)/p"

static int show_status(void *argument)
{
	static const char *const names[] = { "Cap", "NoNewPrivs:", "Seccomp:", "Uid:", "Gid:",
		"Groups:", "Umask:", "SigBlk:", "SigIgn:", "Speculation" };
	FILE *file = fopen("/proc/self/status", "re");
	uint64_t caught;
	char line[256];

	(void)argument;
	while (file && fgets(line, sizeof(line), file))
		for (size_t i = 0; i < COUNT_OF(names); i++)
			/* Two are the C library's own, where there were threads once. */
			if (sscanf(line, "SigCgt: %" SCNx64, &caught) == 1 && i == 0)
				printf("SigCgt:\t%016" PRIx64 "\n",
					caught & ~UINT64_C(0x180000000));
			else if (strncmp(line, names[i], strlen(names[i])) == 0)
				fputs(line, stdout);
	return !file;
}

static void ignore(int signum)
{
	(void)signum;
}

static void set_signals(sighandler_t usr1, sighandler_t pipe, int how)
{
	sigset_t term;

	(void)signal(SIGUSR1, usr1);
	(void)signal(SIGPIPE, pipe);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(how, &term, NULL);
}

/* Both say the same of themselves, though the caller has settings that exec would not leave. */
static bool function_is_like_program(enum remand_isolation degree)
{
	struct remand_spec program =
		SPEC(.argv = ARGV("sed", "-nE", STATUS_LINES, "/proc/self/status"),
			.isolation = degree, .output = CAPTURE,
			/* Without a cell each run has ids of its own. */
			.user = { degree == REMAND_ISOLATION_LANDLOCK, 12345, 12345 },
			/* Without a group, as it may be. */
			.best_effort = geteuid() != 0);
	struct remand_spec function = program;
	RESULT of_program = { 0 };
	RESULT of_function = { 0 };
	int r = custody_run(&program, &of_program);

	function.argv = NULL;
	function.function = show_status;
	set_signals(ignore, SIG_IGN, SIG_BLOCK);
	if (r == 0)
		r = custody_run(&function, &of_function);
	set_signals(SIG_DFL, SIG_DFL, SIG_UNBLOCK);
	if (r < 0)
		return false;
	if (strstr(of_program.output.data, "NoNewPrivs") &&
		strcmp(of_program.output.data, of_function.output.data) == 0)
		return true;
	printf("# program:\n%s# function:\n%s", of_program.output.data, of_function.output.data);
	return false;
}

TEST(a_function_has_the_rights_and_signals_that_a_program_has)
{
	static const enum remand_isolation degrees[] = { REMAND_ISOLATION_FULL,
		REMAND_ISOLATION_LANDLOCK, REMAND_ISOLATION_NONE };

	if (geteuid() != 0)
		SKIP("only root gives a run without a cell the ids that it wants");
	for (size_t i = 0; i < COUNT_OF(degrees); i++)
		CHECK(function_is_like_program(degrees[i]));
}

#define AMBIENT CAP_NET_BIND_SERVICE

/* An ordinary user who has kept capabilities, one of them ambient, and root, perhaps, aside. */
static bool becomes_half_root(uid_t saved)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setresgid(1000, 1000, saved) < 0 ||
		setresuid(1000, 1000, saved) < 0 || syscall(SYS_capget, &header, sets) < 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(sets); i++)
		sets[i].effective = sets[i].permitted;
	sets[0].inheritable = 1u << AMBIENT;
	return syscall(SYS_capset, &header, sets) == 0 && sets[0].permitted != 1u << AMBIENT &&
	       prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, AMBIENT, 0, 0) == 0;
}

static bool has_what_exec_leaves(uid_t saved)
{
	const uint32_t want = saved == 0 ? 0 : 1u << AMBIENT;
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
	uid_t ids[3];
	gid_t groups[3];

	return getresuid(&ids[0], &ids[1], &ids[2]) == 0 && ids[0] == 1000 && ids[1] == 1000 &&
	       ids[2] == 1000 && getresgid(&groups[0], &groups[1], &groups[2]) == 0 &&
	       groups[2] == 1000 && syscall(SYS_capget, &header, sets) == 0 &&
	       sets[0].permitted == want && sets[0].effective == want && sets[1].permitted == 0 &&
	       sets[1].effective == 0;
}

/* A caller that is root is left what it has: in isolation none that is what was asked for. */
TEST(without_isolation_it_keeps_no_rights_that_exec_would_have_taken)
{
	const struct plan plan = { .function = { .signal_safe = true } };
	struct failure failure = { 0 };

	if (geteuid() != 0)
		SKIP("only root can put root aside");
	for (uid_t saved = 0; saved <= 1000; saved += 1000) {
		pid_t child = fork();
		int status;

		if (child == 0)
			_exit(!becomes_half_root(saved)                ? 1
				: function_settle(&plan, &failure) < 0 ? 2
				: !has_what_exec_leaves(saved)         ? 3
								       : 0);
		CHECK(child > 0 && waitpid(child, &status, 0) == child);
		CHECK_INT(status, 0);
	}
}

static bool can_be_opened(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	fd_close(fd);
	return fd >= 0;
}

static int count_entries(const char *path, const char *names[], size_t names_count)
{
	DIR *directory = opendir(path);
	int count = 0, known = 0;

	if (!directory)
		return -1;
	for (struct dirent *entry; (entry = readdir(directory));) {
		if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(directory))
			continue;
		count++;
		for (size_t i = 0; i < names_count; i++)
			known += strcmp(entry->d_name, names[i]) == 0;
	}
	closedir(directory);
	return count == known ? count : -count;
}

static int count_processes(void)
{
	DIR *directory = opendir("/proc");
	int count = 0;

	for (struct dirent *entry; directory && (entry = readdir(directory));)
		count += atoi(entry->d_name) > 0;
	closedir(directory);
	return count;
}

/* What exec would have taken, and what the walls forbid. The argument is the caller's pid. */
static int look_around(void *argument)
{
	const char *fds[] = { "0", "1", "2", "7" };
	stack_t stack;

	REQUIRE(count_entries("/proc/self/fd", fds, COUNT_OF(fds)) == 4);
	REQUIRE(sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE));
	REQUIRE(count_processes() == 1); /* itself: the keeper is invisible */
	REQUIRE(getpid() != *(pid_t *)argument && kill(*(pid_t *)argument, 0) < 0);
	REQUIRE(!can_be_opened("/etc/shadow") && !can_be_opened("/root"));
	REQUIRE(!can_be_opened("/proc/self/exe") && !can_be_opened("/proc/1/maps"));
	REQUIRE(setresuid(0, 0, 0) < 0 && setgid(0) < 0);
	REQUIRE(mount("none", "/tmp", "tmpfs", 0, NULL) < 0);
	REQUIRE(chroot("/tmp") < 0 && unshare(CLONE_NEWUSER) < 0);
	REQUIRE(ptrace(PTRACE_SEIZE, 1, NULL, NULL) < 0);
	REQUIRE(prctl(PR_GET_DUMPABLE) == 0);
	REQUIRE(kill(1, SIGKILL) < 0 || getppid() == 1);
	return 0;
}

TEST(a_function_holds_the_descriptors_that_were_passed_and_nothing_else_of_the_callers)
{
	const stack_t none = { .ss_flags = SS_DISABLE };
	stack_t stack = { .ss_size = (size_t)SIGSTKSZ };
	int secret = open("/etc/passwd", O_RDONLY), passed = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t self = getpid();
	RESULT result = { 0 };
	int r;

	CHECK(secret >= 0 && passed >= 0);
	CHECK((stack.ss_sp = malloc(stack.ss_size)) && sigaltstack(&stack, NULL) == 0);
	{
		const struct remand_pass pass = { passed, 7 };
		const struct remand_spec spec =
			SPEC(.function = look_around, .function_argument = &self, .passes = &pass,
				.passes_count = 1, .output = CAPTURE);

		r = custody_run(&spec, &result);
	}
	sigaltstack(&none, NULL);
	free(stack.ss_sp);
	fd_close(secret);
	fd_close(passed);
	CHECK_INT(r, 0);
	CHECK_STR(result.output.data, "");
	CHECK_INT(result.verdict, REMAND_VERDICT_OK);
}

/* ---- memory ---- */

struct mappings {
	void *shared, *readable, *constant;
};

static bool is_mapped(void *page)
{
	unsigned char resident;

	return mincore(page, 4096, &resident) == 0;
}

static int look_at_mappings(void *argument)
{
	const struct mappings *mappings = argument;

	REQUIRE(!is_mapped(mappings->shared));
	REQUIRE(!is_mapped(mappings->readable));
	REQUIRE(is_mapped(mappings->constant));
	return 0;
}

/* What is mapped for reading can be made writable where the file was opened for that. */
TEST(memory_that_the_caller_shares_is_not_there_and_what_nobody_can_write_is)
{
	struct mappings mappings;
	int memory = memfd_create("shared", MFD_CLOEXEC);
	int program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	const struct remand_spec spec = SPEC(.function = look_at_mappings,
		.function_argument = &mappings, .output = CAPTURE);
	RESULT result = { 0 };

	CHECK_INT(ftruncate(memory, 4096), 0);
	mappings.shared =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	mappings.readable = mmap(NULL, 4096, PROT_READ, MAP_SHARED, memory, 0);
	mappings.constant = mmap(NULL, 4096, PROT_READ, MAP_SHARED, program, 0);
	CHECK(mappings.shared != MAP_FAILED && mappings.readable != MAP_FAILED &&
		mappings.constant != MAP_FAILED);
	CHECK_INT(custody_run(&spec, &result), 0);
	munmap(mappings.shared, 4096);
	munmap(mappings.readable, 4096);
	munmap(mappings.constant, 4096);
	fd_close(memory);
	fd_close(program);
	CHECK_STR(result.output.data, "");
	CHECK_INT(result.verdict, REMAND_VERDICT_OK);
}

/* ---- the permit ---- */

/* Under a policy that knows no sendmsg: ENOSYS. EBADF: it was let through. */
static int ask_pair(const uint64_t pair[2])
{
	return syscall(SYS_sendmsg, -1, NULL, 0, 0, pair[0], pair[1]) < 0 ? errno : 0;
}

/* 2: some pair of words in memory lets the call through; 3: not even one that is refused for what
 * it is was found, so that the search is no good. */
__attribute__((no_sanitize("address"))) static int search_memory(void *argument)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end;
	char line[512];
	int ended = 0;

	(void)argument;
	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx rw-p", &start, &end) != 2 || !strstr(line, "rw-p") ||
			end - start > (16UL << 20))
			continue;
		for (unsigned long at = start; at + 16 <= end; at += 8) {
			const volatile uint64_t *words =
				(const uint64_t *)at; // NOLINT(performance-no-int-to-ptr)
			const uint64_t pair[] = { words[0], words[1] };
			int answer = pair[0] >> 32 && pair[1] >> 32 ? ask_pair(pair) : ENOSYS;

			ended += answer == EPERM;
			if (answer != EPERM && answer != ENOSYS)
				return 2;
		}
	}
	return ended > 0 ? 0 : 3;
}

TEST(the_permit_that_is_found_in_memory_permits_nothing)
{
	static const struct remand_rule no_messages = { REMAND_ACTION_DENY, "(ENOSYS) sendmsg" };
	const struct remand_spec spec =
		SPEC(.function = search_memory, .rules = &no_messages, .rules_count = 1);
	RESULT result = { 0 };

	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.signal, 0);
	CHECK_INT(result.exit_code, 0);
}
