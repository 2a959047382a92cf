/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every option of the table with values that it takes and values that it refuses. */
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "options.h"
#include "table.h"

static void options_cleanup(struct remand_options **options)
{
	*options = remand_options_free(*options);
}

#define OPTIONS __attribute__((cleanup(options_cleanup))) struct remand_options

#define FIELD(name) offsetof(struct remand_spec, name)
#define MIB         (UINT64_C(1) << 20)
#define S           UINT64_C(1000000000)

/* ---- values that are numbers ---- */

static const struct {
	const char *name, *value;
	size_t offset;
	uint64_t want;
} numbers[] = {
	{ "time", "1.5s", FIELD(time_ns), S + S / 2 },
	{ "time", "10", FIELD(time_ns), 10 * S },
	{ "time", "1ns", FIELD(time_ns), 1 },
	{ "time", "max", FIELD(time_ns), REMAND_UNLIMITED },
	{ "wall", "2m", FIELD(wall_ns), 120 * S },
	{ "wall", "max", FIELD(wall_ns), REMAND_UNLIMITED },
	{ "idle", "300ms", FIELD(idle_ns), 300000000 },
	{ "idle", "max", FIELD(idle_ns), REMAND_UNLIMITED },
	{ "memory", "256M", FIELD(memory_bytes), 256 * MIB },
	{ "memory", "1.5GiB", FIELD(memory_bytes), 1536 * MIB },
	{ "memory", "max", FIELD(memory_bytes), REMAND_UNLIMITED },
	{ "pids", "1", FIELD(pids), 1 },
	{ "pids", "064", FIELD(pids), 64 },
	{ "pids", "max", FIELD(pids), REMAND_UNLIMITED },
	{ "cpus", "0.5", FIELD(cpus_milli), 500 },
	{ "cpus", "2", FIELD(cpus_milli), 2000 },
	{ "cpus", "1.250", FIELD(cpus_milli), 1250 },
	{ "cpus", "0.001", FIELD(cpus_milli), 1 },
	{ "cpus", "max", FIELD(cpus_milli), REMAND_UNLIMITED },
	{ "output", "1KB", FIELD(output_bytes), 1000 },
	{ "output", "1", FIELD(output_bytes), 1 },
	{ "output", "max", FIELD(output_bytes), REMAND_UNLIMITED },
	{ "disk", "64M", FIELD(disk_bytes), 64 * MIB },
	{ "disk", "max", FIELD(disk_bytes), REMAND_UNLIMITED },
	{ "open-files", "3", FIELD(open_files), 3 },
	{ "open-files", "max", FIELD(open_files), REMAND_UNLIMITED },
	{ "stack", "8M", FIELD(stack_bytes), 8 * MIB },
	{ "stack", "max", FIELD(stack_bytes), REMAND_UNLIMITED },
	{ "grace", "0", FIELD(grace_ns), 0 },
	{ "grace", "100ms", FIELD(grace_ns), 100000000 },
};

TEST(numbers_with_units_arrive_in_their_field)
{
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		OPTIONS *options = NULL;
		char row[64];
		uint64_t got;

		snprintf(row, sizeof(row), "%s %s", numbers[i].name, numbers[i].value);
		CHECK_INT(remand_options_new(&options), 0);
		CHECK_ROW(remand_options_set(options, numbers[i].name, numbers[i].value, NULL) == 0,
			row);
		memcpy(&got, (const char *)remand_options_spec(options) + numbers[i].offset,
			sizeof(got));
		CHECK_ROW(got == numbers[i].want, row);
	}
}

/* ---- values that are words ---- */

static const struct {
	const char *name, *value;
	size_t offset;
} words[] = {
	{ "cpuset", "0-1,3", FIELD(cpuset) },
	{ "cpuset", "0", FIELD(cpuset) },
	{ "root", "some/image", FIELD(root) },
	{ "work", "some/dir", FIELD(work) },
	{ "work", "with:colon", FIELD(work) },
	{ "seccomp", "profile.json", FIELD(seccomp) },
	{ "hostname", "judge-7", FIELD(hostname) },
	{ "chdir", "/box/a b", FIELD(directory) },
	{ "argv0", "-sh", FIELD(argv0) },
	{ "cgroup", "/sys/fs/cgroup/x", FIELD(cgroup) },
};

TEST(a_user_is_a_uid_and_the_same_gid_or_its_own)
{
	OPTIONS *options = NULL;
	const struct remand_user *user;

	CHECK_INT(remand_options_new(&options), 0);
	user = &remand_options_spec(options)->user;
	CHECK(!user->given);
	CHECK_INT(remand_options_set(options, "user", "0", NULL), 0);
	CHECK(user->given && user->uid == 0 && user->gid == 0);
	CHECK_INT(remand_options_set(options, "user", "4294967294:7", NULL), 0);
	CHECK(user->uid == 4294967294U && user->gid == 7);
	CHECK_INT(remand_options_set(options, "isolation", "landlock", NULL), 0);
	CHECK_INT(remand_options_spec(options)->isolation, REMAND_ISOLATION_LANDLOCK);
}

TEST(words_arrive_in_their_field_unchanged)
{
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		OPTIONS *options = NULL;
		const char *got;

		CHECK_INT(remand_options_new(&options), 0);
		CHECK_ROW(remand_options_set(options, words[i].name, words[i].value, NULL) == 0,
			words[i].value);
		memcpy(&got, (const char *)remand_options_spec(options) + words[i].offset,
			sizeof(got));
		CHECK_STR(got, words[i].value);
	}
}

TEST(flags_are_off_until_named_and_then_on)
{
	OPTIONS *options = NULL;

	CHECK_INT(remand_options_new(&options), 0);
	CHECK(!remand_options_spec(options)->pids_fatal);
	CHECK(!remand_options_spec(options)->inherit_env);
	CHECK_INT(remand_options_set(options, "pids-fatal", NULL, NULL), 0);
	CHECK(remand_options_spec(options)->pids_fatal);
	CHECK(!remand_options_spec(options)->inherit_env);
	CHECK_INT(remand_options_set(options, "inherit-env", NULL, NULL), 0);
	CHECK(remand_options_spec(options)->inherit_env);
}

TEST(nice_takes_minus_20_to_19)
{
	for (int nice = -20; nice <= 19; nice++) {
		OPTIONS *options = NULL;
		char value[8];

		snprintf(value, sizeof(value), "%d", nice);
		CHECK_INT(remand_options_new(&options), 0);
		CHECK_INT(remand_options_set(options, "nice", value, NULL), 0);
		CHECK_INT(remand_options_spec(options)->nice, nice);
	}
}

TEST(exit_codes_that_are_ok_are_numbers_and_ranges_and_the_last_list_holds)
{
	OPTIONS *options = NULL;
	const struct remand_spec *spec;

	CHECK_INT(remand_options_new(&options), 0);
	spec = remand_options_spec(options);
	CHECK_INT(spec->ok_codes_count, 0);
	CHECK_INT(remand_options_set(options, "ok", "0-255", NULL), 0);
	CHECK_INT(spec->ok_codes_count, 256);
	CHECK_INT(remand_options_set(options, "ok", "3,0,3-5", NULL), 0);
	CHECK_INT(spec->ok_codes_count, 4);
	CHECK_INT(memcmp(spec->ok_codes, "\0\3\4\5", 4), 0);
	/* What was refused changes nothing. */
	CHECK_INT(remand_options_set(options, "ok", "7,256", NULL), -EINVAL);
	CHECK_INT(spec->ok_codes_count, 4);
}

TEST(network_is_none_or_host)
{
	OPTIONS *options = NULL;

	CHECK_INT(remand_options_new(&options), 0);
	CHECK_INT(remand_options_set(options, "network", "host", NULL), 0);
	CHECK_INT(remand_options_spec(options)->network, REMAND_NETWORK_HOST);
	CHECK_INT(remand_options_set(options, "network", "none", NULL), 0);
	CHECK_INT(remand_options_spec(options)->network, REMAND_NETWORK_NONE);
}

/* ---- values with parts ---- */

TEST(a_bind_has_a_source_a_destination_and_is_read_only_unless_rw)
{
	static const struct {
		const char *value, *source, *destination;
		bool writable;
	} rows[] = {
		{ "/usr", "/usr", NULL, false },
		{ "/usr:/opt", "/usr", "/opt", false },
		{ "/usr:rw", "/usr", NULL, true },
		{ "/usr:ro", "/usr", NULL, false },
		{ "/usr:/opt:rw", "/usr", "/opt", true },
		{ "/usr:/opt:ro", "/usr", "/opt", false },
		{ "rel:/rw", "rel", "/rw", false },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OPTIONS *options = NULL;
		const struct remand_bind *got;

		CHECK_INT(remand_options_new(&options), 0);
		CHECK_ROW(remand_options_set(options, "bind", rows[i].value, NULL) == 0,
			rows[i].value);
		got = remand_options_spec(options)->binds;
		CHECK_STR(got->source, rows[i].source);
		if (rows[i].destination)
			CHECK_STR(got->destination, rows[i].destination);
		else
			CHECK_ROW(!got->destination, rows[i].value);
		CHECK_ROW(got->writable == rows[i].writable, rows[i].value);
	}
}

TEST(a_file_and_a_collected_file_have_an_optional_second_name)
{
	OPTIONS *options = NULL;
	const struct remand_spec *spec;

	CHECK_INT(remand_options_new(&options), 0);
	CHECK_INT(remand_options_set(options, "file", "a/b.txt", NULL), 0);
	CHECK_INT(remand_options_set(options, "file", "a/b.txt:c.txt", NULL), 0);
	CHECK_INT(remand_options_set(options, "collect", "out/x", NULL), 0);
	CHECK_INT(remand_options_set(options, "collect", "out/x:/tmp/y:z", NULL), 0);
	spec = remand_options_spec(options);
	CHECK_STR(spec->files[0].source, "a/b.txt");
	CHECK(!spec->files[0].name);
	CHECK_STR(spec->files[1].source, "a/b.txt");
	CHECK_STR(spec->files[1].name, "c.txt");
	CHECK_STR(spec->collects[0].name, "out/x");
	CHECK(!spec->collects[0].path);
	CHECK_STR(spec->collects[1].name, "out/x");
	CHECK_STR(spec->collects[1].path, "/tmp/y:z");
}

TEST(a_tmpfs_has_an_optional_size)
{
	OPTIONS *options = NULL;
	const struct remand_tmpfs *tmpfs;

	CHECK_INT(remand_options_new(&options), 0);
	CHECK_INT(remand_options_set(options, "tmpfs", "/a", NULL), 0);
	CHECK_INT(remand_options_set(options, "tmpfs", "/b:1M", NULL), 0);
	CHECK_INT(remand_options_set(options, "tmpfs", "/c:max", NULL), 0);
	CHECK_INT(remand_options_set(options, "tmpfs", "/d:1M:17", NULL), 0);
	CHECK_INT(remand_options_set(options, "tmpfs", "/e:1M:max", NULL), 0);
	tmpfs = remand_options_spec(options)->tmpfs;
	CHECK_STR(tmpfs[0].destination, "/a");
	CHECK_INT(tmpfs[0].bytes, 0);
	CHECK_STR(tmpfs[1].destination, "/b");
	CHECK_INT(tmpfs[1].bytes, 1 << 20);
	CHECK(tmpfs[2].bytes == REMAND_UNLIMITED && tmpfs[2].inodes == 0);
	CHECK(tmpfs[3].bytes == 1 << 20 && tmpfs[3].inodes == 17);
	CHECK(tmpfs[4].inodes == REMAND_UNLIMITED);
}

TEST(a_resource_limit_is_soft_and_hard_or_both_in_one)
{
	OPTIONS *options = NULL;
	const struct remand_rlimit *got;

	CHECK_INT(remand_options_new(&options), 0);
	CHECK_INT(remand_options_set(options, "rlimit", "core=0", NULL), 0);
	CHECK_INT(remand_options_set(options, "rlimit", "as=1G:2G", NULL), 0);
	CHECK_INT(remand_options_set(options, "rlimit", "core=1:max", NULL), 0);
	got = remand_options_spec(options)->rlimits;
	CHECK(got[0].resource == RLIMIT_CORE && got[0].soft == 0 && got[0].hard == 0);
	CHECK(got[1].resource == RLIMIT_AS && got[1].soft == MIB << 10 && got[1].hard == MIB << 11);
	CHECK(got[2].resource == RLIMIT_CORE && got[2].soft == 1 &&
		got[2].hard == REMAND_UNLIMITED);
}

TEST(a_variable_is_given_as_it_is_or_taken_from_the_caller)
{
	OPTIONS *options = NULL;
	const char *const *env;

	CHECK_INT(setenv("REMAND_TEST_ENV", "a=b", 1), 0);
	CHECK_INT(setenv("REMAND_TEST_EMPTY", "", 1), 0);
	CHECK_INT(unsetenv("REMAND_TEST_UNSET"), 0);
	CHECK_INT(remand_options_new(&options), 0);
	CHECK_INT(remand_options_set(options, "env", "A=1", NULL), 0);
	CHECK_INT(remand_options_set(options, "env", "REMAND_TEST_ENV", NULL), 0);
	CHECK_INT(remand_options_set(options, "env", "REMAND_TEST_UNSET", NULL), 0);
	CHECK_INT(remand_options_set(options, "env", "REMAND_TEST_EMPTY", NULL), 0);
	CHECK_INT(remand_options_set(options, "env", "B=", NULL), 0);
	CHECK_INT(remand_options_set(options, "env", "C=x y=z", NULL), 0);
	env = remand_options_spec(options)->env;
	CHECK_STR(env[0], "A=1");
	CHECK_STR(env[1], "REMAND_TEST_ENV=a=b");
	CHECK_STR(env[2], "REMAND_TEST_EMPTY=");
	CHECK_STR(env[3], "B=");
	CHECK_STR(env[4], "C=x y=z");
	CHECK(!env[5]);
}

TEST(a_variable_that_the_caller_lacks_stays_unset_even_as_the_only_one)
{
	OPTIONS *options = NULL;

	CHECK_INT(unsetenv("REMAND_TEST_UNSET"), 0);
	CHECK_INT(remand_options_new(&options), 0);
	CHECK_INT(remand_options_set(options, "env", "REMAND_TEST_UNSET", NULL), 0);
	CHECK(!remand_options_spec(options)->env || !remand_options_spec(options)->env[0]);
}

TEST(a_stream_is_null_inherit_or_a_file_and_stderr_may_go_to_stdout)
{
	static const struct {
		const char *name, *value;
		size_t offset;
		enum remand_stream_kind kind;
		const char *path;
	} rows[] = {
		{ "stdin", "null", FIELD(input), REMAND_STREAM_NULL, NULL },
		{ "stdin", "inherit", FIELD(input), REMAND_STREAM_INHERIT, NULL },
		{ "stdin", "a/b", FIELD(input), REMAND_STREAM_PATH, "a/b" },
		{ "stdin", "./null", FIELD(input), REMAND_STREAM_PATH, "./null" },
		{ "stdin", "stdout", FIELD(input), REMAND_STREAM_PATH, "stdout" },
		{ "stdout", "null", FIELD(output), REMAND_STREAM_NULL, NULL },
		{ "stdout", "inherit", FIELD(output), REMAND_STREAM_INHERIT, NULL },
		{ "stdout", "x", FIELD(output), REMAND_STREAM_PATH, "x" },
		{ "stdout", "stdout", FIELD(output), REMAND_STREAM_PATH, "stdout" },
		{ "stderr", "null", FIELD(error), REMAND_STREAM_NULL, NULL },
		{ "stderr", "inherit", FIELD(error), REMAND_STREAM_INHERIT, NULL },
		{ "stderr", "stdout", FIELD(error), REMAND_STREAM_MERGE, NULL },
		{ "stderr", "./stdout", FIELD(error), REMAND_STREAM_PATH, "./stdout" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OPTIONS *options = NULL;
		struct remand_stream got;

		CHECK_INT(remand_options_new(&options), 0);
		CHECK_INT(remand_options_set(options, rows[i].name, rows[i].value, NULL), 0);
		memcpy(&got, (const char *)remand_options_spec(options) + rows[i].offset,
			sizeof(got));
		CHECK_ROW(got.kind == rows[i].kind, rows[i].value);
		CHECK_ROW(!got.path == !rows[i].path, rows[i].value);
		if (rows[i].path)
			CHECK_STR(got.path, rows[i].path);
	}
}

/* ---- refusals ---- */

#define NO_TIME    "is not a time; expected a number with ns, us, ms, s, m or h"
#define NO_SIZE    "is not a size; expected a whole number of bytes"
#define NO_COUNT   "is not a count; expected a whole number, or max"
#define NO_CPUS    "is not a number of CPUs; expected e.g. 2 or 0.5"
#define NO_LIMIT   "is not a limit; say max for no limit"
#define TOO_LARGE  "is too large; say max for no limit"
#define NO_CODES   "is not a list of exit codes; expected numbers from 0 to 255, e.g. 0,3-5"
#define NO_NICE    "is not a nice value; expected -20 to 19"
#define NO_BIND    "is not a bind; expected SRC, SRC:DST, SRC:rw or SRC:DST:rw"
#define NO_USER    "is not a user; expected numbers, UID or UID:GID"
#define NO_TMPFS   "is not a tmpfs; expected DST, DST:SIZE or DST:SIZE:INODES"
#define NO_RLIMIT  "is not a resource limit; expected NAME=SOFT[:HARD], numbers or max"
#define EMPTY_PART "has an empty part; expected "

static const struct {
	const char *name, *value, *sentence;
} refusals[] = {
	{ "time", "1x", NO_TIME },
	{ "time", "-1", NO_TIME },
	{ "time", "1M", NO_TIME },
	{ "time", " 1", NO_TIME },
	{ "time", "0.5ns", NO_TIME },
	{ "time", "0", NO_LIMIT },
	{ "time", "0.0s", NO_LIMIT },
	{ "time", "99999999999999999999", TOO_LARGE },
	{ "wall", "soon", NO_TIME },
	{ "wall", "0", NO_LIMIT },
	{ "idle", "1K", NO_TIME },
	{ "idle", "0ms", NO_LIMIT },
	{ "memory", "256m", NO_SIZE },
	{ "memory", "1s", NO_SIZE },
	{ "memory", "unlimited", NO_SIZE },
	{ "memory", "-1", NO_SIZE },
	{ "memory", "0.1", NO_SIZE },
	{ "memory", "0", NO_LIMIT },
	{ "memory", "18446744073709551615", TOO_LARGE },
	{ "memory", "16777216T", TOO_LARGE },
	{ "output", "1B", NO_SIZE },
	{ "output", "0K", NO_LIMIT },
	{ "disk", "all", NO_SIZE },
	{ "disk", "0", NO_LIMIT },
	{ "stack", "0x100", NO_SIZE },
	{ "stack", "0", NO_LIMIT },
	{ "pids", "1K", NO_COUNT },
	{ "pids", "1.0", NO_COUNT },
	{ "pids", "-1", NO_COUNT },
	{ "pids", "+1", NO_COUNT },
	{ "pids", "many", NO_COUNT },
	{ "pids", "0", NO_LIMIT },
	{ "pids", "99999999999999999999", TOO_LARGE },
	{ "open-files", "1K", NO_COUNT },
	{ "open-files", "0", NO_LIMIT },
	{ "cpus", "0", NO_LIMIT },
	{ "cpus", "0.000", NO_LIMIT },
	{ "cpus", "1ms", NO_CPUS },
	{ "cpus", "0.0001", NO_CPUS },
	{ "cpus", "-1", NO_CPUS },
	{ "cpus", "1.2.3", NO_CPUS },
	{ "cpus", ".", NO_CPUS },
	{ "cpus", "50%", NO_CPUS },
	{ "cpus", "99999999999999999999", TOO_LARGE },
	{ "cpuset", "a", "is not a list of CPUs; expected e.g. 0-1,3" },
	{ "cpuset", "0 1", "is not a list of CPUs; expected e.g. 0-1,3" },
	{ "cpuset", "0\n1", "is not a list of CPUs; expected e.g. 0-1,3" },
	{ "ok", "256", NO_CODES },
	{ "ok", "-1", NO_CODES },
	{ "ok", "+1", NO_CODES },
	{ "ok", "1-", NO_CODES },
	{ "ok", "5-3", NO_CODES },
	{ "ok", "1,", NO_CODES },
	{ "ok", ",1", NO_CODES },
	{ "ok", "1 2", NO_CODES },
	{ "ok", "1-2-3", NO_CODES },
	{ "ok", "0x1", NO_CODES },
	{ "ok", "0000", NO_CODES },
	{ "ok", "max", NO_CODES },
	{ "nice", "20", NO_NICE },
	{ "nice", "-21", NO_NICE },
	{ "nice", "+1", NO_NICE },
	{ "nice", " 1", NO_NICE },
	{ "nice", "1 ", NO_NICE },
	{ "nice", "-", NO_NICE },
	{ "nice", "--1", NO_NICE },
	{ "nice", "1.0", NO_NICE },
	{ "nice", "0x1", NO_NICE },
	{ "nice", "4294967296", NO_NICE },
	{ "nice", "99999999999999999999", NO_NICE },
	{ "grace", "max", "is not a finite time; expected a number with ns, us, ms, s, m or h" },
	{ "grace", "-1", "is not a finite time" },
	{ "grace", "1x", "is not a finite time" },
	{ "network", "HOST", "is not a network; expected none or host" },
	{ "network", "hostile", "is not a network; expected none or host" },
	{ "env", "=1", "has no name; expected NAME=VALUE or NAME" },
	{ "env", "=", "has no name; expected NAME=VALUE or NAME" },
	{ "file", ":", EMPTY_PART "SRC or SRC:NAME" },
	{ "file", "a:", EMPTY_PART "SRC or SRC:NAME" },
	{ "file", ":b", EMPTY_PART "SRC or SRC:NAME" },
	{ "collect", "a:", EMPTY_PART "NAME or NAME:FILE" },
	{ "collect", ":b", EMPTY_PART "NAME or NAME:FILE" },
	{ "bind", ":", NO_BIND },
	{ "bind", "/a:", NO_BIND },
	{ "bind", ":/a", NO_BIND },
	{ "bind", ":rw", NO_BIND },
	{ "bind", "/a::rw", NO_BIND },
	{ "bind", "/a:/b:", NO_BIND },
	{ "bind", "/a:/b:rwx", NO_BIND },
	{ "bind", "/a:/b:rw:ro", NO_BIND },
	{ "bind", "/a:/b:RW", NO_BIND },
	{ "tmpfs", ":1M", NO_TMPFS },
	{ "tmpfs", "/a:", NO_TMPFS },
	{ "tmpfs", "/a:0", NO_TMPFS },
	{ "tmpfs", "/a:big", NO_TMPFS },
	{ "tmpfs", "/a:1M:2M", NO_TMPFS },
	{ "tmpfs", "/a:1M:0", NO_TMPFS },
	{ "tmpfs", "/a:1M:", NO_TMPFS },
	{ "tmpfs", "/a::1", NO_TMPFS },
	{ "tmpfs", "/a:1M:1:1", NO_TMPFS },
	{ "rlimit", "core", NO_RLIMIT },
	{ "rlimit", "core=", NO_RLIMIT },
	{ "rlimit", "core=1:", NO_RLIMIT },
	{ "rlimit", "core=:1", NO_RLIMIT },
	{ "rlimit", "core=-1", NO_RLIMIT },
	{ "rlimit", "core=unlimited", NO_RLIMIT },
	{ "rlimit", "core=1:2:3", NO_RLIMIT },
	{ "rlimit", "cores=1", "names no resource limit; they are as, core, cpu, data" },
	{ "rlimit", "=1", "names no resource limit; they are as, core, cpu, data" },
	{ "rlimit", "CORE=1", "names no resource limit; they are as, core, cpu, data" },
	{ "rlimit", "rss=1M", "has no effect on Linux; use --memory" },
	{ "isolation", "Full", "is not an isolation; expected full, landlock or none" },
	{ "isolation", "cell", "is not an isolation; expected full, landlock or none" },
	{ "user", "box", NO_USER },
	{ "user", "-1", NO_USER },
	{ "user", "4294967295", NO_USER },
	{ "user", "99999999999", NO_USER },
	{ "user", "1:", NO_USER },
	{ "user", ":1", NO_USER },
	{ "user", "1:2:3", NO_USER },
	{ "user", " 1", NO_USER },
};

TEST(a_refused_value_is_quoted_with_its_option_and_what_was_expected)
{
	OPTIONS *options = NULL;

	CHECK_INT(remand_options_new(&options), 0);
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		struct remand_error error = { 0 };
		char want[256];

		snprintf(want, sizeof(want), "--%s: '%s' %s", refusals[i].name, refusals[i].value,
			refusals[i].sentence);
		CHECK_ROW(remand_options_set(
				  options, refusals[i].name, refusals[i].value, &error) == -EINVAL,
			want);
		if (strncmp(error.message, want, strlen(want)) != 0)
			CHECK_STR(error.message, want);
		CHECK_ROW(error.stage == REMAND_STAGE_SPEC, want);
	}
}

/* ---- the table is complete ---- */

static bool is_covered(const char *name)
{
	static const char *const elsewhere[] = { "pids-fatal", "inherit-env", "best-effort",
		"devpts", "stdin", "stdout", "stderr", /* and in test_options_policy.c: */ "policy",
		"allow", "deny", "kill", "log" };

	for (size_t i = 0; i < COUNT_OF(elsewhere); i++)
		if (strcmp(name, elsewhere[i]) == 0)
			return true;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(name, words[i].name) == 0)
			return true;
	for (size_t i = 0; i < COUNT_OF(refusals); i++)
		if (strcmp(name, refusals[i].name) == 0)
			return true;
	return false;
}

TEST(no_option_of_the_table_is_missing_in_these_tests)
{
	for (size_t i = 0; remand_option_at(i); i++)
		if (!remand_option_at(i)->command_only)
			CHECK_ROW(is_covered(remand_option_at(i)->name), remand_option_at(i)->name);
}
