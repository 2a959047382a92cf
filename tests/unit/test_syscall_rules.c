/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the text of rules to what calls get; and the sentences for text that is wrong. */
#include "syscall_rules.h"

#include <errno.h>
#include <sched.h>
#include <sys/socket.h>

#include "bpf.h"
#include "check.h"
#include "policy.h"

struct line {
	enum syscall_action action;
	const char *text;
};

/* Lines in order, then one question. A row's lines end at the first without text. */
struct row {
	struct line lines[5];
	const char *name;
	uint64_t arguments[6];
	const char *want;
};

#define A(text)                     \
	{                           \
		SYSCALL_ALLOW, text \
	}
#define D(text)                    \
	{                          \
		SYSCALL_DENY, text \
	}
#define K(text)                    \
	{                          \
		SYSCALL_KILL, text \
	}
#define L(text)                   \
	{                         \
		SYSCALL_LOG, text \
	}

static const struct row meanings[] = {
	/* No rule, one rule, the last one */
	{ { { 0 } }, "read", { 0 }, "deny ENOSYS" },
	{ { A("read") }, "read", { 0 }, "allow" },
	{ { A("read") }, "write", { 0 }, "deny ENOSYS" },
	{ { A("read, write") }, "write", { 0 }, "allow" },
	{ { A("  read ,write\t") }, "write", { 0 }, "allow" },
	{ { D("read") }, "read", { 0 }, "deny EPERM" },
	{ { K("read") }, "read", { 0 }, "kill" },
	{ { L("read") }, "read", { 0 }, "log" },
	{ { A("read"), D("read") }, "read", { 0 }, "deny EPERM" },
	{ { D("read"), A("read") }, "read", { 0 }, "allow" },
	{ { A("@known"), D("ptrace") }, "ptrace", { 0 }, "deny EPERM" },
	{ { A("@known"), D("ptrace") }, "read", { 0 }, "allow" },
	{ { D("@known"), A("@default, read") }, "write", { 0 }, "deny EPERM" },
	{ { D("@known"), A("@default, read") }, "read", { 0 }, "allow" },
	{ { D("@known"), A("@default, read") }, "exit_group", { 0 }, "allow" },
	{ { A("@known"), K("@known") }, "mseal", { 0 }, "kill" },
	/* errno */
	{ { D("(ENOSYS) clone3, io_uring_setup") }, "clone3", { 0 }, "deny ENOSYS" },
	{ { D("(ENOSYS) clone3, io_uring_setup") }, "io_uring_setup", { 0 }, "deny ENOSYS" },
	{ { D("(EWOULDBLOCK)read") }, "read", { 0 }, "deny EAGAIN" },
	{ { D(" ( ENOTSUP ) read") }, "read", { 0 }, "deny EOPNOTSUPP" },
	/* wildcards */
	{ { A("@known"), K("process_vm_*") }, "process_vm_readv", { 0 }, "kill" },
	{ { A("@known"), K("process_vm_*") }, "process_madvise", { 0 }, "allow" },
	{ { A("*at") }, "openat", { 0 }, "allow" },
	{ { A("get*id") }, "getppid", { 0 }, "allow" },
	{ { A("get*id") }, "getrandom", { 0 }, "deny ENOSYS" },
	{ { A("*") }, "file_getattr", { 0 }, "allow" },
	/* other architectures' names are no error and do nothing */
	{ { A("socketcall, read") }, "read", { 0 }, "allow" },
	{ { A("socketcall(0: 1), read") }, "read", { 0 }, "allow" },
	/* one value, several, none of them */
	{ { D("socket"), A("socket(0: AF_UNIX)") }, "socket", { AF_UNIX }, "allow" },
	{ { D("socket"), A("socket(0: AF_UNIX)") }, "socket", { AF_INET }, "deny EPERM" },
	{ { A("socket(0:AF_UNIX|AF_INET)") }, "socket", { AF_INET }, "allow" },
	{ { A("socket(0: AF_UNIX | AF_INET )") }, "socket", { AF_INET6 }, "deny ENOSYS" },
	{ { A("socket"), D("socket(0: !AF_UNIX|AF_INET)") }, "socket", { AF_INET }, "allow" },
	{ { A("socket"), D("socket(0: ! AF_UNIX|AF_INET)") }, "socket", { 38 }, "deny EPERM" },
	{ { A("socket(0: 0x10)") }, "socket", { 16 }, "allow" },
	{ { A("socket(0: 020)") }, "socket", { 16 }, "allow" },
	/* all conditions must hold */
	{ { A("socket(0: AF_INET, 2: 0|6)") }, "socket", { AF_INET, 1, 6 }, "allow" },
	{ { A("socket(0: AF_INET, 2: 0|6)") }, "socket", { AF_INET, 1, 7 }, "deny ENOSYS" },
	{ { A("socket(0: AF_INET, 2: 0|6)") }, "socket", { AF_UNIX, 1, 6 }, "deny ENOSYS" },
	{ { A("socket(0: 1|2, 1: 3|4, 2: 5|6)") }, "socket", { 2, 4, 5 }, "allow" },
	{ { A("socket(0: 1|2, 1: 3|4, 2: 5|6)") }, "socket", { 2, 5, 5 }, "deny ENOSYS" },
	{ { A("mmap(1: >4096, 1: <=8192)") }, "mmap", { 0, 8192 }, "allow" },
	{ { A("mmap(1: >4096, 1: <=8192)") }, "mmap", { 0, 8193 }, "deny ENOSYS" },
	/* bits and masks */
	{ { D("clone(0: &CLONE_NEWUSER|CLONE_NEWNS)") }, "clone", { CLONE_NEWNS | 17 },
		"deny EPERM" },
	{ { D("clone(0: &CLONE_NEWUSER|CLONE_NEWNS)") }, "clone", { CLONE_VM }, "deny ENOSYS" },
	{ { A("clone(0: !&CLONE_NEWUSER|CLONE_NEWNS)") }, "clone", { CLONE_VM }, "allow" },
	{ { A("clone(0: !&CLONE_NEWUSER|CLONE_NEWNS)") }, "clone", { CLONE_NEWNS }, "deny ENOSYS" },
	{ { A("socket(1: SOCK_STREAM/0xf)") }, "socket", { 0, SOCK_STREAM | SOCK_CLOEXEC },
		"allow" },
	{ { A("socket(1: SOCK_STREAM/0xf)") }, "socket", { 0, SOCK_DGRAM }, "deny ENOSYS" },
	{ { A("socket(1: !SOCK_STREAM/0xf)") }, "socket", { 0, SOCK_DGRAM }, "allow" },
	{ { D("mprotect(2: PROT_WRITE+PROT_EXEC/PROT_WRITE+PROT_EXEC)") }, "mprotect", { 0, 0, 7 },
		"deny EPERM" },
	{ { D("mprotect(2: PROT_WRITE+PROT_EXEC/PROT_WRITE+PROT_EXEC)") }, "mprotect", { 0, 0, 5 },
		"deny ENOSYS" },
	/* order */
	{ { A("mmap(1: <0x100000000)") }, "mmap", { 0, 0xffffffff }, "allow" },
	{ { A("mmap(1: <0x100000000)") }, "mmap", { 0, 0x100000000 }, "deny ENOSYS" },
	{ { A("mmap(1: >= 0x100000001)") }, "mmap", { 0, 0x100000001 }, "allow" },
	{ { A("mmap(1: >= 0x100000001)") }, "mmap", { 0, 0x100000000 }, "deny ENOSYS" },
	{ { A("mmap(1: <=4096)") }, "mmap", { 0, UINT64_MAX }, "deny ENOSYS" },
	/* what the kernel reads as int is compared as int, the rest in full */
	{ { D("ioctl(1: TIOCSTI)") }, "ioctl", { 0, 0x100005412 }, "deny EPERM" },
	{ { D("ioctl(1: TIOCSTI)") }, "ioctl", { 0, 0xffffffff00005412 }, "deny EPERM" },
	{ { A("openat(0: AT_FDCWD)") }, "openat", { 0xffffff9c }, "allow" },
	{ { A("openat(0: AT_FDCWD)") }, "openat", { 0xffffffffffffff9c }, "allow" },
	{ { A("openat(0: -100)") }, "openat", { 0xffffffffffffff9c }, "allow" },
	{ { A("mmap(1: 4096)") }, "mmap", { 0, 0x100001000 }, "deny ENOSYS" },
	{ { A("mmap(0: -1)") }, "mmap", { UINT64_MAX }, "allow" },
	{ { A("mmap(0: -1)") }, "mmap", { 0xffffffff }, "deny ENOSYS" },
	/* a conditioned rule overrides only where it holds, an unconditioned one everywhere */
	{ { A("ioctl"), D("ioctl(1: 1)"), K("ioctl(1: 2)") }, "ioctl", { 0, 1 }, "deny EPERM" },
	{ { A("ioctl"), D("ioctl(1: 1)"), K("ioctl(1: 2)") }, "ioctl", { 0, 2 }, "kill" },
	{ { A("ioctl"), D("ioctl(1: 1)"), K("ioctl(1: 2)") }, "ioctl", { 0, 3 }, "allow" },
	{ { D("ioctl(1: 1)"), A("ioctl") }, "ioctl", { 0, 1 }, "allow" },
	{ { D("ioctl(1: &1)"), A("ioctl(1: 3)") }, "ioctl", { 0, 3 }, "allow" },
	{ { A("ioctl(1: 3)"), D("ioctl(1: &1)") }, "ioctl", { 0, 3 }, "deny EPERM" },
};

static void check_row(const struct row *row, size_t index)
{
	struct syscall_rules rules = { 0 };
	struct filter_program program = { 0 };
	struct remand_error error = { 0 };
	char text[40];
	const char *got = "no filter";
	int r = 0;

	for (int i = 0; r == 0 && row->lines[i].text; i++)
		r = syscall_rules_add(&rules, row->lines[i].action, row->lines[i].text, &error);
	if (r == 0)
		r = filter_compile(&rules, &program, &error);
	if (r == 0)
		got = bpf_ask(&program, row->name, row->arguments, text);
	if (r < 0 || strcmp(got, row->want) != 0)
		check_fail(__FILE__, __LINE__,
			"row %zu, %s: %s(%#" PRIx64 ", %#" PRIx64 ") is %s, not %s %s", index,
			row->lines[0].text, row->name, row->arguments[0], row->arguments[1], got,
			row->want, error.message);
	syscall_rules_done(&rules);
	filter_program_done(&program);
}

TEST(rules_mean_what_the_header_says)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		check_row(&meanings[i], i);
}

static const struct {
	struct line line;
	size_t at;
	const char *message; /* a part of it */
} mistakes[] = {
	{ A(""), 0, "expected a system call or an @group" },
	{ A("  "), 2, "expected a system call or an @group" },
	{ A("read,"), 5, "expected a system call or an @group" },
	{ A("read,,write"), 5, "expected a system call or an @group" },
	{ A("read write"), 5, "expected \",\" before \"write\"" },
	{ A("read; write"), 4, "expected \",\"" },
	{ A("read, raed"), 6, "there is no system call \"raed\", did you mean \"read\"?" },
	{ A("opneat"), 0, "did you mean \"openat\"?" },
	{ A("Read"), 0, "did you mean \"read\"?" },
	{ A("zzzzzzzzzzz"), 0, "there is no system call \"zzzzzzzzzzz\"" },
	{ A("@netwrok-io"), 0, "there is no group \"@netwrok-io\", did you mean \"@network-io\"?" },
	{ A("@"), 0, "there is no group \"@\"" },
	{ A("@netwrok"), 0, "did you mean \"@network\"?" },
	{ A("zz_*"), 0, "there is no system call like \"zz_*\"" },
	{ A("accept*cept4"), 0, "there is no system call like" },
	{ A("a*b*"), 0, "more than one \"*\"" },
	{ A("@basic-io(0: 1)"), 10, "conditions need one system call" },
	{ A("(ENOSYS) read"), 1, "only deny takes an errno" },
	{ D("(ENOSY) read"), 6, "there is no errno \"ENOSY\"" },
	{ D("() read"), 1, "there is no errno \"\"" },
	{ D("(EPERM read"), 7, "expected \")\" after EPERM" },
	{ D("(EPERM)"), 7, "expected a system call or an @group" },
	{ A("ioctl("), 6, "expected the index of an argument" },
	{ A("ioctl()"), 6, "expected the index of an argument, 0 to 5, and a colon, found \")\"" },
	{ A("ioctl(6: 1)"), 6, "expected the index" },
	{ A("ioctl(1 TIOCSTI)"), 8, "expected a colon" },
	{ A("ioctl(12: 1)"), 7, "expected a colon" },
	{ A("ioctl(1: TIOCSTO)"), 9,
		"expected a number or a constant such as AF_UNIX or O_CREAT, found \"TIOCSTO\"" },
	{ A("ioctl(1: 1"), 10, "expected \",\" or \")\", found the end" },
	{ A("ioctl(1: 1|)"), 11, "expected a number" },
	{ A("ioctl(1: 12x)"), 9, "expected a number" },
	{ A("ioctl(1: 08)"), 9, "expected a number" },
	{ A("ioctl(1: -AF_UNIX)"), 9, "expected a number" },
	{ A("ioctl(1: 99999999999999999999)"), 9, "expected a number" },
	{ A("ioctl(1: 3/1)"), 9, "bits all lie in its mask" },
	{ A("ioctl(1: 0x100000000)"), 0, "an argument of ioctl has only 32 bits" },
	{ A("ioctl(1: 1))"), 11, "expected \",\"" },
	{ A("mmap(0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 0: 2)"), 41, "at most 6 conditions" },
	{ A("mmap(0: 1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17)"), 49, "at most 16 values" },
	{ A("mmap(0: 1|2|3|4|5|6|7|8, 1: 1|2|3|4|5|6|7|8, 2: 1|2|3|4|5|6|7|8)"), 0,
		"too many combinations" },
	{ A("a_name_that_is_so_long_that_no_buffer_for_names_would_be_large_enough_for_it"), 0,
		"there is no system call" },
};

TEST(mistakes_are_refused_with_a_sentence_and_a_place)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct syscall_rules rules = { 0 };
		struct remand_error error = { 0 };
		int r = syscall_rules_add(
			&rules, mistakes[i].line.action, mistakes[i].line.text, &error);

		if (r != -EINVAL || error.stage != REMAND_STAGE_POLICY ||
			rules.error_at != mistakes[i].at ||
			!strstr(error.message, mistakes[i].message))
			check_fail(__FILE__, __LINE__, "\"%s\": %d at %zu: %s",
				mistakes[i].line.text, r, rules.error_at, error.message);
		if (rules.count != 0 || rules.conditions_count != 0)
			check_fail(__FILE__, __LINE__, "\"%s\" leaves rules behind",
				mistakes[i].line.text);
		syscall_rules_done(&rules);
	}
}

TEST(a_mistake_leaves_the_rules_before_it_as_they_were)
{
	struct syscall_rules rules = { 0 };

	CHECK_INT(syscall_rules_add(&rules, SYSCALL_ALLOW, "read(0: 1|2)", NULL), 0);
	CHECK_INT(rules.count, 2);
	CHECK_INT(syscall_rules_add(&rules, SYSCALL_DENY, "write(0: 1), @known, nothing", NULL),
		-EINVAL);
	CHECK_INT(rules.count, 2);
	CHECK_INT(rules.conditions_count, 2);
	syscall_rules_done(&rules);
	CHECK(!rules.rules);
	syscall_rules_done(&rules);
}

TEST(rules_for_numbers_that_no_call_can_have_are_refused)
{
	struct syscall_rules rules = { 0 };
	struct syscall_rule rule = { .number = 0x40000000 };

	CHECK_INT(syscall_rules_append(&rules, &rule, NULL), -EINVAL);
	rule.number = 0;
	rule.conditions_count = SYSCALL_CONDITIONS_MAX + 1;
	CHECK_INT(syscall_rules_append(&rules, &rule, NULL), -EINVAL);
	CHECK_INT(rules.count, 0);
}

TEST(every_group_is_a_valid_rule)
{
	static const char *const groups[] = { "@default", "@aio", "@privileged", "@system-service",
		"@obsolete", "@known" };

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		struct syscall_rules rules = { 0 };

		CHECK_INT(syscall_rules_add(&rules, SYSCALL_ALLOW, groups[i], NULL), 0);
		CHECK(rules.count > 0);
		syscall_rules_done(&rules);
	}
}

TEST(a_short_text_cannot_make_rules_without_end)
{
	struct syscall_rules rules = { 0 };
	struct remand_error error = { 0 };
	int r = 0;

	for (int i = 0; r == 0 && i < 1000; i++)
		r = syscall_rules_add(
			&rules, SYSCALL_DENY, "*(0: 1|2|3|4|5|6|7|8, 1: 1|2|3|4|5|6|7|8)", &error);
	CHECK_INT(r, -EINVAL);
	CHECK(strstr(error.message, "more than 65536 rules"));
	CHECK(rules.count <= SYSCALL_RULES_MAX);
	syscall_rules_done(&rules);
}

/* ---- what was read at build time ---- */

static int add_line(const struct policy_line *line, void *context)
{
	if (strcmp(line->name, "allow") == 0)
		return syscall_rules_add(context, SYSCALL_ALLOW, line->value, NULL);
	if (strcmp(line->name, "deny") == 0)
		return syscall_rules_add(context, SYSCALL_DENY, line->value, NULL);
	return 0;
}

static bool same_rule(const struct syscall_rule *a, const struct syscall_rule *b)
{
	return a->number == b->number && a->answer.action == b->answer.action &&
	       a->answer.data == b->answer.data && a->first_condition == b->first_condition &&
	       a->conditions_count == b->conditions_count;
}

static bool same_condition(const struct syscall_condition *a, const struct syscall_condition *b)
{
	return a->argument == b->argument && a->comparison == b->comparison && a->mask == b->mask &&
	       a->value == b->value;
}

TEST(the_rules_built_in_are_those_that_the_text_of_default_means_today)
{
	const struct policy_source source = { policy_default_text, strlen(policy_default_text),
		"default.policy" };
	struct syscall_rules text = { 0 }, built = { 0 };
	bool same;

	CHECK_INT(policy_parse(&source, add_line, &text, NULL), 0);
	CHECK_INT(syscall_rules_default(&built, NULL), 0);
	CHECK(text.count > 400 && text.conditions_count > 50);
	same = built.count == text.count && built.conditions_count == text.conditions_count;
	for (size_t i = 0; same && i < text.count; i++)
		same = same_rule(&built.rules[i], &text.rules[i]);
	for (size_t i = 0; same && i < text.conditions_count; i++)
		same = same_condition(&built.conditions[i], &text.conditions[i]);
	syscall_rules_done(&text);
	syscall_rules_done(&built);
	CHECK(same);
}
