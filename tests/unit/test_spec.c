/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a spec becomes: defaults, versions of the struct, refusals in whole sentences. */
#include <errno.h>
#include <limits.h>
#include <sys/resource.h>

#include "scratch.h"
#include "spec.h"
#include "table.h"

static const char *const argv_true[] = { "true", NULL };

static struct remand_spec minimal(void)
{
	return (struct remand_spec){ .size = sizeof(struct remand_spec), .argv = argv_true };
}

TEST(zero_means_the_finite_defaults_of_the_policy_default)
{
	struct remand_spec spec = minimal(), got;

	CHECK_INT(spec_resolve(&spec, &got, NULL), 0);
	CHECK_INT(got.time_ns, INT64_C(10000000000));
	CHECK_INT(got.wall_ns, INT64_C(30000000000));
	CHECK_INT(got.memory_bytes, 512 << 20);
	CHECK_INT(got.pids, 64);
	CHECK_INT(got.output_bytes, 64 << 20);
	CHECK_INT(got.disk_bytes, 64 << 20);
	CHECK_INT(got.open_files, 256);
	CHECK_INT(got.stack_bytes, 8 << 20);
	CHECK_INT(got.grace_ns, 0);
	CHECK(got.idle_ns == REMAND_UNLIMITED);
	CHECK(got.cpus_milli == REMAND_UNLIMITED);
	CHECK_INT(got.ok_codes_count, 1);
	CHECK_INT(got.ok_codes[0], 0);
	CHECK_STR(got.hostname, "remand");
	CHECK_INT(got.isolation, REMAND_ISOLATION_FULL);
	CHECK(!got.best_effort && !got.user.given && !got.root);
	CHECK(!got.inherit_env && !got.pids_fatal && !got.devpts && !got.work && !got.cpuset &&
		!got.cgroup);
	CHECK_INT(got.network, REMAND_NETWORK_NONE);
	CHECK_INT(got.input.kind, REMAND_STREAM_DEFAULT);
	CHECK_INT(got.output.kind, REMAND_STREAM_DEFAULT);
	CHECK_INT(got.error.kind, REMAND_STREAM_DEFAULT);
}

TEST(what_was_given_is_kept_and_no_limit_stays_no_limit)
{
	struct remand_spec spec = minimal(), got;

	spec.time_ns = spec.wall_ns = spec.memory_bytes = spec.pids = REMAND_UNLIMITED;
	spec.output_bytes = spec.disk_bytes = spec.open_files = spec.stack_bytes = REMAND_UNLIMITED;
	spec.idle_ns = 5;
	spec.cpus_milli = 10;
	spec.nice = -20;
	CHECK_INT(spec_resolve(&spec, &got, NULL), 0);
	CHECK(got.time_ns == REMAND_UNLIMITED && got.wall_ns == REMAND_UNLIMITED);
	CHECK(got.memory_bytes == REMAND_UNLIMITED && got.pids == REMAND_UNLIMITED);
	CHECK(got.output_bytes == REMAND_UNLIMITED && got.disk_bytes == REMAND_UNLIMITED);
	CHECK(got.open_files == REMAND_UNLIMITED && got.stack_bytes == REMAND_UNLIMITED);
	CHECK_INT(got.idle_ns, 5);
	CHECK_INT(got.cpus_milli, 10);
	CHECK_INT(got.nice, -20);
}

TEST(pointers_of_a_spec_are_borrowed_and_the_spec_itself_is_not_touched)
{
	static const char *const env[] = { "A=1", NULL };
	static const struct remand_bind binds[] = { { "/usr", NULL, false } };
	struct remand_spec spec = minimal(), before, got;

	spec.env = env;
	spec.binds = binds;
	spec.binds_count = 1;
	before = spec;
	CHECK_INT(spec_resolve(&spec, &got, NULL), 0);
	CHECK(got.argv == argv_true && got.env == env && got.binds == binds);
	CHECK(memcmp(&before, &spec, sizeof(spec)) == 0);
}

TEST(a_spec_of_an_older_header_is_taken_and_what_it_lacks_is_default)
{
	struct remand_spec spec = minimal(), given, got;

	spec.pids = 7;
	spec.hostname = "poison";
	spec.size = offsetof(struct remand_spec, hostname);
	CHECK_INT(spec_copy(&spec, &given, NULL), 0);
	CHECK_INT(spec_resolve(&given, &got, NULL), 0);
	CHECK_INT(got.pids, 7);
	CHECK_STR(got.hostname, "remand");
	spec.size = offsetof(struct remand_spec, argv) + sizeof(spec.argv);
	CHECK_INT(spec_copy(&spec, &given, NULL), 0);
	CHECK_INT(spec_resolve(&given, &got, NULL), 0);
	CHECK_INT(got.pids, 64);
}

TEST(a_spec_of_a_newer_header_or_of_no_size_is_refused)
{
	static const size_t sizes[] = { 0, 1, sizeof(size_t), offsetof(struct remand_spec, argv),
		offsetof(struct remand_spec, argv) + 7, sizeof(struct remand_spec) + 1, 4096,
		SIZE_MAX };

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct remand_spec spec = minimal(), got = { .pids = 4711 };
		struct remand_error error;
		char want[128];

		spec.size = sizes[i];
		snprintf(want, sizeof(want),
			"the size field of the spec is %zu; set it to sizeof(struct remand_spec), "
			"%zu",
			sizes[i], sizeof(struct remand_spec));
		CHECK_INT(spec_copy(&spec, &got, &error), -EINVAL);
		CHECK_STR(error.message, want);
		CHECK_INT(error.stage, REMAND_STAGE_SPEC);
		CHECK_INT(got.pids, 4711);
	}
}

/* ---- refusals ---- */

static const char *const no_argv[] = { NULL };
static const char *const empty_argv[] = { "", NULL };
static const char *const env_without_value[] = { "A=1", "B", NULL };
static const char *const env_without_name[] = { "=1", NULL };
static const char *const env_empty[] = { "", NULL };
static const struct remand_file file_dot_dot[] = { { "/etc/passwd", ".." } };
static const struct remand_file file_path[] = { { "/etc/passwd", "a/b" } };
static const struct remand_file file_no_last[] = { { "/etc/", NULL } };
static const struct remand_file file_dot[] = { { "/etc/.", NULL } };
static const struct remand_collect collect_empty[] = { { "", NULL } };
static const struct remand_collect collect_absolute[] = { { "/etc/passwd", NULL } };
static const struct remand_bind bind_relative[] = { { "usr", NULL, false } };
static const struct remand_bind bind_root[] = { { "/usr", "/", false } };
static const struct remand_bind bind_dot_dot[] = { { "/usr", "/a/../b", false } };
static const struct remand_bind bind_dot[] = { { "/usr", "/a/.", false } };
static const struct remand_bind bind_doubled[] = { { "/usr", "/a//b", false } };
static const struct remand_bind bind_empty[] = { { "/usr", "", false } };
static const struct remand_tmpfs tmpfs_relative[] = { { "tmp", 0, 0 } };
static const struct remand_tmpfs tmpfs_root[] = { { "/", 0, 0 } };
static const struct remand_rlimit rlimit_unknown[] = { { 99, 1, 1 } };
static const struct remand_rlimit rlimit_negative[] = { { -1, 1, 1 } };
static const struct remand_rlimit rlimit_rss[] = { { RLIMIT_RSS, 1, 1 } };
static const struct remand_rlimit rlimit_soft[] = { { RLIMIT_CORE, 0, 0 }, { RLIMIT_CPU, 2, 1 } };

#define SPEC(...)                              \
	{                                      \
		.argv = argv_true, __VA_ARGS__ \
	}

static const struct remand_pass pass_low[] = { { 7, 2 } };
static const struct remand_pass pass_high[] = { { 7, 256 } };
static const struct remand_pass pass_twice[] = { { 7, 3 }, { 8, 3 } };

static const struct {
	struct remand_spec spec;
	const char *sentence; /* how it begins */
} refusals[] = {
	{ { .argv = NULL }, "no program to run was given" },
	{ { .argv = no_argv }, "no program to run was given" },
	{ { .argv = empty_argv }, "no program to run was given" },
	{ SPEC(.nice = 20), "nice 20 is not between -20 and 19" },
	{ SPEC(.nice = -21), "nice -21 is not between -20 and 19" },
	{ SPEC(.cpus_milli = 9), "cpus below 0.01 cannot be enforced" },
	{ SPEC(.memory_bytes = 65535), "memory below 64K cannot hold" },
	{ SPEC(.hostname = ""), "the host name must have 1 to 64 characters" },
	{ SPEC(.hostname = "0123456789012345678901234567890123456789012345678901234567890123x"),
		"the host name must have 1 to 64 characters" },
	{ SPEC(.ok_codes_count = 1), "ok_codes has a count, but no codes" },
	{ SPEC(.env = env_without_value), "the environment entry 'B' is not NAME=VALUE" },
	{ SPEC(.env = env_without_name), "the environment entry '=1' is not NAME=VALUE" },
	{ SPEC(.env = env_empty), "the environment entry '' is not NAME=VALUE" },
	{ SPEC(.files = file_dot_dot, .files_count = 1),
		"file '/etc/passwd': '..' is not a plain file name" },
	{ SPEC(.files = file_path, .files_count = 1),
		"file '/etc/passwd': 'a/b' is not a plain file name" },
	{ SPEC(.files = file_no_last, .files_count = 1),
		"file '/etc/': '' is not a plain file name" },
	{ SPEC(.files = file_dot, .files_count = 1),
		"file '/etc/.': '.' is not a plain file name" },
	{ SPEC(.collects = collect_empty, .collects_count = 1),
		"collect '': the name must be a path below /box" },
	{ SPEC(.collects = collect_absolute, .collects_count = 1),
		"collect '/etc/passwd': the name must be a path below /box" },
	{ SPEC(.binds = bind_relative, .binds_count = 1),
		"bind 'usr': 'usr' cannot be a place in the cell; it must be absolute" },
	{ SPEC(.binds = bind_root, .binds_count = 1), "bind '/usr': '/' cannot be a place" },
	{ SPEC(.binds = bind_dot_dot, .binds_count = 1),
		"bind '/usr': '/a/../b' cannot be a place" },
	{ SPEC(.binds = bind_dot, .binds_count = 1), "bind '/usr': '/a/.' cannot be a place" },
	{ SPEC(.binds = bind_doubled, .binds_count = 1), "bind '/usr': '/a//b' cannot be a place" },
	{ SPEC(.binds = bind_empty, .binds_count = 1), "bind '/usr': '' cannot be a place" },
	{ SPEC(.tmpfs = tmpfs_relative, .tmpfs_count = 1), "tmpfs 'tmp': not a place in the cell" },
	{ SPEC(.tmpfs = tmpfs_root, .tmpfs_count = 1), "tmpfs '/': not a place in the cell" },
	{ SPEC(.rlimits = rlimit_unknown, .rlimits_count = 1),
		"there is no resource limit number 99" },
	{ SPEC(.rlimits = rlimit_negative, .rlimits_count = 1),
		"there is no resource limit number -1" },
	{ SPEC(.rlimits = rlimit_rss, .rlimits_count = 1),
		"the resource limit rss has no effect on Linux; use --memory" },
	{ SPEC(.rlimits = rlimit_soft, .rlimits_count = 2),
		"resource limit cpu: the soft limit is above the hard limit" },
	{ SPEC(.input = { .kind = REMAND_STREAM_CAPTURE }),
		"stdin can be neither captured nor merged" },
	{ SPEC(.input = { .kind = REMAND_STREAM_MERGE }),
		"stdin can be neither captured nor merged" },
	{ SPEC(.output = { .kind = REMAND_STREAM_MERGE }),
		"only stderr can be merged, into stdout" },
	{ SPEC(.output = { .kind = REMAND_STREAM_BYTES }), "only stdin can be fed with bytes" },
	{ SPEC(.error = { .kind = REMAND_STREAM_BYTES }), "only stdin can be fed with bytes" },
	{ SPEC(.input = { .kind = REMAND_STREAM_BYTES, .length = 1 }),
		"stdin of the kind BYTES has a length, but no data" },
	{ SPEC(.passes = pass_low, .passes_count = 1),
		"descriptor 7 cannot be passed on as 2; expected 3 to open_files - 1" },
	{ SPEC(.passes = pass_high, .passes_count = 1),
		"descriptor 7 cannot be passed on as 256; expected 3 to open_files - 1" },
	{ SPEC(.passes = pass_twice, .passes_count = 2),
		"descriptors 7 and 8 cannot both be passed on as 3" },
};

TEST(nonsense_is_refused_with_a_sentence_that_names_it)
{
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		struct remand_spec spec = refusals[i].spec, got = { .pids = 4711 };
		const char *sentence = refusals[i].sentence;
		struct remand_error error = { 0 };

		spec.size = sizeof(spec);
		CHECK_ROW(spec_resolve(&spec, &got, &error) == -EINVAL, sentence);
		CHECK_ROW(strncmp(error.message, sentence, strlen(sentence)) == 0, sentence);
		CHECK_ROW(error.stage == REMAND_STAGE_SPEC, sentence);
		CHECK_ROW(got.pids == 4711, sentence);
		CHECK_ROW(spec_resolve(&spec, &got, NULL) == -EINVAL, sentence);
	}
}

TEST(the_values_at_the_edge_of_the_refused_ones_are_accepted)
{
	static const struct remand_file files[] = { { "/etc/passwd", NULL }, { "x", "..." },
		{ "a/b", ".hidden" } };
	static const struct remand_collect collects[] = { { "a/b", NULL } };
	static const struct remand_bind binds[] = { { "/usr", NULL, false },
		{ "a/b", "/..a/.b", true } };
	static const struct remand_tmpfs tmpfs[] = { { "/a", 0, 0 } };
	static const struct remand_rlimit rlimits[] = { { RLIMIT_CPU, 1, 1 },
		{ RLIMIT_CORE, REMAND_UNLIMITED, REMAND_UNLIMITED } };
	static const char *const env[] = { "A=", "B==", NULL };
	static const struct remand_spec specs[] = {
		SPEC(.nice = 19),
		SPEC(.cpus_milli = 10),
		SPEC(.memory_bytes = 65536),
		SPEC(.hostname =
				"0123456789012345678901234567890123456789012345678901234567890123"),
		SPEC(.env = env),
		SPEC(.files = files, .files_count = COUNT_OF(files)),
		SPEC(.collects = collects, .collects_count = 1),
		SPEC(.binds = binds, .binds_count = COUNT_OF(binds)),
		SPEC(.tmpfs = tmpfs, .tmpfs_count = 1),
		SPEC(.rlimits = rlimits, .rlimits_count = COUNT_OF(rlimits)),
		SPEC(.output = { .kind = REMAND_STREAM_CAPTURE },
			.error = { .kind = REMAND_STREAM_MERGE }),
	};

	for (size_t i = 0; i < COUNT_OF(specs); i++) {
		struct remand_spec spec = specs[i], got;
		struct remand_error error = { 0 };

		spec.size = sizeof(spec);
		spec_resolve(&spec, &got, &error);
		CHECK_STR(error.message, "");
	}
}

/* ---- pointers that must not be NULL ---- */

static int resolve(void *spec)
{
	struct remand_spec got;

	return spec_resolve(spec, &got, NULL) == -EINVAL ? 0 : 1;
}

TEST(a_list_entry_without_its_required_string_is_refused_and_not_followed)
{
	static const struct remand_file file[] = { { NULL, NULL } };
	static const struct remand_bind bind[] = { { NULL, NULL, false } };
	static const struct remand_tmpfs tmpfs[] = { { NULL, 0, 0 } };
	static const struct remand_collect collect[] = { { NULL, NULL } };
	static const struct {
		const char *what;
		struct remand_spec spec;
	} rows[] = {
		{ "file", SPEC(.files = file, .files_count = 1) },
		{ "bind", SPEC(.binds = bind, .binds_count = 1) },
		{ "tmpfs", SPEC(.tmpfs = tmpfs, .tmpfs_count = 1) },
		{ "collect", SPEC(.collects = collect, .collects_count = 1) },
		{ "stdin", SPEC(.input = { .kind = REMAND_STREAM_PATH }) },
		{ "stdout", SPEC(.output = { .kind = REMAND_STREAM_PATH }) },
		{ "stderr", SPEC(.error = { .kind = REMAND_STREAM_PATH }) },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct remand_spec spec = rows[i].spec;

		spec.size = sizeof(spec);
		CHECK_ROW(scratch_child(resolve, &spec) == 0, rows[i].what);
	}
}
