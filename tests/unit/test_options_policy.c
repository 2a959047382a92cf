/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies beneath options: layers, who wins, where files may lie, and every way to plant one. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "options.h"
#include "scratch.h"
#include "table.h"

struct bench {
	struct remand_options *options;
	struct remand_error error;
	struct scratch directory;
};

static void bench_done(struct bench *bench)
{
	remand_options_free(bench->options);
	scratch_done(&bench->directory);
}

/* The scratch directory is the only one that is searched before those of this host. */
static struct bench bench_new(void)
{
	struct bench bench = { .directory = scratch_make("/tmp") };

	setenv("REMAND_POLICY_PATH", bench.directory.path, 1);
	setenv("HOME", "/nonexistent", 1);
	unsetenv("XDG_CONFIG_HOME");
	if (remand_options_new(&bench.options) < 0)
		check_fail(__FILE__, __LINE__, "%s", "no memory");
	return bench;
}

#define BENCH(name) __attribute__((cleanup(bench_done))) struct bench name = bench_new()

static int set(struct bench *bench, const char *name, const char *value)
{
	return remand_options_set(bench->options, name, value, &bench->error);
}

static int load(struct bench *bench, const char *policy)
{
	int r = set(bench, "policy", policy);

	return r < 0 ? r : remand_options_load_policy(bench->options, &bench->error);
}

static int load_text(struct bench *bench, const char *text)
{
	if (scratch_write(&bench->directory, "p.policy", text) < 0)
		check_fail(__FILE__, __LINE__, "p.policy: %s", strerror(errno));
	return load(bench, "p");
}

TEST(a_policy_comes_before_explicit_options_whatever_their_order)
{
	BENCH(bench);
	const struct remand_spec *spec;

	CHECK_INT(set(&bench, "memory", "1M"), 0);
	CHECK_INT(set(&bench, "env", "A=explicit"), 0);
	CHECK_INT(load_text(&bench, "memory 2M\npids 7\nenv A=policy\nenv B=policy\n"), 0);
	CHECK_INT(set(&bench, "wall", "5s"), 0);
	spec = remand_options_spec(bench.options);
	CHECK_INT(spec->memory_bytes, 1 << 20);
	CHECK_INT(spec->pids, 7);
	CHECK_INT(spec->wall_ns, INT64_C(5000000000));
	CHECK_STR(spec->policy, "p");
	CHECK_STR(spec->env[0], "A=policy");
	CHECK_STR(spec->env[1], "B=policy");
	CHECK_STR(spec->env[2], "A=explicit");
	CHECK(!spec->env[3]);
}

TEST(there_is_no_spec_until_the_policy_is_loaded)
{
	BENCH(bench);

	scratch_write(&bench.directory, "p.policy", "pids 7\n");
	CHECK_INT(set(&bench, "policy", "p"), 0);
	CHECK(!remand_options_spec(bench.options));
	CHECK_INT(remand_options_load_policy(bench.options, NULL), 0);
	CHECK(remand_options_spec(bench.options));
	CHECK_INT(set(&bench, "policy", "q"), 0);
	CHECK(!remand_options_spec(bench.options));
	CHECK_INT(remand_options_load_policy(bench.options, NULL), -ENOENT);
	CHECK(!remand_options_spec(bench.options));
}

TEST(the_last_policy_named_is_the_one_and_leaves_nothing_of_the_other)
{
	BENCH(bench);

	scratch_write(&bench.directory, "q.policy", "pids 9\nbind /q\nhostname q\n");
	CHECK_INT(load(&bench, "q"), 0);
	CHECK_INT(load_text(&bench, "memory 2M\nbind /p\n"), 0);
	CHECK_INT(remand_options_spec(bench.options)->pids, 0);
	CHECK(!remand_options_spec(bench.options)->hostname);
	CHECK_INT(remand_options_spec(bench.options)->binds_count, 1);
	CHECK_STR(remand_options_spec(bench.options)->binds[0].source, "/p");
}

TEST(a_policy_extends_another_whose_lines_come_first)
{
	BENCH(bench);
	const struct remand_spec *spec;

	scratch_write(&bench.directory, "a.policy", "memory 1M\npids 1\nwall 1s\ndeny read\n");
	scratch_write(
		&bench.directory, "b.policy", "extends a # why\npids 2\nwall 2s\ndeny open\n");
	CHECK_INT(load_text(&bench, "# c\nextends ./b.policy\nwall 3s\ndeny close\n"), 0);
	spec = remand_options_spec(bench.options);
	CHECK_INT(spec->memory_bytes, 1 << 20);
	CHECK_INT(spec->pids, 2);
	CHECK_INT(spec->wall_ns, INT64_C(3000000000));
	CHECK_INT(spec->rules_count, 3);
	CHECK_STR(spec->rules[0].calls, "read");
	CHECK_STR(spec->rules[2].calls, "close");
}

TEST(default_is_built_in_and_no_file_of_that_name_is_read)
{
	BENCH(bench);

	scratch_write(&bench.directory, "default.policy", "memory 1M\n--nonsense");
	CHECK_INT(load(&bench, "default"), 0);
	CHECK_INT(remand_options_spec(bench.options)->memory_bytes, 0);
	CHECK_INT(load_text(&bench, "extends default\npids 3\n"), 0);
	CHECK_INT(remand_options_spec(bench.options)->memory_bytes, 0);
	CHECK_INT(remand_options_spec(bench.options)->pids, 3);
}

TEST(a_profile_replaces_the_rules_of_lower_layers_and_stands_under_those_of_its_own)
{
	BENCH(bench);
	const struct remand_spec *spec;

	scratch_write(&bench.directory, "a.policy", "deny read\nseccomp /a.json\n");
	CHECK_INT(load_text(&bench, "extends a\ndeny open\nseccomp b.json\nallow close\n"), 0);
	spec = remand_options_spec(bench.options);
	CHECK_INT(spec->rules_count, 2);
	CHECK_STR(spec->rules[0].calls, "open");
	CHECK_STR(spec->rules[1].calls, "close");
	CHECK(strstr(spec->seccomp, bench.directory.path) && strstr(spec->seccomp, "/b.json"));
	CHECK_INT(set(&bench, "deny", "write"), 0);
	CHECK_INT(set(&bench, "seccomp", "c.json"), 0);
	CHECK_INT(load(&bench, "p"), 0);
	spec = remand_options_spec(bench.options);
	CHECK_INT(spec->rules_count, 1);
	CHECK_STR(spec->rules[0].calls, "write");
	CHECK_STR(spec->seccomp, "c.json");
}

TEST(relative_paths_start_at_the_policy_and_on_the_command_line_here)
{
	BENCH(bench);
	const struct remand_spec *spec;
	char want[128];

	CHECK_INT(set(&bench, "file", "here"), 0);
	CHECK_INT(load_text(&bench,
			  "file there:x\nbind lib:/lib\nbind /usr\nstdin in\ncollect o:out\n"),
		0);
	spec = remand_options_spec(bench.options);
	CHECK_STR(spec->files[0].source, scratch_join(&bench.directory, "there", want));
	CHECK_STR(spec->files[1].source, "here");
	CHECK_STR(spec->binds[0].source, scratch_join(&bench.directory, "lib", want));
	CHECK_STR(spec->binds[1].source, "/usr");
	CHECK_STR(spec->input.path, scratch_join(&bench.directory, "in", want));
	CHECK_STR(spec->collects[0].path, scratch_join(&bench.directory, "out", want));
}

static const struct {
	const char *text, *message; /* behind the file's path */
} mistakes[] = {
	{ "memory 1X", ":1:8: memory: '1X' is not a size; expected a whole number" },
	{ "\npids-fatal yes", ":2:12: pids-fatal takes no value" },
	{ "pids", ":1:1: pids needs a value: COUNT" },
	{ "pids \"\"", ":1:7: pids: the value is empty; expected COUNT" },
	{ "memroy 1", ":1:1: there is no option --memroy" },
	{ "report x", ":1:1: report is for the command line, not for a policy" },
	{ "help", ":1:1: help is for the command line, not for a policy" },
	{ "policy x", ":1:1: a policy names another by extends, not by policy" },
	{ "deny read, opne",
		":1:12: deny: system call rule: there is no system call \"opne\", did" },
	{ "deny(EWHAT) read", ":1:11: deny: system call rule: there is no errno \"EWHAT\"" },
	{ "allow ioctl(1: TIOCWHAT)", ":1:16: allow: system call rule: expected a number" },
	{ "kill @nogroup", ":1:6: kill: system call rule: there is no group \"@nogroup\"" },
	{ "log(ENOSYS) read", ":1:5: log: system call rule: only deny takes an errno" },
	{ "deny \"read, opne\"", ":1:13: deny: system call rule: there is no system call" },
	{ "pids 1\nextends a", ":2:1: extends stands once, before all other lines" },
	{ "extends default\nextends default", ":2:1: extends stands once, before all other lines" },
	{ "extends", ":1:1: expected the name or path of a policy after extends" },
	{ "extends nowhere", ":1:9: there is no policy 'nowhere' in /tmp/" },
	{ "extends ../../no", ":1:9: cannot open " },
	{ "extends a b", ":1:9: 'a b' is not the name of a policy" },
	{ "extends p", ":1:9: " },
	{ "extends ./p.policy", ":1:9: " },
	{ "extends /", ":1:9: / is not a regular file" },
};

TEST(a_line_that_cannot_be_is_named_with_file_line_and_column)
{
	for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
		BENCH(bench);
		char want[256], path[128];

		CHECK(load_text(&bench, mistakes[i].text) < 0);
		snprintf(want, sizeof(want), "%s%s",
			scratch_join(&bench.directory, "p.policy", path), mistakes[i].message);
		if (strncmp(bench.error.message, want, strlen(want)) != 0)
			CHECK_STR(bench.error.message, want);
		CHECK_INT(bench.error.stage, REMAND_STAGE_POLICY);
		CHECK(!remand_options_spec(bench.options));
	}
}

TEST(a_mistake_in_a_policy_further_up_is_named_where_it_stands)
{
	BENCH(bench);
	char path[128], want[160];

	scratch_write(&bench.directory, "a.policy", "pids 1\nmemory x\n");
	CHECK_INT(load_text(&bench, "extends a\n"), -EINVAL);
	snprintf(want, sizeof(want), "%s:2:8: memory: 'x'",
		scratch_join(&bench.directory, "a.policy", path));
	CHECK(strncmp(bench.error.message, want, strlen(want)) == 0);
}

TEST(a_circle_of_policies_and_a_chain_that_is_too_long_are_refused)
{
	BENCH(bench);
	char name[32], text[32];

	scratch_write(&bench.directory, "a.policy", "extends p\n");
	CHECK_INT(load_text(&bench, "extends a\n"), -ELOOP);
	CHECK(strstr(bench.error.message, "extends itself, directly or through others"));
	CHECK_INT(symlinkat("p.policy", bench.directory.fd, "alias.policy"), 0);
	CHECK_INT(load_text(&bench, "extends alias\n"), -ELOOP);
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "n%d.policy", i);
		snprintf(text, sizeof(text), "extends n%d\n", i + 1);
		scratch_write(&bench.directory, name, text);
	}
	scratch_write(&bench.directory, "n8.policy", "pids 5\n");
	CHECK_INT(load(&bench, "n0"), 0);
	CHECK_INT(remand_options_spec(bench.options)->pids, 5);
	scratch_write(&bench.directory, "n8.policy", "extends n9\n");
	scratch_write(&bench.directory, "n9.policy", "pids 5\n");
	CHECK_INT(load(&bench, "n0"), -EINVAL);
	CHECK(strstr(bench.error.message, "more than 8 deep"));
}

/* ---- where files may lie, and of which kind ---- */

TEST(a_name_is_never_looked_up_in_the_current_directory)
{
	static const char *const names[] = { "a/../b", ".", "..", ".hidden", "-x", "x y", "x\n" };
	BENCH(bench);
	SCRATCH(here, "/tmp");

	scratch_write(&here, "planted.policy", "time max\n");
	CHECK_INT(fchdir(here.fd), 0);
	CHECK_INT(load(&bench, "planted"), -ENOENT);
	CHECK(strstr(bench.error.message, "./planted.policy"));
	CHECK_INT(load(&bench, "./planted.policy"), 0);
	setenv("REMAND_POLICY_PATH", ".", 1);
	CHECK_INT(load(&bench, "planted"), -EINVAL);
	CHECK_STR(bench.error.message, "REMAND_POLICY_PATH: '.' is not an absolute path");
	setenv("REMAND_POLICY_PATH", "/nonexistent:", 1);
	CHECK_INT(load(&bench, "planted"), -EINVAL);
	setenv("REMAND_POLICY_PATH", bench.directory.path, 1);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		CHECK_ROW(load(&bench, names[i]) < 0, names[i]);
	CHECK_INT(chdir("/"), 0);
}

TEST(the_search_goes_from_the_variable_to_the_users_directory)
{
	BENCH(bench);
	SCRATCH(home, "/tmp");
	SCRATCH(second, "/tmp");
	char path[128], list[300];

	snprintf(list, sizeof(list), "/nonexistent:%s:%s", bench.directory.path, second.path);
	setenv("REMAND_POLICY_PATH", list, 1);
	setenv("HOME", home.path, 1);
	mkdirat(home.fd, ".config", 0755);
	mkdirat(home.fd, ".config/remand", 0755);
	mkdirat(home.fd, ".config/remand/policies", 0755);
	scratch_write(&home, ".config/remand/policies/q.policy", "pids 3\n");
	CHECK_INT(load(&bench, "q"), 0);
	CHECK_INT(remand_options_spec(bench.options)->pids, 3);
	scratch_write(&second, "q.policy", "pids 2\n");
	CHECK_INT(load(&bench, "q"), 0);
	CHECK_INT(remand_options_spec(bench.options)->pids, 2);
	scratch_write(&bench.directory, "q.policy", "pids 1\n");
	CHECK_INT(load(&bench, "q"), 0);
	CHECK_INT(remand_options_spec(bench.options)->pids, 1);
	setenv("REMAND_POLICY_PATH", "", 1);
	setenv("XDG_CONFIG_HOME", scratch_join(&second, "", path), 1);
	CHECK_INT(load(&bench, "q"), -ENOENT);
}

TEST(a_directory_that_cannot_be_looked_into_is_an_error_and_not_passed_over)
{
	BENCH(bench);
	SCRATCH(second, "/tmp");
	char path[128], list[300];

	snprintf(list, sizeof(list), "%s:%s", scratch_join(&bench.directory, "loop", path),
		second.path);
	setenv("REMAND_POLICY_PATH", list, 1);
	scratch_write(&second, "q.policy", "pids 2\n");
	CHECK_INT(load(&bench, "q"), 0);
	CHECK_INT(symlinkat("loop", bench.directory.fd, "loop"), 0);
	CHECK_INT(load(&bench, "q"), -ELOOP);
	CHECK(strstr(bench.error.message, path));
}

TEST(only_a_regular_file_of_a_sensible_size_is_a_policy)
{
	BENCH(bench);
	char path[128];

	mkdirat(bench.directory.fd, "d.policy", 0755);
	CHECK_INT(load(&bench, "d"), -EINVAL);
	mkfifoat(bench.directory.fd, "f.policy", 0644);
	CHECK_INT(load(&bench, "f"), -EINVAL);
	CHECK(strstr(bench.error.message, "not a regular file"));
	CHECK_INT(load(&bench, scratch_join(&bench.directory, "f.policy", path)), -EINVAL);
	CHECK_INT(load(&bench, "/dev/null"), -EINVAL);
	CHECK_INT(load(&bench, "/dev/zero"), -EINVAL);
	scratch_write(&bench.directory, "h.policy", "pids 1\n");
	CHECK_INT(truncate(scratch_join(&bench.directory, "h.policy", path), (1 << 20) + 1), 0);
	CHECK_INT(load(&bench, "h"), -EFBIG);
	CHECK_INT(truncate(path, 1 << 20), 0);
	CHECK_INT(load(&bench, "h"), -EINVAL);
	CHECK(strstr(bench.error.message, ":2:1: expected text without control characters"));
}

TEST(a_policy_that_others_can_write_is_refused)
{
	BENCH(bench);
	SCRATCH(home, "/tmp");

	scratch_write(&bench.directory, "p.policy", "pids 1\n");
	CHECK_INT(fchmodat(bench.directory.fd, "p.policy", 0646, 0), 0);
	CHECK_INT(load(&bench, "p"), -EACCES);
	CHECK(strstr(bench.error.message, "everybody can write to the policy"));
	if (geteuid() != 0)
		SKIP("only root can give files away");
	setenv("XDG_CONFIG_HOME", home.path, 1);
	mkdirat(home.fd, "remand", 0755);
	mkdirat(home.fd, "remand/policies", 0755);
	scratch_write(&home, "remand/policies/q.policy", "pids 1\n");
	CHECK_INT(load(&bench, "q"), 0);
	CHECK_INT(fchownat(home.fd, "remand/policies/q.policy", 4711, 4711, 0), 0);
	CHECK_INT(load(&bench, "q"), -EACCES);
	CHECK(strstr(bench.error.message, "belongs to the user 4711"));
}

/* However the path gets there, and whoever names the directory, in whatever order. */
TEST(a_policy_where_the_program_can_write_is_refused)
{
	BENCH(bench);
	SCRATCH(work, "/tmp");
	char path[128], way[200], line[256];

	scratch_write(&work, "p.policy", "pids 1\n");
	mkdirat(work.fd, "sub", 0755);
	scratch_write(&work, "sub/p.policy", "pids 1\n");
	CHECK_INT(load(&bench, scratch_join(&work, "p.policy", path)), 0);
	CHECK_INT(set(&bench, "work", work.path), 0);
	CHECK_INT(load(&bench, path), -EACCES);
	CHECK(strstr(bench.error.message, "a program must not choose"));
	CHECK_INT(load(&bench, scratch_join(&work, "sub/../p.policy", path)), -EACCES);
	CHECK_INT(load(&bench, scratch_join(&work, "sub/p.policy", path)), -EACCES);
	CHECK_INT(symlinkat(path, bench.directory.fd, "link.policy"), 0);
	CHECK_INT(load(&bench, "link"), -EACCES);
	snprintf(way, sizeof(way), "%s/%s", bench.directory.path, "../../tmp");
	snprintf(line, sizeof(line), "%s/%s/p.policy", way, strrchr(work.path, '/') + 1);
	CHECK_INT(load(&bench, line), -EACCES);
	setenv("REMAND_POLICY_PATH", work.path, 1);
	CHECK_INT(load(&bench, "p"), -EACCES);
	setenv("REMAND_POLICY_PATH", bench.directory.path, 1);
	snprintf(line, sizeof(line), "extends %s\n", path);
	CHECK_INT(load_text(&bench, line), -EACCES);
}

TEST(a_writable_bind_is_no_place_for_a_policy_either)
{
	BENCH(bench);
	SCRATCH(work, "/tmp");
	char path[128], value[160];

	scratch_write(&work, "p.policy", "pids 1\n");
	scratch_join(&work, "p.policy", path);
	snprintf(value, sizeof(value), "%s:/x", work.path);
	CHECK_INT(set(&bench, "bind", value), 0);
	CHECK_INT(load(&bench, path), 0);
	snprintf(value, sizeof(value), "%s:/x:rw", path);
	CHECK_INT(set(&bench, "bind", value), 0);
	CHECK_INT(load(&bench, path), -EACCES);
	snprintf(value, sizeof(value), "bind %s:/x:rw\n", work.path);
	scratch_write(&bench.directory, "q.policy", value);
	CHECK_INT(load(&bench, "q"), 0);
	snprintf(value, sizeof(value), "bind .:/x:rw\n");
	scratch_write(&bench.directory, "r.policy", value);
	CHECK_INT(load(&bench, "r"), -EACCES);
}

TEST(rules_are_checked_when_they_are_set)
{
	BENCH(bench);

	CHECK_INT(set(&bench, "deny", "(ENOSYS) clone3, io_uring_*"), 0);
	CHECK_INT(set(&bench, "allow", "@basic-io"), 0);
	CHECK_INT(set(&bench, "kill", "ptrace"), 0);
	CHECK_INT(set(&bench, "log", "openat"), 0);
	CHECK_INT(set(&bench, "deny", "opne"), -EINVAL);
	CHECK_STR(bench.error.message, "--deny: system call rule: there is no system call "
				       "\"opne\", did you mean \"open\"?");
	CHECK_INT(bench.error.stage, REMAND_STAGE_SPEC);
	CHECK_INT(set(&bench, "allow", "(EPERM) read"), -EINVAL);
	CHECK_INT(remand_options_spec(bench.options)->rules_count, 4);
	CHECK_INT(remand_options_spec(bench.options)->rules[0].action, REMAND_ACTION_DENY);
	CHECK_INT(remand_options_spec(bench.options)->rules[3].action, REMAND_ACTION_LOG);
}

/* ---- what other programs ask about policies ---- */

TEST(what_a_filter_answers_can_be_asked_by_every_client)
{
	static const struct {
		const char *call, *text;
		bool allowed;
	} rows[] = {
		{ "read", "allow", true },
		{ "mkdir", "EPERM", false },
		{ "ptrace", "kill", false },
		{ "socket", "by arguments", false },
		{ "socket(AF_UNIX, SOCK_STREAM, 0)", "allow", true },
	};
	BENCH(bench);
	struct remand_answer answer;

	CHECK_INT(set(&bench, "deny", "mkdir"), 0);
	CHECK_INT(set(&bench, "kill", "ptrace"), 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		CHECK_INT(remand_policy_test(
				  remand_options_spec(bench.options), rows[i].call, &answer, NULL),
			0);
		CHECK_STR(answer.text, rows[i].text);
		CHECK_ROW(answer.allowed == rows[i].allowed, rows[i].call);
	}
	CHECK_INT(remand_policy_test(
			  remand_options_spec(bench.options), "no_such", &answer, &bench.error),
		-EINVAL);
	CHECK_STR(bench.error.message, "'no_such' is no system call of this architecture");
	CHECK_INT(remand_policy_test(remand_options_spec(bench.options), "no_such", &answer, NULL),
		-EINVAL);
}

TEST(policies_and_groups_can_be_read_by_every_client)
{
	BENCH(bench);
	char *text;

	scratch_write(&bench.directory, "mine.policy", "time 1s\n# \033[31m\n");
	CHECK_INT(remand_policy_list(&text, &bench.error), 0);
	CHECK(strncmp(text, "default          built in\nmine ", 30) == 0);
	free(text);
	CHECK_INT(remand_policy_show("mine", &text, &bench.error), 0);
	CHECK(strstr(text, "\ntime 1s\n# ?[31m\n"));
	free(text);
	CHECK_INT(remand_policy_show("@swap", &text, &bench.error), 0);
	CHECK_STR(text, "# @swap: swap space\nswapoff\nswapon\n");
	free(text);
	CHECK_INT(remand_policy_show("@none", &text, &bench.error), -ENOENT);
	CHECK(!text && strstr(bench.error.message, "the groups are @default, @aio"));
	CHECK_INT(remand_policy_show("none", &text, NULL), -ENOENT);
	CHECK(!text);
}
