/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From one run under the rules of `default`, with every allowed call counted, to the policy that
 * denies all the rest. It denies on top of `default`, so what that refuses by arguments stays
 * refused; what that answers with ENOSYS stays absent, and libraries fall back.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "filter_answer.h"
#include "isolation.h"
#include "spec_rules.h"
#include "syscall_groups.h"
#include "syscall_names.h"

/* What another version of a C library, or another input, may want of a program that did without. */
static const char *const spare[] = { "access", "arch_prctl", "brk", "clock_getres", "clock_gettime",
	"clock_nanosleep", "close", "close_range", "futex_requeue", "futex_wait", "futex_waitv",
	"futex_wake", "map_shadow_stack", "mseal", "exit", "exit_group", "faccessat", "faccessat2",
	"fcntl", "fstat", "futex", "getcwd", "getpid", "getrandom", "gettid", "gettimeofday",
	"ioctl", "lseek", "madvise", "membarrier", "mmap", "mprotect", "mremap", "munmap",
	"nanosleep", "newfstatat", "open", "openat", "pread64", "prlimit64", "read", "readlink",
	"readlinkat", "readv", "restart_syscall", "rseq", "rt_sigaction", "rt_sigprocmask",
	"rt_sigreturn", "sched_getaffinity", "sched_yield", "set_robust_list", "set_tid_address",
	"sigaltstack", "stat", "statx", "tgkill", "time", "uname", "write", "writev" };

/* Ways to the same end, of which C libraries choose now this, now that: used is used. */
static const char *const ways[][4] = { { "clone", "fork", "vfork" }, { "chmod", "fchmodat" },
	{ "dup2", "dup3" }, { "epoll_create", "epoll_create1" },
	{ "epoll_wait", "epoll_pwait", "epoll_pwait2" }, { "eventfd", "eventfd2" },
	{ "getdents", "getdents64" }, { "link", "linkat" }, { "lstat", "newfstatat" },
	{ "mkdir", "mkdirat" }, { "pipe", "pipe2" }, { "poll", "ppoll" },
	{ "rename", "renameat", "renameat2" }, { "select", "pselect6" }, { "symlink", "symlinkat" },
	{ "unlink", "unlinkat", "rmdir" }, { "wait4", "waitid" } };

struct learner {
	FILE *out;
	const struct remand_result *result;
	struct filter_program program; /* of `default` */
	size_t denied, kept, printed;
};

static bool was_made(const struct learner *learner, const char *name)
{
	unsigned int number;

	if (syscall_names_number(name, &number) != SYSCALL_NATIVE)
		return false;
	for (size_t i = 0; i < learner->result->denials_count; i++)
		if (learner->result->denials[i].syscall == (int64_t)number &&
			learner->result->denials[i].architecture == seccomp_arch_native())
			return true;
	return false;
}

/* Is the name one of these ways, and was another of them gone? */
static bool is_way(const struct learner *learner, const char *const way[4], const char *name)
{
	bool member = false, made = false;

	for (int i = 0; i < 4 && way[i]; i++) {
		member = member || strcmp(way[i], name) == 0;
		made = made || was_made(learner, way[i]);
	}
	return member && made;
}

static bool is_used(const struct learner *learner, const char *name)
{
	for (size_t i = 0; i < sizeof(spare) / sizeof(spare[0]); i++)
		if (strcmp(spare[i], name) == 0)
			return true;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (is_way(learner, ways[i], name))
			return true;
	return was_made(learner, name);
}

/* Allowed by default, or by arguments, and not used: what the policy is to deny. */
static bool is_spare(const struct learner *learner, const char *name)
{
	unsigned int number;
	uint32_t answer;

	if (syscall_names_number(name, &number) != SYSCALL_NATIVE)
		return false;
	if (filter_answer_fixed(&learner->program, number, &answer) &&
		(answer & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ALLOW)
		return false;
	return !is_used(learner, name);
}

static int count_call(const char *name, void *context)
{
	struct learner *learner = context;
	unsigned int number;

	if (syscall_names_number(name, &number) != SYSCALL_NATIVE)
		return 0;
	if (is_spare(learner, name))
		learner->denied++;
	else
		learner->kept++;
	return 0;
}

/* Is it denied already by a group that is denied whole? */
static bool is_whole(struct learner *learner, const struct syscall_group *group)
{
	learner->denied = learner->kept = 0;
	(void)syscall_groups_walk(group, count_call, learner);
	return learner->kept == 0 && learner->denied > 0;
}

static bool in_whole_group(struct learner *learner, const char *name)
{
	const struct syscall_group *group;

	for (size_t i = 0; (group = syscall_groups_get(i)); i++)
		if (syscall_groups_hold(group, name) && is_whole(learner, group))
			return true;
	return false;
}

static void print_item(struct learner *learner, const char *name)
{
	fprintf(learner->out, "%s%s",
		learner->printed % 6 ? ", "
		: learner->printed   ? "\ndeny "
				     : "deny ",
		name);
	learner->printed++;
}

static int print_call(const char *name, void *context)
{
	struct learner *learner = context;

	if (is_spare(learner, name) && !in_whole_group(learner, name))
		print_item(learner, name);
	return 0;
}

static void print_words(FILE *out, const char *const *argv)
{
	for (; argv && *argv; argv++) {
		for (const char *c = *argv; *c; c++)
			fputc((unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c, out);
		fputc(' ', out);
	}
}

static void print_policy(struct learner *learner, const char *const *argv)
{
	static const char *const plain[] = { "@known", "@system-service", "@network",
		"@privileged" };
	const struct remand_result *result = learner->result;
	const struct syscall_group *group;

	fprintf(learner->out,
		"# Learned from one run (%s) of: ", remand_verdict_name(result->verdict));
	print_words(learner->out, argv);
	fprintf(learner->out,
		"\n# It made %zu different system calls. What it did not use is denied, but for "
		"what another\n"
		"# version of its libraries would want. Another input may use more: test it.\n"
		"extends default\n\n",
		result->denials_count);
	for (size_t i = 0; (group = syscall_groups_get(i)); i++) {
		bool skip = false;

		for (size_t k = 0; k < sizeof(plain) / sizeof(plain[0]); k++)
			skip = skip || strcmp(group->name, plain[k]) == 0;
		if (!skip && is_whole(learner, group))
			print_item(learner, group->name);
	}
	/* Each call once, in the order of its number. */
	for (unsigned int number = 0; number < 1000; number++) {
		char name[32];

		if (strncmp(syscall_names_name(number, name), "syscall_", 8) != 0)
			(void)print_call(name, learner);
	}
	fputc('\n', learner->out);
}

static int refuse_to_guess(const struct remand_result *result, struct remand_error *error)
{
	if (!result->started)
		return error_say(error, result->start_error.stage, -EINVAL, "%.900s",
			result->start_error.message);
	if (!result->denials_known || result->denials_more)
		return error_say(error, REMAND_STAGE_POLICY, -EINVAL,
			"the calls of the program could not all be heard of");
	return 0;
}

int remand_policy_learn(const struct remand_spec *spec, const struct remand_result *result,
	char **ret_text, struct remand_error *error)
{
	const struct isolation cell = {
		.degree = REMAND_ISOLATION_FULL, .cell = true, .confined = true
	};
	struct learner learner = { .result = result };
	struct syscall_rules rules = { 0 };
	struct remand_spec plain = *spec;
	size_t size = 0;
	int r = refuse_to_guess(result, error);

	*ret_text = NULL;
	plain.log_allowed = false;
	if (r == 0)
		r = spec_rules_make(&plain, &cell, &rules, error);
	if (r == 0)
		r = filter_compile(&rules, &learner.program, error);
	if (r == 0) {
		learner.out = open_memstream(ret_text, &size);
		if (learner.out)
			print_policy(&learner, spec->argv);
		if (!learner.out || fclose(learner.out) != 0)
			r = error_errno(
				error, REMAND_STAGE_POLICY, -ENOMEM, "cannot write the policy");
	}
	filter_program_done(&learner.program);
	syscall_rules_done(&rules);
	return r;
}
