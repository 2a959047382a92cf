/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs that are started from a starter are the caller's, as it is then. That they are like others
 * in all else is what the programs test_library_NAME_from_starter show.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "clock.h"
#include "custody.h"
#include "fd.h"
#include "file.h"
#include "run.h"
#include "scratch.h"
#include "table.h"

#define STARTER __attribute__((cleanup(free_starter))) struct remand_starter

static void free_starter(struct remand_starter **starter)
{
	*starter = remand_starter_free(*starter);
}

static struct remand_starter *new_starter(void)
{
	struct remand_error error = { 0 };
	struct remand_starter *starter = NULL;

	if (remand_starter_new(&starter, &error) < 0)
		printf("# %s\n", error.message);
	return starter;
}

static bool is_starter_of(const char *pid, pid_t parent)
{
	char path[300], text[1024];
	int ppid;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	return file_read(AT_FDCWD, path, text, sizeof(text)) == 0 &&
	       sscanf(text, "%*d (remand-starter) %*c %d", &ppid) == 1 && ppid == parent;
}

/* The pidfd of the one starter of a process; it is found by its name. */
static int find_starter(pid_t parent)
{
	DIR *proc = opendir("/proc");
	int fd = -1;

	for (struct dirent *entry; proc && fd < 0 && (entry = readdir(proc));)
		if (is_starter_of(entry->d_name, parent))
			fd = pidfd_open((pid_t)atoi(entry->d_name), 0);
	if (proc)
		closedir(proc);
	return fd;
}

static pid_t pid_of(int pidfd)
{
	char path[64], text[512], *line;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	if (file_read(AT_FDCWD, path, text, sizeof(text)) < 0 || !(line = strstr(text, "\nPid:")))
		return -1;
	return (pid_t)atoi(line + 5);
}

static bool has_ended(int pidfd, int timeout_ms)
{
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };

	return poll(&ended, 1, timeout_ms) == 1;
}

static bool kill_starter(pid_t parent)
{
	CLEANUP_FD int fd = find_starter(parent);

	return fd >= 0 && pidfd_send_signal(fd, SIGKILL, NULL, 0) == 0 && has_ended(fd, -1);
}

/* ---- memory ---- */

static long keeper_memory_kb(const struct remand *run)
{
	char path[64], text[4096], *line;

	snprintf(path, sizeof(path), "/proc/%d/status", run->keeper_pid);
	if (file_read(AT_FDCWD, path, text, sizeof(text)) < 0 ||
		!(line = strstr(text, "\nRssAnon:")))
		return -1;
	return atol(line + 9);
}

/* What makes starts slow is copied with this memory: a keeper without a starter has all of it. */
TEST(the_keeper_of_a_caller_that_has_grown_is_small)
{
	STARTER *starter = new_starter();
	const size_t size = (size_t)64 << 20;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct remand_spec spec = SPEC(.argv = ARGV("sleep", "1000"));
	RUN *large = NULL, *small = NULL;

	CHECK(starter && memory != MAP_FAILED);
	memset(memory, 1, size);
	large = custody_start(&spec);
	spec.starter = starter;
	small = custody_start(&spec);
	CHECK(large && small);
	CHECK(keeper_memory_kb(large) > 65536);
	CHECK(keeper_memory_kb(small) > 0);
	CHECK(keeper_memory_kb(small) < keeper_memory_kb(large) - 49152);
	munmap(memory, size);
}

/* ---- what the caller itself does ---- */

struct traced {
	int ends[2]; /* the tracer's, the caller's */
	bool from_starter;
};

static int start_when_traced(void *argument)
{
	const struct traced *traced = argument;
	struct remand_spec spec = SPEC(.argv = SH("exit 4"));
	struct remand_result result = { 0 };
	char byte;

	close(traced->ends[0]);
	if (traced->from_starter && !(spec.starter = new_starter()))
		return 1;
	if (write(traced->ends[1], "", 1) != 1 || read(traced->ends[1], &byte, 1) != 1)
		return 2;
	if (custody_run(&spec, &result) < 0 || result.exit_code != 4)
		return 3;
	remand_starter_free(spec.starter);
	return 0;
}

/* Until it ends; -1: it failed. What it clones is traced too, from its first instant, and let go.
 */
static int count_clones(pid_t caller)
{
	int clones = 0, status;

	for (;;) {
		const pid_t pid = waitpid(-1, &status, __WALL);
		const int event = status >> 16;

		if (pid < 0)
			return -1;
		if (pid == caller && !WIFSTOPPED(status))
			return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? clones : -1;
		if (pid == caller)
			clones += event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK ||
				  event == PTRACE_EVENT_VFORK;
		if (WIFSTOPPED(status))
			(void)ptrace(pid == caller ? PTRACE_CONT : PTRACE_DETACH, pid, 0,
				event ? 0 : WSTOPSIG(status));
	}
}

static int clones_of_a_run(bool from_starter)
{
	struct traced traced = { .from_starter = from_starter };
	int clones = -1;
	char byte;
	pid_t caller;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, traced.ends) < 0)
		return -1;
	caller = fork();
	if (caller == 0)
		_exit(start_when_traced(&traced));
	close(traced.ends[1]);
	if (read(traced.ends[0], &byte, 1) == 1 &&
		ptrace(PTRACE_SEIZE, caller, 0,
			PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK) == 0 &&
		write(traced.ends[0], "", 1) == 1)
		clones = count_clones(caller);
	close(traced.ends[0]);
	/* Who was not traced ends by that. */
	(void)waitpid(caller, NULL, 0);
	return clones;
}

/* Each copies the page tables of all its memory. */
TEST(a_caller_with_a_starter_clones_nothing)
{
	const int without = clones_of_a_run(false);

	if (without < 0)
		SKIP("nothing can be traced here");
	CHECK_INT(without, 1);
	CHECK_INT(clones_of_a_run(true), 0);
}

/* ---- the same as without ---- */

/* What a program can find out about its own attributes, but for ids that each run has of its own.
 */
#define LOOK                                                                                      \
	"umask; ulimit -Sa; ulimit -Ha; nice; tr ' ' '\\n' </proc/self/personality; echo $0 $#; " \
	"grep -E '^(Sig[BIC]|Shd|Cap|NoNew|Seccomp|Cpus_allowed_list|Umask|Groups)' "             \
	"/proc/self/status; set -- /proc/self/fd/*; echo $#; cat /proc/self/oom_score_adj; "
#define LOOK_AROUND LOOK "pwd; env; ls / /proc/self/ns; "

struct look {
	enum remand_isolation isolation;
	const char *script;
	bool as_it_was_made; /* else the caller is another by now */
};

/* All that is carried over is not as it was. */
static bool change_caller(void)
{
	const struct rlimit core = { 0, 1 << 20 }, files = { 300, 3000 },
			    stack = { 1 << 20, 2 << 20 };
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	umask(027);
	return chdir("/usr/lib") == 0 && sched_setaffinity(0, sizeof(one), &one) == 0 &&
	       setpriority(PRIO_PROCESS, 0, 3) == 0 && setrlimit(RLIMIT_CORE, &core) == 0 &&
	       setrlimit(RLIMIT_NOFILE, &files) == 0 && setrlimit(RLIMIT_STACK, &stack) == 0;
}

static int look_both_ways(void *argument)
{
	const struct look *look = argument;
	struct remand_starter *starter = new_starter();
	struct remand_spec spec = SPEC(.argv = SH(look->script), .isolation = look->isolation,
		.output = { .kind = REMAND_STREAM_CAPTURE }, .error = { REMAND_STREAM_MERGE });
	struct remand_result without = { 0 }, with = { 0 };
	int r = 0;

	if (!starter || (!look->as_it_was_made && !change_caller()))
		return 1;
	if (custody_run(&spec, &without) < 0 || !without.exited)
		return 2;
	spec.starter = starter;
	if (custody_run(&spec, &with) < 0 || !with.exited)
		return 3;
	if (without.output.length < 500 || strcmp(without.output.data, with.output.data) != 0) {
		printf("# without: %s\n# with: %s\n", without.output.data, with.output.data);
		r = 4;
	}
	remand_result_clear(&without);
	remand_result_clear(&with);
	remand_starter_free(starter);
	return r;
}

TEST(a_program_finds_the_same_with_a_starter_as_without)
{
	struct look looks[] = {
		{ REMAND_ISOLATION_FULL, LOOK_AROUND, true },
		{ REMAND_ISOLATION_LANDLOCK, LOOK, true },
		{ REMAND_ISOLATION_NONE, LOOK_AROUND, true },
	};

	for (size_t i = 0; i < COUNT_OF(looks); i++)
		CHECK_INT(scratch_child(look_both_ways, &looks[i]), 0);
}

TEST(a_program_finds_the_caller_as_it_is_when_the_run_is_started)
{
	struct look looks[] = {
		{ REMAND_ISOLATION_FULL, LOOK_AROUND, false },
		{ REMAND_ISOLATION_LANDLOCK, LOOK, false },
		{ REMAND_ISOLATION_NONE, LOOK_AROUND, false },
	};

	for (size_t i = 0; i < COUNT_OF(looks); i++)
		CHECK_INT(scratch_child(look_both_ways, &looks[i]), 0);
}

TEST(files_come_in_and_go_out_and_a_denied_call_is_told)
{
	STARTER *starter = new_starter();
	SCRATCH(scratch, "/tmp");
	char source[128], path[128], text[16];
	const struct remand_file file = { source, "in" };
	const struct remand_collect collect = { "out", path };
	const struct remand_rule rule = { REMAND_ACTION_KILL, "mkdir, mkdirat" };
	struct remand_spec spec = SPEC_FROM(starter, .argv = SH("cat in >out; mkdir x"),
		.files = &file, .files_count = 1, .collects = &collect, .collects_count = 1,
		.rules = &rule, .rules_count = 1);
	RESULT result = { 0 };

	CHECK(starter && scratch.fd >= 0);
	scratch_join(&scratch, "source", source);
	scratch_join(&scratch, "path", path);
	CHECK_INT(scratch_write(&scratch, "source", "through"), 0);
	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_DENIED);
	CHECK_STR(result.collect_failed, "");
	CHECK_INT(file_read(AT_FDCWD, path, text, sizeof(text)), 0);
	CHECK_STR(text, "through");
}

/* Without privilege it is the keeper that opens what the cell shows. */
static int show_relative(void *argument)
{
	const struct remand_file file = { "source", "in" };
	struct remand_starter *starter;
	struct remand_result result = { 0 };

	if (chdir(argument) < 0 || setresgid(12345, 12345, 12345) < 0 ||
		setresuid(12345, 12345, 12345) < 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return 1;
	starter = new_starter();
	{
		const struct remand_spec spec =
			SPEC_FROM(starter, .argv = SH("cat in"), .files = &file, .files_count = 1,
				.best_effort = true, .output = { .kind = REMAND_STREAM_CAPTURE });

		if (custody_run(&spec, &result) < 0)
			return 2;
	}
	if (result.isolation != REMAND_ISOLATION_FULL)
		return 77;
	return result.output.data && strcmp(result.output.data, "through") == 0 ? 0 : 3;
}

TEST(a_relative_path_is_one_in_the_callers_working_directory)
{
	SCRATCH(scratch, "/tmp");
	int status;

	CHECK(scratch.fd >= 0);
	CHECK_INT(fchmod(scratch.fd, 0755), 0);
	CHECK_INT(scratch_write(&scratch, "source", "through"), 0);
	status = scratch_child(show_relative, scratch.path);
	if (status == 77)
		SKIP("this host gives an ordinary user no user namespaces");
	CHECK_INT(status, 0);
}

/* ---- a large plan ---- */

#define PASSES ((size_t)240)

TEST(more_descriptors_than_one_message_carries_and_a_large_environment_arrive)
{
	STARTER *starter = new_starter();
	struct remand_pass passes[PASSES];
	CLEANUP_FREE char *word = malloc((size_t)100 << 10);
	const char *const env[] = { word, "LAST=1", NULL };
	const struct remand_spec spec =
		SPEC_FROM(starter, .argv = SH("set -- /proc/self/fd/*; echo $# ${#WORD} $LAST"),
			.output = { .kind = REMAND_STREAM_CAPTURE }, .env = env, .open_files = 1024,
			.passes = passes, .passes_count = PASSES);
	char expected[64];
	RESULT result = { 0 };

	CHECK(starter && word);
	memset(word, 'x', (size_t)100 << 10);
	memcpy(word, "WORD=", 5);
	word[(100 << 10) - 1] = '\0';
	for (size_t i = 0; i < PASSES; i++)
		passes[i] = (struct remand_pass){ 0, 3 + (int)i };
	CHECK_INT(custody_run(&spec, &result), 0);
	snprintf(expected, sizeof(expected), "%zu %d 1\n", PASSES + 4, (100 << 10) - 6);
	CHECK_STR(result.output.data, expected);
}

/* The keeper is ordered before that is found out; check.h would find it. */
TEST(a_run_that_cannot_be_planned_leaves_no_keeper)
{
	STARTER *starter = new_starter();
	const struct remand_bind bind = { .source = "/nowhere" };
	const struct remand_spec spec =
		SPEC_FROM(starter, .argv = ARGV("true"), .binds = &bind, .binds_count = 1);
	struct remand *run = NULL;
	const int fds = check_count_fds();

	CHECK(starter);
	for (int i = 0; i < 3; i++)
		CHECK_INT(remand_start(&spec, &run, NULL), -ENOENT);
	CHECK_INT(check_count_fds(), fds);
}

struct sender {
	pthread_t thread;
	struct remand_starter *starter;
	char letter;
	int right;
};

/* Each with a word of its own letter, which takes several packets. */
static void *send_large_plans(void *argument)
{
	struct sender *sender = argument;
	const size_t size = (size_t)100 << 10;
	char script[64], *word = malloc(size);
	const char *const env[] = { word, NULL };
	const struct remand_spec spec = SPEC_FROM(sender->starter, .argv = SH(script), .env = env);

	if (!word)
		return NULL;
	snprintf(script, sizeof(script), "case $WORD in *[!%c]*) exit 1;; esac; exit 7",
		sender->letter);
	memset(word, sender->letter, size);
	memcpy(word, "WORD=", 5);
	word[size - 1] = '\0';
	for (int i = 0; i < 5; i++) {
		struct remand_result result = { 0 };

		sender->right += custody_run(&spec, &result) == 0 && result.exit_code == 7;
	}
	free(word);
	return NULL;
}

TEST(large_plans_of_several_threads_do_not_mix)
{
	STARTER *starter = new_starter();
	struct sender senders[4];

	CHECK(starter);
	for (size_t i = 0; i < COUNT_OF(senders); i++) {
		senders[i] = (struct sender){ .starter = starter, .letter = (char)('a' + i) };
		CHECK_INT(
			pthread_create(&senders[i].thread, NULL, send_large_plans, &senders[i]), 0);
	}
	for (size_t i = 0; i < COUNT_OF(senders); i++)
		pthread_join(senders[i].thread, NULL);
	for (size_t i = 0; i < COUNT_OF(senders); i++)
		CHECK_INT(senders[i].right, 5);
}

TEST(a_plan_that_is_too_large_is_refused_and_the_next_run_is_not)
{
	STARTER *starter = new_starter();
	const size_t size = (size_t)70 << 20;
	CLEANUP_FREE char *word = malloc(size);
	const char *const env[] = { word, NULL };
	struct remand_spec spec = SPEC_FROM(starter, .argv = ARGV("true"), .env = env);
	struct remand_error error;
	RESULT result = { 0 };

	CHECK(starter && word);
	memset(word, '=', size);
	word[0] = 'A';
	word[size - 1] = '\0';
	CHECK_INT(remand_run(&spec, &result, &error), -E2BIG);
	CHECK_INT(error.stage, REMAND_STAGE_CLONE);
	spec.env = NULL;
	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_OK);
}

/* ---- another cgroup ---- */

#define CGROUP "/sys/fs/cgroup/remand-test-starter"

/* The starter is where its caller is: it would keep the old cgroup from being removed, and from a
 * place beside a delegated one nobody is born into it. */
static int run_in_cgroup(void *argument)
{
	struct remand_starter *starter = new_starter();
	const struct remand_spec spec = SPEC_FROM(starter, .argv = SH("exit 4"));
	struct remand_result result = { 0 };
	CLEANUP_FD int fd = find_starter(getpid());
	char path[64], own[1024], its[1024];

	(void)argument;
	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid_of(fd));
	if (!starter || file_write(AT_FDCWD, CGROUP "/cgroup.procs", "0") < 0)
		return 1;
	/* Once when it has moved, once when it is there. */
	for (int i = 0; i < 2; i++)
		if (custody_run(&spec, &result) < 0 || result.exit_code != 4)
			return 2;
	if (file_read(AT_FDCWD, "/proc/self/cgroup", own, sizeof(own)) < 0 ||
		file_read(AT_FDCWD, path, its, sizeof(its)) < 0)
		return 3;
	remand_starter_free(starter);
	return strcmp(own, its) == 0 && strstr(own, "remand-test-starter") ? 0 : 4;
}

TEST(a_starter_follows_its_caller_into_another_cgroup)
{
	if (access("/run/vm-command", F_OK) < 0)
		SKIP("makes cgroups: only in a virtual machine");
	CHECK_INT(mkdir(CGROUP, 0755), 0);
	CHECK_INT(scratch_child(run_in_cgroup, NULL), 0);
	CHECK_INT(rmdir(CGROUP), 0);
}

/* ---- another caller ---- */

static int drop_capability(void)
{
	const cap_value_t value = CAP_NET_RAW;
	cap_t caps = cap_get_proc();
	int r = caps && cap_set_flag(caps, CAP_EFFECTIVE, 1, &value, CAP_CLEAR) == 0
			? cap_set_proc(caps)
			: -1;

	cap_free(caps);
	return r;
}

static int enter_namespace(void)
{
	return unshare(CLONE_NEWUTS);
}

static int change_root(void)
{
	return chroot("/usr") == 0 && chdir("/") == 0 ? 0 : -1;
}

static int change_group(void)
{
	return setegid(12345);
}

static int change_groups(void)
{
	const gid_t group = 12345;

	return (int)syscall(SYS_setgroups, 1, &group);
}

static int drop_from_bounding_set(void)
{
	return prctl(PR_CAPBSET_DROP, CAP_NET_RAW, 0, 0, 0);
}

static int change_securebits(void)
{
	return prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS, 0, 0, 0);
}

static int install_filter(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = { 1, &allow };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static int forgo_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int change_personality(void)
{
	return personality(ADDR_NO_RANDOMIZE) < 0 ? -1 : 0;
}

struct change {
	int (*change)(void);
	const char *told; /* what the sentence names */
};

static int run_changed(void *argument)
{
	const struct change *change = argument;
	struct remand_starter *starter = new_starter();
	const struct remand_spec spec = SPEC_FROM(starter, .argv = ARGV("true"));
	struct remand_error error = { 0 };
	struct remand *run = NULL;

	if (!starter || change->change() < 0)
		return 1;
	if (remand_start(&spec, &run, &error) != -EPERM || run)
		return 2;
	if (error.stage != REMAND_STAGE_CLONE || !strstr(error.message, change->told) ||
		!strstr(error.message, "remand_starter_new()")) {
		printf("# %s\n", error.message);
		return 3;
	}
	remand_starter_free(starter);
	return 0;
}

TEST(a_caller_that_has_become_another_is_refused_and_told_in_what)
{
	struct change changes[] = {
		{ drop_capability, "CapEff" },
		{ enter_namespace, "namespace uts" },
		{ change_group, "Gid" },
		{ change_groups, "Groups" },
		{ drop_from_bounding_set, "CapBnd" },
		{ change_securebits, "securebits" },
		{ install_filter, "Seccomp" },
		{ forgo_privileges, "NoNewPrivs" },
		{ change_personality, "personality" },
	};

	for (size_t i = 0; i < COUNT_OF(changes); i++)
		CHECK_INT(scratch_child(run_changed, &changes[i]), 0);
}

/* In which there may be no /proc to find anything out with. */
static int run_in_other_root(void *argument)
{
	struct remand_starter *starter = new_starter();
	const struct remand_spec spec = SPEC_FROM(starter, .argv = ARGV("true"));
	struct remand *run = NULL;

	(void)argument;
	return starter && change_root() == 0 && remand_start(&spec, &run, NULL) < 0 && !run ? 0 : 1;
}

TEST(a_caller_in_another_root_starts_nothing_in_the_old_one)
{
	CHECK_INT(scratch_child(run_in_other_root, NULL), 0);
}

/* Where /proc is too, so that all else is the same. */
static int run_in_same_root_mounted_elsewhere(void *argument)
{
	const char *place = argument;
	struct remand_starter *starter;
	struct remand_spec spec = SPEC(.argv = ARGV("true"));
	struct remand_error error = { 0 };
	struct remand *run = NULL;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("/", place, NULL, MS_BIND | MS_REC, NULL) < 0)
		return 1;
	starter = spec.starter = new_starter();
	if (!starter || chroot(place) < 0 || chdir("/") < 0)
		return 2;
	if (remand_start(&spec, &run, &error) != -EPERM || !strstr(error.message, "root directory"))
		return 3;
	remand_starter_free(starter);
	return 0;
}

TEST(a_caller_in_another_mount_of_its_root_is_refused)
{
	SCRATCH(scratch, "/tmp");

	CHECK(scratch.fd >= 0);
	CHECK_INT(scratch_child(run_in_same_root_mounted_elsewhere, scratch.path), 0);
}

static void *start_from_a_namespace(void *starter)
{
	const struct remand_spec spec = SPEC_FROM(starter, .argv = ARGV("true"));
	struct remand *run = NULL;

	return enter_namespace() == 0 && remand_start(&spec, &run, NULL) == -EPERM && !run ? starter
											   : NULL;
}

TEST(each_thread_is_a_caller_of_its_own)
{
	STARTER *starter = new_starter();
	const struct remand_spec spec = SPEC_FROM(starter, .argv = SH("exit 3"));
	RESULT result = { 0 };
	void *refused = NULL;
	pthread_t thread;

	CHECK(starter);
	CHECK_INT(pthread_create(&thread, NULL, start_from_a_namespace, starter), 0);
	pthread_join(thread, &refused);
	CHECK(refused == starter);
	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.exit_code, 3);
}

static int run_in_fork(void *argument)
{
	struct remand_starter *starter = argument;
	const struct remand_spec spec = SPEC_FROM(starter, .argv = ARGV("true"));
	struct remand_error error = { 0 };
	struct remand *run = NULL;

	if (remand_start(&spec, &run, &error) != -EINVAL || run)
		return 1;
	remand_starter_free(starter);
	return strstr(error.message, "another process") ? 0 : 2;
}

TEST(a_fork_of_the_caller_cannot_use_its_starter_nor_end_it)
{
	STARTER *starter = new_starter();
	const struct remand_spec spec = SPEC_FROM(starter, .argv = SH("exit 3"));
	RESULT result = { 0 };

	CHECK(starter);
	CHECK_INT(scratch_child(run_in_fork, starter), 0);
	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.exit_code, 3);
}

static void *make_and_leave(void *ret_starter)
{
	*(struct remand_starter **)ret_starter = new_starter();
	return NULL;
}

TEST(a_starter_outlives_the_thread_that_made_it)
{
	STARTER *starter = NULL;
	pthread_t thread;
	RESULT result = { 0 };

	CHECK_INT(pthread_create(&thread, NULL, make_and_leave, &starter), 0);
	pthread_join(thread, NULL);
	CHECK(starter);
	{
		const struct remand_spec spec = SPEC_FROM(starter, .argv = SH("exit 9"));

		CHECK_INT(custody_run(&spec, &result), 0);
	}
	CHECK_INT(result.exit_code, 9);
	CHECK_INT(waitpid(-1, NULL, WNOHANG), -1);
}

/* ---- the end of a starter ---- */

TEST(without_its_starter_no_run_starts_and_those_that_do_go_on)
{
	STARTER *starter = new_starter();
	CLEANUP_FD int input = -1;
	const struct remand_spec spec = SPEC_FROM(
		starter, .argv = SH("read line; exit 5"), .input = { .kind = REMAND_STREAM_PIPE });
	RUN *first = custody_start(&spec);
	struct remand *second = NULL;
	struct remand_error error = { 0 };
	RESULT result = { 0 };
	int fds;

	CHECK(starter && first);
	CHECK(kill_starter(getpid()));
	fds = check_count_fds();
	for (int i = 0; i < 2; i++) {
		CHECK_INT(remand_start(&spec, &second, &error), -ECONNRESET);
		CHECK(!second);
		CHECK_INT(error.stage, REMAND_STAGE_CLONE);
		CHECK(strstr(error.message, "make a new one"));
	}
	CHECK_INT(check_count_fds(), fds);
	input = remand_take_stream(first, 0);
	CHECK_INT(write(input, "\n", 1), 1);
	CHECK_INT(custody_finish(first, &result), 0);
	CHECK_INT(result.exit_code, 5);
}

static atomic_int started, refused, wrong;

static void *start_until_refused(void *starter)
{
	const struct remand_spec spec = SPEC_FROM(starter, .argv = SH("exit 6"));

	for (;;) {
		struct remand *run = NULL;
		struct remand_result result = { 0 };
		int r = remand_start(&spec, &run, NULL);

		if (r < 0) {
			*(r == -ECONNRESET ? &refused : &wrong) += 1;
			return NULL;
		}
		started++;
		if (custody_finish(run, &result) < 0 || result.exit_code != 6)
			wrong++;
		remand_free(run);
	}
}

/* check.h looks for what they leave: a child most of all. */
TEST(a_starter_that_is_killed_at_any_instant_leaves_nothing)
{
	const int starters = (int)custody_scale(30, 4);

	started = refused = wrong = 0;
	for (int i = 0; i < starters; i++) {
		STARTER *starter = new_starter();
		const struct timespec pause = { 0, (long)(i * NS_PER_MS / 2) };
		pthread_t threads[4];

		CHECK(starter);
		for (size_t j = 0; j < COUNT_OF(threads); j++)
			CHECK_INT(
				pthread_create(&threads[j], NULL, start_until_refused, starter), 0);
		nanosleep(&pause, NULL);
		CHECK(kill_starter(getpid()));
		for (size_t j = 0; j < COUNT_OF(threads); j++)
			pthread_join(threads[j], NULL);
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(refused, starters * 4);
}

static void *start_one(void *starter)
{
	const struct remand_spec spec = SPEC_FROM(starter, .argv = SH("exit 8"));

	return custody_start(&spec);
}

/* Kill it at the instant when it has cloned a keeper and has told nobody: a tracer stops it there.
 * The keeper is let go. */
static bool kill_after_clone(pid_t starter)
{
	unsigned long keeper = 0;
	int status;

	if (waitpid(starter, &status, __WALL) != starter || !WIFSTOPPED(status) ||
		status >> 8 != (SIGTRAP | PTRACE_EVENT_CLONE << 8) ||
		ptrace(PTRACE_GETEVENTMSG, starter, 0, &keeper) < 0)
		return false;
	return kill_starter(getpid()) && waitpid((pid_t)keeper, &status, __WALL) == (pid_t)keeper &&
	       ptrace(PTRACE_DETACH, (pid_t)keeper, 0, 0) == 0;
}

TEST(a_run_whose_starter_is_killed_right_after_the_clone_goes_on)
{
	STARTER *starter = new_starter();
	CLEANUP_FD int starter_fd = find_starter(getpid());
	RUN *run = NULL;
	RESULT result = { 0 };
	pthread_t thread;

	CHECK(starter && starter_fd >= 0);
	if (ptrace(PTRACE_SEIZE, pid_of(starter_fd), 0, PTRACE_O_TRACECLONE) < 0)
		SKIP("nothing can be traced here");
	CHECK_INT(pthread_create(&thread, NULL, start_one, starter), 0);
	CHECK(kill_after_clone(pid_of(starter_fd)));
	pthread_join(thread, (void **)&run);
	CHECK(run);
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.exit_code, 8);
}

static atomic_bool start_ended;

/* Planned it cannot be. */
static void *start_what_cannot_be(void *starter)
{
	const struct remand_bind bind = { .source = "/nowhere" };
	const struct remand_spec spec =
		SPEC_FROM(starter, .argv = ARGV("true"), .binds = &bind, .binds_count = 1);
	struct remand *run = NULL;
	const int r = remand_start(&spec, &run, NULL);

	start_ended = true;
	return r == -ENOENT && !run ? starter : NULL;
}

/* Of the starter, until the start has ended. What it clones is let go. */
static int count_clones_of_starter(pid_t starter)
{
	const struct timespec pause = { 0, NS_PER_MS };

	for (int clones = 0;;) {
		const bool ended = start_ended;
		unsigned long keeper = 0;
		int status;

		if (waitpid(starter, &status, __WALL | WNOHANG) != starter) {
			if (ended)
				return clones;
			nanosleep(&pause, NULL);
			continue;
		}
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_CLONE << 8)) {
			clones++;
			if (ptrace(PTRACE_GETEVENTMSG, starter, 0, &keeper) < 0 ||
				waitpid((pid_t)keeper, &status, __WALL) != (pid_t)keeper ||
				ptrace(PTRACE_DETACH, (pid_t)keeper, 0, 0) < 0)
				return -1;
		}
		if (ptrace(PTRACE_CONT, starter, 0, 0) < 0)
			return -1;
	}
}

/* That it is cloned while its caller does the rest is what makes the start a fast one. */
TEST(a_keeper_is_ordered_before_its_run_is_planned)
{
	STARTER *starter = new_starter();
	CLEANUP_FD int starter_fd = find_starter(getpid());
	const pid_t pid = pid_of(starter_fd);
	void *ended_right = NULL;
	pthread_t thread;
	int clones;

	CHECK(starter && starter_fd >= 0);
	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACECLONE) < 0)
		SKIP("nothing can be traced here");
	start_ended = false;
	CHECK_INT(pthread_create(&thread, NULL, start_what_cannot_be, starter), 0);
	clones = count_clones_of_starter(pid);
	/* What it has stopped at, it would stay in. */
	if (clones < 0)
		CHECK(kill_starter(getpid()));
	pthread_join(thread, &ended_right);
	CHECK(ended_right == starter);
	CHECK_INT(clones, 1);
}

/* A caller that is killed, while a fork of it still holds its end of the socket. */
static int make_and_wait(void *argument)
{
	const int *pipe_fds = argument;

	if (!new_starter())
		return 1;
	if (fork() == 0) {
		char byte;

		close(pipe_fds[3]);
		return (int)read(pipe_fds[2], &byte, 1);
	}
	(void)!write(pipe_fds[1], "", 1);
	pause();
	return 0;
}

TEST(a_starter_ends_with_its_caller)
{
	CLEANUP_FD int caller_fd = -1;
	CLEANUP_FD int starter_fd = -1;
	int fds[4];
	char byte;
	pid_t caller;

	CHECK(pipe2(fds, O_CLOEXEC) == 0 && pipe2(fds + 2, O_CLOEXEC) == 0);
	caller = fork();
	if (caller == 0)
		_exit(make_and_wait(fds));
	CHECK_INT(read(fds[0], &byte, 1), 1);
	caller_fd = pidfd_open(caller, 0);
	starter_fd = find_starter(caller);
	CHECK(caller_fd >= 0 && starter_fd >= 0);
	CHECK(!has_ended(starter_fd, 0));
	CHECK_INT(pidfd_send_signal(caller_fd, SIGKILL, NULL, 0), 0);
	CHECK(has_ended(starter_fd, 60000));
	CHECK_INT(waitpid(caller, NULL, 0), caller);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
}

static int count_fds_of(pid_t pid)
{
	char path[64];
	DIR *directory;
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	directory = opendir(path);
	while (directory && readdir(directory))
		count++;
	if (directory)
		closedir(directory);
	return count;
}

/* Those of the last request it may still be about to close; each brings three. */
TEST(a_starter_holds_no_descriptor_of_its_caller)
{
	CLEANUP_FD int starter_fd = -1;
	STARTER *starter = NULL;
	int fds[2];
	char byte;

	CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
	starter = new_starter();
	CHECK(starter);
	close(fds[1]);
	CHECK_INT(read(fds[0], &byte, 1), 0);
	close(fds[0]);
	starter_fd = find_starter(getpid());
	for (int i = 0; i < 8; i++) {
		const struct remand_spec spec = SPEC_FROM(starter, .argv = ARGV("true"));
		RESULT result = { 0 };

		CHECK_INT(custody_run(&spec, &result), 0);
	}
	CHECK(count_fds_of(pid_of(starter_fd)) > 0);
	CHECK(count_fds_of(pid_of(starter_fd)) < 20);
}

/* Files in /proc of who cannot be traced are root's: proc(5). */
static int look_at_owner(void *argument)
{
	CLEANUP_FD int fd = -1;
	struct remand_starter *starter;
	struct stat own, its;
	char path[64];

	(void)argument;
	if (setresuid(12345, 12345, 12345) < 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return 1;
	starter = new_starter();
	fd = starter ? find_starter(getpid()) : -1;
	snprintf(path, sizeof(path), "/proc/%d/environ", pid_of(fd));
	if (stat("/proc/self/environ", &own) < 0 || stat(path, &its) < 0)
		return 3;
	remand_starter_free(starter);
	return own.st_uid == 12345 && its.st_uid == 0 ? 0 : 4;
}

TEST(what_a_starter_has_in_memory_is_not_to_be_read_by_others_of_its_user)
{
	CHECK_INT(scratch_child(look_at_owner, NULL), 0);
}
