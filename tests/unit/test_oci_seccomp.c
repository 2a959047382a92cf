/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Docker's kind of profile, read and compiled, against tables of facts: what the default profiles
 * of Docker and Podman answer, and what one of our own with every feature does.
 */
#include "oci_seccomp.h"

#include <errno.h>
#include <stdlib.h>

#include "bpf.h"
#include "check.h"

/* Tests run in the root of the source tree. */
static FILE *open_data(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "tests/unit/data/%s", name);
	return fopen(path, "r");
}

static int parse(const char *text, struct syscall_rules *ret, struct remand_error *error)
{
	struct oci_seccomp_source source = { text, strlen(text), 6, 12 };

	return oci_seccomp_parse(&source, ret, error);
}

static int compile_file(FILE *file, struct filter_program *ret, struct remand_error *error)
{
	static char text[256 * 1024];
	struct syscall_rules rules = { 0 };
	size_t length = fread(text, 1, sizeof(text) - 1, file);
	int r;

	fclose(file);
	text[length] = '\0';
	r = parse(text, &rules, error);
	if (r == 0)
		r = filter_compile(&rules, ret, error);
	syscall_rules_done(&rules);
	return r;
}

static void parse_arguments(const char *text, uint64_t ret[6])
{
	char *end;

	memset(ret, 0, 6 * sizeof(*ret));
	if (strcmp(text, "-") == 0)
		return;
	for (int i = 0; i < 6 && *text; i++) {
		ret[i] = strtoull(text, &end, 0);
		text = *end == ',' ? end + 1 : end;
	}
}

static void check_facts(const struct filter_program *program, const char *table, int at_least)
{
	char line[256], name[64], arguments[128], want[40], text[40];
	FILE *file = open_data(table);
	int facts = 0;

	if (!file) {
		check_fail(__FILE__, __LINE__, "no %s", table);
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		uint64_t values[6];
		const char *got;

		if (line[0] == '#')
			continue;
		if (sscanf(line, "%63[^\t]\t%127[^\t]\t%39[^\n]", name, arguments, want) != 3) {
			check_fail(__FILE__, __LINE__, "%s: no fact: %s", table, line);
			continue;
		}
		parse_arguments(arguments, values);
		got = bpf_ask(program, name, values, text);
		if (strcmp(got, want) != 0)
			check_fail(__FILE__, __LINE__, "%s: %s(%s) is %s, not %s", table, name,
				arguments, got, want);
		facts++;
	}
	fclose(file);
	if (facts < at_least)
		check_fail(__FILE__, __LINE__, "%s: only %d facts", table, facts);
}

static void check_profile(FILE *profile, const char *table, int at_least)
{
	struct filter_program program = { 0 };
	struct remand_error error = { 0 };

	CHECK(profile);
	if (compile_file(profile, &program, &error) < 0)
		check_fail(__FILE__, __LINE__, "%s", error.message);
	CHECK(bpf_is_loadable(&program));
	check_facts(&program, table, at_least);
	filter_program_done(&program);
}

TEST(a_profile_with_every_feature_means_what_docker_and_podman_mean)
{
#ifdef __x86_64__
	check_profile(open_data("profile.json"), "profile.tsv", 60);
#else
	SKIP("the facts are those of x86-64");
#endif
}

/* ---- the defaults of Docker and Podman ---- */

/* The names of a table that get this answer whatever their arguments, as a rule's list. */
static void put_names(FILE *out, const char *table, const char *answer)
{
	char line[256], name[64], arguments[128], want[40];
	FILE *file = open_data(table);
	const char *comma = "";

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63[^\t]\t%127[^\t]\t%39[^\n]", name, arguments, want) != 3 ||
			strcmp(arguments, "-") != 0 || strcmp(want, answer) != 0)
			continue;
		fprintf(out, "%s\"%s\"", comma, name);
		comma = ", ";
	}
	if (file)
		fclose(file);
}

#define RULE_OF(names, action, rest) \
	"{\"names\": [" names "], \"action\": \"SCMP_ACT_" action "\"" rest "}"
#define ONE(index, value, op) \
	"{\"index\": " index ", \"value\": " value ", \"op\": \"SCMP_CMP_" op "\"}"
#define PERSONALITY(value) \
	RULE_OF("\"personality\"", "ALLOW", ", \"args\": [" ONE("0", value, "EQ") "]")
#define PERSONALITIES                                                      \
	PERSONALITY("0")                                                   \
	", " PERSONALITY("8") ", " PERSONALITY("131072") ", " PERSONALITY( \
		"131080") ", " PERSONALITY("4294967295")
#define SOCKET(arguments) RULE_OF("\"socket\"", "ALLOW", ", \"args\": [" arguments "]")

/* Written in the dialect of each project, and answering as its own profile does: the tables are
 * what those profiles answered when the tables were made. */
static const struct {
	const char *table, *head, *denied_names_answer, *rules;
} projects[] = {
	{ "docker.tsv", "\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 1", NULL,
		PERSONALITIES ", " SOCKET(ONE("0", "38", "LT")) ", " SOCKET(ONE("0", "39",
			"EQ")) ", " SOCKET(ONE("0", "40", "GT")) ", " RULE_OF("\"clone\"", "ALLOW",
			", \"args\": [{\"index\": 0, \"value\": 2114060288, "
			"\"valueTwo\": 0, \"op\": \"SCMP_CMP_MASKED_EQ\"}], \"excludes\": "
			"{\"caps\": "
			"[\"CAP_SYS_ADMIN\"], \"arches\": [\"s390\", \"s390x\"]}") ", " RULE_OF("\""
												"cl"
												"on"
												"e3"
												"\"",
			"ERRNO",
			", \"errnoRet\": 38, \"excludes\": {\"caps\": "
			"[\"CAP_SYS_ADMIN\"]}") ", " RULE_OF("\"mount\"", "ALLOW",
			", \"includes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}") },
	{ "podman.tsv",
		"\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 38, \"defaultErrno\": "
		"\"ENOSYS\"",
		"deny EPERM",
		PERSONALITIES ", " RULE_OF("\"socket\"", "ERRNO",
			", \"args\": [" ONE("0", "16", "EQ") ", " ONE("2", "9",
				"EQ") "], \"errnoRet\": 22, \"errno\": \"EINVAL\", \"excludes\": "
				      "{\"caps\": [\"CAP_AUDIT_WRITE\"]}") ", " SOCKET(ONE("2", "9",
			"NE")) ", " SOCKET(ONE("0", "16", "NE")) },
};

static void check_project(size_t i)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	CHECK(out);
	fprintf(out, "{%s, \"syscalls\": [{\"names\": [", projects[i].head);
	put_names(out, projects[i].table, "allow");
	fputs("], \"action\": \"SCMP_ACT_ALLOW\"}, ", out);
	if (projects[i].denied_names_answer) {
		fputs("{\"names\": [", out);
		put_names(out, projects[i].table, projects[i].denied_names_answer);
		fputs("], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 1, \"errno\": \"EPERM\"}, ",
			out);
	}
	fprintf(out, "%s]}", projects[i].rules);
	fclose(out);
	check_profile(fmemopen(text, size, "r"), projects[i].table, 370);
	free(text);
}

TEST(a_profile_in_the_dialect_of_docker_answers_as_dockers_own_does)
{
#ifdef __x86_64__
	check_project(0);
#else
	SKIP("the facts are those of x86-64");
#endif
}

TEST(a_profile_in_the_dialect_of_podman_answers_as_podmans_own_does)
{
#ifdef __x86_64__
	check_project(1);
#else
	SKIP("the facts are those of x86-64");
#endif
}

static const char *ask(const char *profile, const char *name, uint64_t first, char ret[40])
{
	struct syscall_rules rules = { 0 };
	struct filter_program program = { 0 };
	struct remand_error error = { 0 };
	const char *got = "error";

	if (parse(profile, &rules, &error) < 0)
		check_fail(__FILE__, __LINE__, "%s", error.message);
	else if (filter_compile(&rules, &program, &error) == 0)
		got = bpf_ask(&program, name, (const uint64_t[6]){ first }, ret);
	syscall_rules_done(&rules);
	filter_program_done(&program);
	return got;
}

#define ALLOWING "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": ["
#define DENYING  "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": ["

static const struct {
	const char *profile, *name;
	uint64_t argument;
	const char *want;
} wholes[] = {
	{ "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}", "mseal", 0, "allow" },
	{ "{\"defaultAction\": \"SCMP_ACT_ERRNO\"}", "read", 0, "deny EPERM" },
	{ "{\"defaultAction\": \"SCMP_ACT_ERRNO\"}", "write", 0, "deny ENOSYS" },
	{ "{\"defaultAction\": \"SCMP_ACT_KILL\", \"syscalls\": null}", "read", 0, "kill-thread" },
	{ "{\"defaultAction\": \"SCMP_ACT_LOG\", \"syscalls\": []}", "mseal", 0, "log" },
	{ ALLOWING "{\"names\": [\"ptrace\"], \"action\": \"SCMP_ACT_ERRNO\"}]}", "ptrace", 0,
		"deny EPERM" },
	{ ALLOWING "{\"names\": [\"ptrace\"], \"action\": \"SCMP_ACT_ERRNO\"}]}", "mseal", 0,
		"allow" },
	{ ALLOWING "{\"names\": [\"ptrace\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 0}]}",
		"ptrace", 0, "deny" },
	{ DENYING "{\"names\": [\"mseal\"], \"action\": \"SCMP_ACT_ALLOW\"}]}", "mseal", 0,
		"allow" },
	{ DENYING "{\"names\": [\"mseal\"], \"action\": \"SCMP_ACT_ALLOW\"}]}", "listmount", 0,
		"deny EPERM" },
	{ DENYING "{\"names\": [\"mseal\"], \"action\": \"SCMP_ACT_ALLOW\"}]}", "setxattrat", 0,
		"deny ENOSYS" },
	/* an entry that says the default is left out, also where it would stand in the way */
	{ DENYING "{\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ERRNO\", \"args\": "
		  "[{\"index\": 0, "
		  "\"value\": 1, \"op\": \"SCMP_CMP_EQ\"}]}, {\"names\": [\"socket\"], \"action\": "
		  "\"SCMP_ACT_ALLOW\"}]}",
		"socket", 1, "allow" },
};

TEST(defaults_and_calls_newer_than_the_profile_answer_as_under_runc)
{
	for (size_t i = 0; i < sizeof(wholes) / sizeof(wholes[0]); i++) {
		char text[40];
		const char *got = ask(wholes[i].profile, wholes[i].name, wholes[i].argument, text);

		if (strcmp(got, wholes[i].want) != 0)
			check_fail(__FILE__, __LINE__, "row %zu: %s is %s, not %s", i,
				wholes[i].name, got, wholes[i].want);
	}
}

#define RULE(members) \
	DENYING "{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\", " members "}]}"
#define ARGUMENT(members) RULE("\"args\": [{" members "}]")

static const struct {
	const char *profile;
	const char *message; /* a part of it */
} mistakes[] = {
	{ "", "line 1, column 0" },
	{ "{", "line 1" },
	{ "[]", "expected an object with \"defaultAction\"" },
	{ "{}", "\"defaultAction\" is missing" },
	{ "{\"defaultAction\": 3}", "\"defaultAction\" is missing" },
	{ "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"defaultAction\": \"SCMP_ACT_KILL\"}",
		"duplicate object key" },
	{ "{\"defaultAction\": \"ALLOW\"}", "action ALLOW is unknown" },
	{ "{\"defaultAction\": \"SCMP_ACT_NOTIFY\"}", "not supported" },
	{ "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"defaultErrnoRet\": 1}",
		"an errno makes no sense with SCMP_ACT_ALLOW" },
	{ "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 1, \"defaultErrno\": "
	  "\"ENOSYS\"}",
		"two different errno values" },
	{ "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 4096}", "not an errno" },
	{ "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": -1}", "not an errno" },
	{ "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": \"1\"}", "not an errno" },
	{ "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrno\": \"EWHAT\"}",
		"there is no errno \"EWHAT\"" },
	{ "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrno\": 1}", "there is no errno" },
	{ "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerPath\": \"/x\"}",
		"unknown member \"listenerPath\"" },
	{ "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"sysCalls\": []}",
		"unknown member \"sysCalls\"" },
	{ "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": {}}",
		"\"syscalls\" is not a list" },
	{ "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\": [\"FAST\"]}",
		"unknown flag \"FAST\"" },
	{ "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\": [1]}", "not a string" },
	{ "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_X86\"], "
	  "\"archMap\": "
	  "[{\"architecture\": \"SCMP_ARCH_X86\"}]}",
		"both \"architectures\" and \"archMap\"" },
	{ "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"archMap\": [{\"arch\": \"X\"}]}",
		"unknown member \"arch\"" },
	{ "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"archMap\": [1]}", "expected an object" },
	{ DENYING "1]}", "expected an object with \"names\" and others (in syscalls[0])" },
	{ DENYING "{}]}", "\"action\" is missing (in syscalls[0])" },
	{ DENYING "{\"action\": \"SCMP_ACT_ALLOW\"}]}", "expected \"names\" with at least one" },
	{ DENYING "{\"names\": [], \"action\": \"SCMP_ACT_ALLOW\"}]}", "at least one name" },
	{ DENYING "{\"names\": [3], \"action\": \"SCMP_ACT_ALLOW\"}]}", "not a string" },
	{ DENYING "{\"names\": [\"read\"], \"name\": \"read\", \"action\": \"SCMP_ACT_ALLOW\"}]}",
		"expected \"names\"" },
	{ RULE("\"errnoRet\": 1"), "an errno makes no sense with SCMP_ACT_ALLOW (in syscalls[0])" },
	{ RULE("\"priority\": 1"), "unknown member \"priority\" (in syscalls[0])" },
	{ RULE("\"args\": {}"), "\"args\" is not a list" },
	{ RULE("\"args\": [1]"), "expected an object with \"index\"" },
	{ ARGUMENT("\"index\": 0, \"value\": 1"), "\"op\" is missing or unknown" },
	{ ARGUMENT("\"index\": 0, \"value\": 1, \"op\": \"==\""), "\"op\" is missing or unknown" },
	{ ARGUMENT("\"index\": 6, \"value\": 1, \"op\": \"SCMP_CMP_EQ\""),
		"\"index\" from 0 to 5" },
	{ ARGUMENT("\"value\": 1, \"op\": \"SCMP_CMP_EQ\""), "\"index\" from 0 to 5" },
	{ ARGUMENT("\"index\": 0, \"op\": \"SCMP_CMP_EQ\""), "a \"value\"" },
	{ ARGUMENT("\"index\": 0, \"value\": -1, \"op\": \"SCMP_CMP_EQ\""),
		"\"value\" of an argument" },
	{ ARGUMENT("\"index\": 0, \"value\": 1.5, \"op\": \"SCMP_CMP_EQ\""),
		"\"value\" of an argument" },
	{ ARGUMENT("\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_EQ\", \"x\": 1"),
		"unknown member \"x\"" },
	{ RULE("\"includes\": []"), "expected an object with \"caps\"" },
	{ RULE("\"includes\": {\"caps\": 1}"), "\"caps\" is not a list" },
	{ RULE("\"includes\": {\"kernel\": 1}"), "unknown member \"kernel\"" },
	{ RULE("\"includes\": {\"minKernel\": \"4\"}"), "not a version" },
	{ RULE("\"includes\": {\"minKernel\": \"4.8x\"}"), "not a version" },
	{ RULE("\"includes\": {\"minKernel\": \"-4.8\"}"), "not a version" },
	{ RULE("\"includes\": {\"minKernel\": 4.8}"), "not a version" },
	{ DENYING "{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\"}, {}, {\"names\": "
		  "[\"read\"], "
		  "\"action\": \"SCMP_ACT_ALLOW\"}]}",
		"\"action\" is missing (in syscalls[1])" },
	{ ALLOWING "{\"names\": [\"a_call_of_2040\"], \"action\": \"SCMP_ACT_ERRNO\"}]}",
		"cannot deny a_call_of_2040: no such system call is known" },
};

TEST(what_cannot_be_done_as_written_is_refused_with_a_sentence)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct syscall_rules rules = { 0 };
		struct remand_error error = { 0 };
		int r = parse(mistakes[i].profile, &rules, &error);

		if (r != -EINVAL || error.stage != REMAND_STAGE_POLICY ||
			!strstr(error.message, mistakes[i].message))
			check_fail(__FILE__, __LINE__, "%s: %d, %s", mistakes[i].profile, r,
				error.message);
		if (rules.rules)
			check_fail(__FILE__, __LINE__, "%s leaves rules", mistakes[i].profile);
		syscall_rules_done(&rules);
	}
}
