/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The compiled filter, evaluated without running anything, and once loaded for real. */
#include <inttypes.h>
#include <linux/audit.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"
#include "check.h"
#include "fd.h"
#include "permit.h"

struct compiled {
	struct syscall_rules rules;
	struct filter_program program;
	struct remand_error error;
};

static void compiled_done(struct compiled *compiled)
{
	syscall_rules_done(&compiled->rules);
	filter_program_done(&compiled->program);
}

#define COMPILED __attribute__((cleanup(compiled_done))) struct compiled

static int compile_default(struct compiled *compiled)
{
	int r = syscall_rules_default(&compiled->rules, &compiled->error);

	return r < 0 ? r : filter_compile(&compiled->rules, &compiled->program, &compiled->error);
}

static uint32_t answer_of(const struct filter_program *program, uint32_t arch, uint32_t number)
{
	struct seccomp_data data = { .arch = arch, .nr = (int)number };

	return bpf_run(program, &data);
}

static const struct {
	const char *name;
	uint64_t arguments[6];
	const char *want;
} defaults[] = {
	{ "read", { 0 }, "allow" },
	{ "execve", { 0 }, "allow" },
	{ "openat2", { 0 }, "deny ENOSYS" },
	{ "chmod", { 0, 0755 }, "allow" },
	{ "chmod", { 0, 04755 }, "deny EPERM" },
	{ "fchmodat", { 0, 0, 02755 }, "deny EPERM" },
	{ "openat", { 0, 0, 0101, 04755 }, "deny EPERM" },
	{ "openat", { 0, 0, 0, 04755 }, "allow" },
	{ "mseal", { 0 }, "allow" },
	{ "seccomp", { 0 }, "allow" },
	{ "landlock_restrict_self", { 0 }, "allow" },
	{ "rseq", { 0 }, "allow" },
	{ "get_mempolicy", { 0 }, "allow" },
	{ "fsync", { 0 }, "allow" },
	{ "sync", { 0 }, "deny EPERM" },
	{ "clone3", { 0 }, "deny ENOSYS" },
	{ "io_uring_setup", { 0 }, "deny ENOSYS" },
	{ "io_uring_register", { 0 }, "deny ENOSYS" },
	{ "memfd_secret", { 0 }, "deny ENOSYS" },
	{ "uselib", { 0 }, "deny ENOSYS" },
	{ "nfsservctl", { 0 }, "deny ENOSYS" },
	{ "mount", { 0 }, "deny EPERM" },
	{ "umount2", { 0 }, "deny EPERM" },
	{ "pivot_root", { 0 }, "deny EPERM" },
	{ "chroot", { 0 }, "deny EPERM" },
	{ "open_tree", { 0 }, "deny EPERM" },
	{ "open_tree_attr", { 0 }, "deny EPERM" },
	{ "move_mount", { 0 }, "deny EPERM" },
	{ "fsopen", { 0 }, "deny EPERM" },
	{ "mount_setattr", { 0 }, "deny EPERM" },
	{ "swapon", { 0 }, "deny EPERM" },
	{ "quotactl_fd", { 0 }, "deny EPERM" },
	{ "setns", { 0 }, "deny EPERM" },
	{ "ptrace", { 0 }, "deny EPERM" },
	{ "process_vm_writev", { 0 }, "deny EPERM" },
	{ "process_madvise", { 0 }, "deny EPERM" },
	{ "kcmp", { 0 }, "deny EPERM" },
	{ "pidfd_getfd", { 0 }, "deny EPERM" },
	{ "pidfd_open", { 0 }, "allow" },
	{ "bpf", { 0 }, "deny EPERM" },
	{ "keyctl", { 0 }, "deny EPERM" },
	{ "add_key", { 0 }, "deny EPERM" },
	{ "userfaultfd", { 0 }, "deny EPERM" },
	{ "perf_event_open", { 0 }, "deny EPERM" },
	{ "kexec_file_load", { 0 }, "deny EPERM" },
	{ "finit_module", { 0 }, "deny EPERM" },
	{ "reboot", { 0 }, "deny EPERM" },
	{ "clock_settime", { 0 }, "deny EPERM" },
	{ "adjtimex", { 0 }, "deny EPERM" },
	{ "acct", { 0 }, "deny EPERM" },
	{ "syslog", { 0 }, "deny EPERM" },
	{ "iopl", { 0 }, "deny EPERM" },
	{ "open_by_handle_at", { 0 }, "deny EPERM" },
	{ "name_to_handle_at", { 0 }, "deny EPERM" },
	{ "fanotify_init", { 0 }, "deny EPERM" },
	{ "mbind", { 0 }, "deny EPERM" },
	{ "set_mempolicy_home_node", { 0 }, "deny EPERM" },
	{ "modify_ldt", { 0 }, "deny EPERM" },
	{ "sethostname", { 0 }, "deny EPERM" },
	{ "vhangup", { 0 }, "deny EPERM" },
	{ "personality", { 0 }, "allow" },
	{ "personality", { 0xffffffff }, "allow" },
	{ "personality", { UINT64_MAX }, "allow" },
	{ "personality", { 0x0040000 }, "allow" },
	{ "personality", { 0x0400000 }, "deny EPERM" },
	{ "personality", { 8 }, "deny EPERM" },
	{ "clone", { 0x3d0f00 }, "allow" },
	{ "clone", { 17 }, "allow" },
	{ "clone", { 0x80 | 17 }, "allow" },
	{ "clone", { CLONE_NEWUSER | 17 }, "deny EPERM" },
	{ "clone", { CLONE_NEWNS | CLONE_VM }, "deny EPERM" },
	{ "clone", { CLONE_NEWNET | UINT64_C(1) << 32 }, "deny EPERM" },
	{ "clone", { CLONE_NEWCGROUP }, "deny EPERM" },
	{ "clone", { CLONE_NEWUTS }, "deny EPERM" },
	{ "clone", { CLONE_NEWIPC }, "deny EPERM" },
	{ "clone", { CLONE_NEWPID }, "deny EPERM" },
	{ "unshare", { CLONE_FILES | CLONE_FS }, "allow" },
	{ "unshare", { CLONE_NEWTIME }, "deny EPERM" },
	{ "unshare", { CLONE_FS | CLONE_NEWUSER }, "deny EPERM" },
	{ "ioctl", { 0, 0x5401 }, "allow" },
	{ "ioctl", { 0, 0x5412 }, "deny EPERM" },
	{ "ioctl", { 0, 0x5412 | UINT64_C(7) << 32 }, "deny EPERM" },
	{ "ioctl", { 0, 0xffffffff00005412 }, "deny EPERM" },
	{ "ioctl", { 0, 0x541c }, "deny EPERM" },
	{ "ioctl", { 0, 0x5423 }, "deny EPERM" },
	{ "socket", { AF_UNIX, SOCK_SEQPACKET }, "allow" },
	{ "socket", { AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0 }, "allow" },
	{ "socket", { AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 17 }, "allow" },
	{ "socket", { AF_INET, SOCK_STREAM, 132 }, "deny EPROTONOSUPPORT" },
	{ "socket", { AF_INET, SOCK_STREAM, 262 }, "deny EPROTONOSUPPORT" },
	{ "socket", { AF_INET, SOCK_DCCP }, "deny EPERM" },
	{ "socket", { AF_INET6, SOCK_RAW, 58 }, "deny EPERM" },
	{ "socket", { AF_NETLINK, SOCK_RAW, 0 }, "allow" },
	{ "socket", { AF_NETLINK, SOCK_RAW, 12 }, "deny EAFNOSUPPORT" },
	{ "socket", { AF_ALG, SOCK_SEQPACKET }, "deny EAFNOSUPPORT" },
	{ "socket", { AF_VSOCK, SOCK_STREAM }, "deny EAFNOSUPPORT" },
	{ "socket", { AF_PACKET, SOCK_RAW }, "deny EAFNOSUPPORT" },
	{ "socket", { AF_ALG | UINT64_C(1) << 32, SOCK_SEQPACKET }, "deny EAFNOSUPPORT" },
	{ "socketpair", { AF_UNIX, SOCK_STREAM }, "allow" },
	{ "socketpair", { AF_TIPC, SOCK_STREAM }, "deny EAFNOSUPPORT" },
};

TEST(the_default_rules_answer_what_they_promise)
{
	COMPILED c = { 0 };

	CHECK_INT(compile_default(&c), 0);
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		char text[40];
		const char *got =
			bpf_ask(&c.program, defaults[i].name, defaults[i].arguments, text);

		if (strcmp(got, defaults[i].want) != 0)
			check_fail(__FILE__, __LINE__,
				"row %zu: %s(%#" PRIx64 ", %#" PRIx64 ") is %s, not %s", i,
				defaults[i].name, defaults[i].arguments[0],
				defaults[i].arguments[1], got, defaults[i].want);
	}
}

TEST(calls_that_the_policy_does_not_know_answer_ENOSYS)
{
	COMPILED c = { 0 };
	uint32_t native = seccomp_arch_native();

	CHECK_INT(compile_default(&c), 0);
	for (uint32_t number = 470; number < 3000; number++)
		CHECK_INT(answer_of(&c.program, native, number), SECCOMP_RET_ERRNO | ENOSYS);
	CHECK_INT(answer_of(&c.program, native, 0x3fffffff), SECCOMP_RET_ERRNO | ENOSYS);
	CHECK_INT(answer_of(&c.program, native, 400), SECCOMP_RET_ERRNO | ENOSYS);
	CHECK_INT(answer_of(&c.program, native, UINT32_MAX), SECCOMP_RET_ERRNO | ENOSYS);
}

TEST(calls_of_every_other_architecture_kill)
{
	static const uint32_t others[] = { AUDIT_ARCH_I386, AUDIT_ARCH_ARM, AUDIT_ARCH_S390X, 0,
		UINT32_MAX, AUDIT_ARCH_PPC64LE };
	COMPILED c = { 0 };

	CHECK_INT(compile_default(&c), 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		for (uint32_t number = 0; number < 500; number++)
			CHECK_INT(
				answer_of(&c.program, others[i], number), SECCOMP_RET_KILL_PROCESS);
}

TEST(x32_calls_kill)
{
#ifdef __x86_64__
	COMPILED c = { 0 };

	CHECK_INT(compile_default(&c), 0);
	for (uint32_t number = 0x40000000; number < 0x40000300; number++)
		CHECK_INT(
			answer_of(&c.program, AUDIT_ARCH_X86_64, number), SECCOMP_RET_KILL_PROCESS);
	CHECK_INT(
		answer_of(&c.program, AUDIT_ARCH_X86_64, UINT32_MAX - 1), SECCOMP_RET_KILL_PROCESS);
#else
	SKIP("x32 exists on x86-64 only");
#endif
}

TEST(an_empty_list_answers_ENOSYS_to_everything)
{
	COMPILED c = { 0 };

	CHECK_INT(filter_compile(&c.rules, &c.program, &c.error), 0);
	CHECK(bpf_is_loadable(&c.program));
	CHECK_INT(answer_of(&c.program, seccomp_arch_native(), 0), SECCOMP_RET_ERRNO | ENOSYS);
	CHECK_INT(answer_of(&c.program, seccomp_arch_native(), 1), SECCOMP_RET_ERRNO | ENOSYS);
}

/* The rules as their header describes them, in the plainest way: what every filter must equal. */
static bool condition_holds(const struct syscall_condition *condition, const uint64_t *arguments)
{
	uint64_t a = arguments[condition->argument] & condition->mask, b = condition->value;

	switch (condition->comparison) {
	case SYSCALL_EQ:
		return a == b;
	case SYSCALL_NE:
		return a != b;
	case SYSCALL_GT:
		return a > b;
	case SYSCALL_LE:
		return a <= b;
	case SYSCALL_GE:
		return a >= b;
	case SYSCALL_LT:
		return a < b;
	}
	return false;
}

static uint32_t expected(
	const struct syscall_rules *rules, unsigned int number, const uint64_t *arguments)
{
	for (size_t i = rules->count; i > 0; i--) {
		const struct syscall_rule *rule = &rules->rules[i - 1];
		bool holds = rule->number == number;

		for (uint32_t k = 0; k < rule->conditions_count; k++)
			holds = holds &&
				condition_holds(
					&rules->conditions[rule->first_condition + k], arguments);
		if (holds)
			return rule->answer.action == SYSCALL_ALLOW
				       ? SECCOMP_RET_ALLOW
				       : SECCOMP_RET_ERRNO | rule->answer.data;
	}
	if (number < rules->covered)
		return SECCOMP_RET_ERRNO | rules->otherwise.data;
	return SECCOMP_RET_ERRNO | ENOSYS;
}

/* Numerical Recipes' generator: the same sequence everywhere, so that a failure repeats. */
static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static uint64_t interesting(uint32_t *state)
{
	static const uint64_t values[] = { 0, 1, 2, 3, 0x7fffffff, 0x80000000, 0xffffffff,
		0x100000000, 0x100000001, 0x100000002, 0x2ffffffff, 0x8000000000000000,
		0xffffffff00000001, 0xffffffff00000000, UINT64_MAX - 1, UINT64_MAX };

	return values[next_random(state) % (sizeof(values) / sizeof(values[0]))];
}

static int add_random_rule(struct syscall_rules *rules, uint32_t *state, unsigned int numbers)
{
	struct syscall_condition conditions[SYSCALL_CONDITIONS_MAX];
	struct syscall_rule rule = { .number = next_random(state) % numbers };

	rule.answer.action = next_random(state) % 3 ? SYSCALL_DENY : SYSCALL_ALLOW;
	rule.answer.data = rule.answer.action == SYSCALL_DENY ? next_random(state) % 100 : 0;
	rule.conditions_count = next_random(state) % 4;
	if (next_random(state) % 50 == 0)
		rule.conditions_count = SYSCALL_CONDITIONS_MAX;
	for (uint32_t i = 0; i < rule.conditions_count; i++) {
		conditions[i].argument = next_random(state) % 3;
		conditions[i].comparison = (enum syscall_comparison)(next_random(state) % 6);
		conditions[i].mask = next_random(state) % 2 ? UINT64_MAX : interesting(state);
		conditions[i].value = interesting(state);
	}
	return syscall_rules_append(rules, &rule, conditions);
}

static bool agrees(const struct compiled *c, uint32_t *state, unsigned int numbers)
{
	struct seccomp_data data = { .arch = seccomp_arch_native() };
	uint64_t arguments[6];
	uint32_t got, want;

	data.nr = (int)(next_random(state) % (numbers + 2));
	for (int i = 0; i < 6; i++)
		arguments[i] = data.args[i] = interesting(state);
	got = bpf_run(&c->program, &data);
	want = expected(&c->rules, (unsigned int)data.nr, arguments);
	if (got != want)
		check_fail(__FILE__, __LINE__, "call %d is %#x, not %#x", data.nr, got, want);
	return got == want;
}

static bool random_list_agrees(uint32_t *state, unsigned int numbers, unsigned int count)
{
	COMPILED c = { .rules = { .covered = next_random(state) % (numbers + 2),
			       .otherwise = { SYSCALL_DENY, 77 } } };

	for (unsigned int i = 0; i < count; i++)
		if (add_random_rule(&c.rules, state, numbers) < 0)
			return false;
	if (filter_compile(&c.rules, &c.program, &c.error) < 0 || !bpf_is_loadable(&c.program)) {
		check_fail(__FILE__, __LINE__, "%u rules: %s", count, c.error.message);
		return false;
	}
	for (int i = 0; i < 400; i++)
		if (!agrees(&c, state, numbers))
			return false;
	return true;
}

TEST(the_last_rule_that_fits_decides_for_any_rules_and_any_arguments)
{
	uint32_t state = 20261121;

	for (unsigned int round = 0; round < 400; round++)
		CHECK(random_list_agrees(&state, 1 + round % 8, round % 25));
}

TEST(filters_too_long_for_short_jumps_are_right_too)
{
	uint32_t state = 5;

	for (unsigned int round = 0; round < 60; round++)
		CHECK(random_list_agrees(&state, 30 + round * 5, 180));
}

TEST(rules_that_make_too_long_a_filter_are_refused_with_a_sentence)
{
	COMPILED c = { 0 };
	uint32_t state = 9;

	for (int i = 0; i < 3000; i++)
		CHECK_INT(add_random_rule(&c.rules, &state, 400), 0);
	CHECK_INT(filter_compile(&c.rules, &c.program, &c.error), -E2BIG);
	CHECK_INT(c.error.stage, REMAND_STAGE_SECCOMP);
	CHECK(strstr(c.error.message, "the kernel takes 4096"));
	CHECK(!c.program.instructions);
}

TEST(the_default_filter_is_loadable_and_of_modest_length)
{
	COMPILED c = { 0 };

	CHECK_INT(compile_default(&c), 0);
	CHECK(bpf_is_loadable(&c.program));
	/* It is charged per process and run per call: growth should be noticed. */
	CHECK(c.program.count < 450);
}

/* In the child. Exit status 0: the kernel does with the filter what the evaluator says. */
static int live_under(const struct filter_program *program)
{
	struct sock_fprog fprog = { program->count, program->instructions };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return 1;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) != 0)
		return errno == EINVAL ? 2 : 3;
	if (socket(AF_ALG, SOCK_SEQPACKET, 0) != -1 || errno != EAFNOSUPPORT)
		return 4;
	if (unshare(CLONE_NEWUSER) != -1 || errno != EPERM)
		return 5;
	if (syscall(3000) != -1 || errno != ENOSYS)
		return 6;
	return getppid() > 0 ? 0 : 7;
}

TEST(the_kernel_loads_the_default_filter_and_obeys_it)
{
	COMPILED c = { 0 };
	int status;
	pid_t pid;

	CHECK_INT(compile_default(&c), 0);
	pid = fork();
	if (pid == 0)
		_exit(live_under(&c.program));
	CHECK(pid > 0);
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
}

static void ask_permit(const struct filter_program *program, const char *name, uint64_t fifth,
	uint64_t sixth, const char *want)
{
	char text[40];
	const char *got =
		bpf_ask(program, name, (const uint64_t[6]){ 0, 0, 0, 0, fifth, sixth }, text);

	if (strcmp(got, want) != 0)
		check_fail(__FILE__, __LINE__, "%s(%" PRIx64 ", %" PRIx64 ") is %s, not %s", name,
			fifth, sixth, got, want);
}

TEST(only_who_knows_the_permit_makes_the_last_calls_before_exec)
{
	static const char *const calls[] = { "sendmsg", "prlimit64", "clock_gettime", "write",
		"execve" };
	COMPILED compiled = { 0 };
	struct permit permit, other;

	CHECK_INT(permit_make(&permit, NULL), 0);
	CHECK_INT(permit_make(&other, NULL), 0);
	CHECK(permit.words[0] != other.words[0] && permit.words[1] != other.words[1]);
	CHECK_INT(syscall_rules_add(&compiled.rules, SYSCALL_KILL, "@known", NULL), 0);
	CHECK_INT(permit_add_rules(&permit, PERMIT_PROGRAM, &compiled.rules, NULL), 0);
	CHECK_INT(filter_compile(&compiled.rules, &compiled.program, NULL), 0);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		ask_permit(&compiled.program, calls[i], permit.words[0], permit.words[1], "allow");
		ask_permit(&compiled.program, calls[i], 0, 0, "kill");
		ask_permit(&compiled.program, calls[i], permit.words[0], other.words[1], "kill");
		ask_permit(&compiled.program, calls[i], other.words[0], permit.words[1], "kill");
		ask_permit(&compiled.program, calls[i], permit.words[1], permit.words[0], "kill");
	}
	ask_permit(&compiled.program, "read", permit.words[0], permit.words[1], "kill");
	ask_permit(&compiled.program, "openat", permit.words[0], permit.words[1], "kill");
	ask_permit(&compiled.program, "seccomp", permit.words[0], permit.words[1], "kill");
}

/* A function finds the permit in its memory; a program has lost that with exec. */
TEST(a_function_gets_no_permit_to_execute_and_the_others_end_before_it_begins)
{
	static const char *const calls[] = { "sendmsg", "prlimit64", "clock_gettime", "getrusage",
		"write", "seccomp", "close_range" };
	COMPILED compiled = { 0 }, end = { 0 };
	struct permit permit, other;

	CHECK_INT(permit_make(&permit, NULL), 0);
	CHECK_INT(permit_make(&other, NULL), 0);
	CHECK_INT(syscall_rules_add(&compiled.rules, SYSCALL_KILL, "@known", NULL), 0);
	CHECK_INT(permit_add_rules(&permit, PERMIT_FUNCTION, &compiled.rules, NULL), 0);
	CHECK_INT(filter_compile(&compiled.rules, &compiled.program, NULL), 0);
	ask_permit(&compiled.program, "execve", permit.words[0], permit.words[1], "kill");
	CHECK_INT(permit_make_end(&permit, 77, &end.program), 0);
	CHECK(bpf_is_loadable(&end.program));
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		ask_permit(&compiled.program, calls[i], permit.words[0], permit.words[1], "allow");
		ask_permit(&end.program, calls[i], permit.words[0], permit.words[1], "deny EPERM");
		ask_permit(&end.program, calls[i], permit.words[0], other.words[1], "allow");
		ask_permit(&end.program, calls[i], other.words[0], permit.words[1], "allow");
		ask_permit(&end.program, calls[i], 0, 0, "allow");
	}
	ask_permit(&end.program, "openat", permit.words[0], permit.words[1], "allow");
}

TEST(the_last_call_of_a_function_s_permit_closes_one_descriptor_and_no_other)
{
	static const struct {
		uint64_t arguments[3];
		const char *want;
	} rows[] = { { { 77, 77, 0 }, "allow" }, { { 76, 77, 0 }, "deny EPERM" },
		{ { 77, 78, 0 }, "deny EPERM" }, { { 77, 77, 4 }, "deny EPERM" } };
	COMPILED end = { 0 };
	struct permit permit;
	char text[40];

	CHECK_INT(permit_make(&permit, NULL), 0);
	CHECK_INT(permit_make_end(&permit, 77, &end.program), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint64_t *given = rows[i].arguments;
		const uint64_t arguments[] = { given[0], given[1], given[2], 0, permit.words[0],
			permit.words[1] };

		CHECK_STR(bpf_ask(&end.program, "close_range", arguments, text), rows[i].want);
		CHECK_STR(bpf_ask(&end.program, "write", arguments, text), "deny EPERM");
	}
}

/* The kernel answers a call without running the filter when the number alone decides. */
TEST(conditions_that_change_nothing_are_left_out)
{
	COMPILED bare = { 0 }, permitted = { 0 };
	struct permit permit;

	CHECK_INT(permit_make(&permit, NULL), 0);
	CHECK_INT(syscall_rules_add(&bare.rules, SYSCALL_ALLOW, "@known", NULL), 0);
	CHECK_INT(filter_compile(&bare.rules, &bare.program, NULL), 0);
	CHECK_INT(syscall_rules_add(&permitted.rules, SYSCALL_ALLOW, "@known", NULL), 0);
	CHECK_INT(permit_add_rules(&permit, PERMIT_PROGRAM, &permitted.rules, NULL), 0);
	CHECK_INT(filter_compile(&permitted.rules, &permitted.program, NULL), 0);
	CHECK_INT(permitted.program.count, bare.program.count);
}
