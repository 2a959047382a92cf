/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report as JSON, read back by a JSON library, and as one line for people. */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "fd.h"
#include "remand.h"
#include "table.h"

static void json_cleanup(json_t **object)
{
	json_decref(*object);
}

#define JSON __attribute__((cleanup(json_cleanup))) json_t

static json_t *report(const struct remand_result *result)
{
	CLEANUP_FREE char *text = remand_result_json(result);

	return text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

static struct remand_result measured(void)
{
	struct remand_result result = {
		.id = "run-1a",
		.program = "./sol",
		.verdict = REMAND_VERDICT_EXIT,
		.reason = "exited with status 3",
		.started = true,
		.exited = true,
		.exit_code = 3,
		.raw_status = 0x300,
		.cpu_ns = 310215000,
		.user_ns = 300000000,
		.system_ns = 10215000,
		.wall_ns = 350000000,
		.memory_peak_bytes = 3 << 20,
		.pids_peak = 2,
		.stdout_bytes = 17,
		.stderr_bytes = 0,
		.root = { 11, 12, REMAND_UNKNOWN, 14, 15, 16, 17, 512, 1024 },
		.pressure_cpu_ns = 1,
		.pressure_memory_ns = 2,
		.pressure_io_ns = 3,
		.trustworthy_time = 1,
		.denied_syscall = -1,
	};

	for (int i = 0; i < REMAND_LIMIT_COUNT; i++)
		result.limits[i] =
			(struct remand_limit_report){ 100 + (uint64_t)i, REMAND_ENFORCER_CGROUP };
	return result;
}

static struct remand_result unmeasured(void)
{
	struct remand_result result = {
		.verdict = REMAND_VERDICT_NOT_STARTED,
		.raw_status = -1,
		.cpu_ns = REMAND_UNKNOWN,
		.user_ns = REMAND_UNKNOWN,
		.system_ns = REMAND_UNKNOWN,
		.wall_ns = REMAND_UNKNOWN,
		.memory_peak_bytes = REMAND_UNKNOWN,
		.pids_peak = REMAND_UNKNOWN,
		.stdout_bytes = REMAND_UNKNOWN,
		.stderr_bytes = REMAND_UNKNOWN,
		.pressure_cpu_ns = REMAND_UNKNOWN,
		.pressure_memory_ns = REMAND_UNKNOWN,
		.pressure_io_ns = REMAND_UNKNOWN,
		.trustworthy_time = -1,
		.denied_syscall = -1,
	};

	for (int i = 0; i < REMAND_LIMIT_COUNT; i++)
		result.limits[i].limit = REMAND_UNLIMITED;
	return result;
}

static const char *const members[] = { "schema", "id", "program", "verdict", "reason", "evidence",
	"exit_code", "sysexit", "signal", "core_dumped", "cpu_ns", "user_ns", "system_ns",
	"wall_ns", "memory_peak_bytes", "pids_peak", "stdout_bytes", "stderr_bytes", "root",
	"limits", "isolation", "policy", "pressure", "trustworthy_time", "denied", "start_error" };

TEST(every_member_of_the_schema_is_there_for_every_verdict)
{
	for (int verdict = 0; verdict <= REMAND_VERDICT_INTERNAL_ERROR; verdict++) {
		struct remand_result results[] = { measured(), unmeasured() };

		for (size_t i = 0; i < COUNT_OF(results); i++) {
			JSON *object = NULL;

			results[i].verdict = (enum remand_verdict)verdict;
			object = report(&results[i]);
			CHECK(object);
			for (size_t j = 0; j < COUNT_OF(members); j++)
				CHECK_ROW(json_object_get(object, members[j]), members[j]);
			CHECK_INT(json_integer_value(json_object_get(object, "schema")), 1);
			CHECK_STR(json_string_value(json_object_get(object, "verdict")),
				remand_verdict_name(results[i].verdict));
		}
	}
}

TEST(what_was_measured_is_reported_to_the_unit)
{
	static const struct {
		const char *name;
		json_int_t want;
	} rows[] = {
		{ "exit_code", 3 },
		{ "cpu_ns", 310215000 },
		{ "user_ns", 300000000 },
		{ "system_ns", 10215000 },
		{ "wall_ns", 350000000 },
		{ "memory_peak_bytes", 3 << 20 },
		{ "pids_peak", 2 },
		{ "stdout_bytes", 17 },
		{ "stderr_bytes", 0 },
	};
	struct remand_result result = measured();
	JSON *object = report(&result);
	json_t *pressure = json_object_get(object, "pressure");

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		json_t *value = json_object_get(object, rows[i].name);

		CHECK_ROW(json_is_integer(value), rows[i].name);
		CHECK_ROW(json_integer_value(value) == rows[i].want, rows[i].name);
	}
	CHECK_STR(json_string_value(json_object_get(object, "id")), "run-1a");
	CHECK_STR(json_string_value(json_object_get(object, "reason")), "exited with status 3");
	CHECK(json_is_true(json_object_get(object, "trustworthy_time")));
	CHECK(json_is_false(json_object_get(object, "core_dumped")));
	CHECK_INT(json_integer_value(json_object_get(pressure, "cpu_some_ns")), 1);
	CHECK_INT(json_integer_value(json_object_get(pressure, "memory_some_ns")), 2);
	CHECK_INT(json_integer_value(json_object_get(pressure, "io_some_ns")), 3);
}

TEST(what_was_not_measured_or_does_not_apply_is_null_and_never_0)
{
	static const char *const nulls[] = { "exit_code", "sysexit", "signal", "cpu_ns", "user_ns",
		"system_ns", "wall_ns", "memory_peak_bytes", "pids_peak", "stdout_bytes",
		"stderr_bytes", "trustworthy_time", "denied", "start_error", "raw_status",
		"collect_failed" };
	static const char *const pressures[] = { "cpu_some_ns", "memory_some_ns", "io_some_ns" };
	struct remand_result result = unmeasured();
	JSON *object = report(&result);

	for (size_t i = 0; i < COUNT_OF(nulls); i++)
		CHECK_ROW(json_is_null(json_object_get(object, nulls[i])), nulls[i]);
	for (size_t i = 0; i < COUNT_OF(pressures); i++)
		CHECK_ROW(json_is_null(json_object_get(
				  json_object_get(object, "pressure"), pressures[i])),
			pressures[i]);
	CHECK_INT(json_object_size(json_object_get(object, "evidence")), 0);
}

TEST(every_limit_is_an_option_word_with_its_value_and_what_enforced_it)
{
	struct remand_result result = measured();
	JSON *object = report(&result);
	json_t *limits = json_object_get(object, "limits"), *value;
	const char *name;

	CHECK_INT(json_object_size(limits), REMAND_LIMIT_COUNT);
	json_object_foreach(limits, name, value)
	{
		bool is_option = false;

		for (size_t i = 0; remand_option_at(i); i++)
			is_option |= strcmp(remand_option_at(i)->name, name) == 0;
		CHECK_ROW(is_option, name);
		CHECK_ROW(json_is_integer(json_object_get(value, "limit")), name);
		CHECK_STR(json_string_value(json_object_get(value, "enforced_by")), "cgroup");
	}
	value = json_object_get(limits, "memory");
	CHECK_INT(json_integer_value(json_object_get(value, "limit")), 100 + REMAND_LIMIT_MEMORY);
}

TEST(a_limit_that_is_switched_off_is_null_and_enforced_by_none)
{
	struct remand_result result = unmeasured();
	JSON *object = report(&result);
	json_t *time = json_object_get(json_object_get(object, "limits"), "time");

	CHECK(json_is_null(json_object_get(time, "limit")));
	CHECK_STR(json_string_value(json_object_get(time, "enforced_by")), "none");
}

TEST(what_enforces_a_limit_has_a_word)
{
	static const char *const words[] = { "none", "cgroup", "rlimit", "watch", "tmpfs" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		CHECK_STR(remand_enforcer_name((enum remand_enforcer)i), words[i]);
}

TEST(a_signal_is_reported_by_name_and_then_there_is_no_exit_code)
{
	struct remand_result result = unmeasured();
	JSON *object = NULL;

	result.verdict = REMAND_VERDICT_SIGNAL;
	result.signal = SIGSEGV;
	result.core_dumped = true;
	result.raw_status = SIGSEGV | 0x80;
	object = report(&result);
	CHECK_STR(json_string_value(json_object_get(object, "signal")), "SEGV");
	CHECK(json_is_null(json_object_get(object, "exit_code")));
	CHECK(json_is_true(json_object_get(object, "core_dumped")));
	CHECK_INT(json_integer_value(json_object_get(object, "raw_status")), SIGSEGV | 0x80);
}

TEST(exit_codes_of_sysexits_have_their_names_and_no_others)
{
	struct remand_result result = measured();
	int named = 0;

	for (int code = -1; code < 300; code++)
		named += remand_sysexit_name(code) != NULL;
	CHECK_INT(named, 15);
	CHECK_STR(remand_sysexit_name(64), "EX_USAGE");
	CHECK_STR(remand_sysexit_name(78), "EX_CONFIG");
	result.exited = true;
	for (result.exit_code = 63; result.exit_code < 66; result.exit_code++) {
		JSON *object = report(&result);
		const char *name = json_string_value(json_object_get(object, "sysexit"));

		if (result.exit_code == 63)
			CHECK(json_is_null(json_object_get(object, "sysexit")));
		else
			CHECK_STR(name, result.exit_code == 64 ? "EX_USAGE" : "EX_DATAERR");
	}
}

TEST(evidence_is_an_object_of_counters)
{
	struct remand_result result = measured();
	JSON *object = NULL;
	json_t *evidence;

	result.evidence[0] = (struct remand_evidence){ "memory.events.oom_kill", 1 };
	result.evidence[1] = (struct remand_evidence){ "pids.events.max", 7 };
	result.evidence_count = 2;
	object = report(&result);
	evidence = json_object_get(object, "evidence");
	CHECK_INT(json_object_size(evidence), 2);
	CHECK_INT(json_integer_value(json_object_get(evidence, "memory.events.oom_kill")), 1);
	CHECK_INT(json_integer_value(json_object_get(evidence, "pids.events.max")), 7);
}

TEST(a_denied_call_is_reported_with_its_name_and_six_arguments)
{
	struct remand_result result = measured();
	JSON *object = NULL;
	json_t *denied, *arguments;

	result.denied_syscall = SYS_socket;
	result.denied_arguments[0] = 2;
	result.denied_arguments[5] = UINT64_MAX;
	object = report(&result);
	denied = json_object_get(object, "denied");
	arguments = json_object_get(denied, "args");
	CHECK_STR(json_string_value(json_object_get(denied, "syscall")), "socket");
	CHECK_INT(json_integer_value(json_object_get(denied, "count")), 1);
	CHECK_INT(json_array_size(arguments), 6);
	CHECK_STR(json_string_value(json_array_get(arguments, 0)), "0x2");
	CHECK_STR(json_string_value(json_array_get(arguments, 5)), "0xffffffffffffffff");
}

TEST(a_denied_call_without_a_name_still_has_its_number)
{
	struct remand_result result = measured();
	JSON *object = NULL;
	json_t *denied;

	result.denied_syscall = 1000000;
	object = report(&result);
	denied = json_object_get(object, "denied");
	CHECK(json_is_null(json_object_get(denied, "syscall")));
	CHECK_INT(json_integer_value(json_object_get(denied, "number")), 1000000);
}

TEST(a_failed_start_is_reported_with_stage_errno_and_message)
{
	struct remand_result result = unmeasured();
	JSON *object = NULL;
	json_t *error;

	result.start_error = (struct remand_error){ REMAND_STAGE_EXEC, ENOENT, "cannot execute x" };
	object = report(&result);
	error = json_object_get(object, "start_error");
	CHECK_STR(json_string_value(json_object_get(error, "stage")), "exec");
	CHECK_STR(json_string_value(json_object_get(error, "errno")), "ENOENT");
	CHECK_STR(json_string_value(json_object_get(error, "message")), "cannot execute x");
	result.start_error.errnum = 0;
	json_decref(object);
	object = report(&result);
	CHECK(json_is_null(json_object_get(json_object_get(object, "start_error"), "errno")));
}

TEST(bytes_that_are_no_text_do_not_break_the_report)
{
	struct remand_result result = unmeasured();
	JSON *object = NULL;

	snprintf(result.reason, sizeof(result.reason), "a\xff\"\\\n\x01z");
	result.start_error = (struct remand_error){ REMAND_STAGE_EXEC, ENOENT, "\xc3(" };
	memset(result.collect_failed, 0x80, sizeof(result.collect_failed) - 1);
	object = report(&result);
	CHECK(object);
	for (size_t i = 0; i < COUNT_OF(members); i++)
		CHECK_ROW(json_object_get(object, members[i]), members[i]);
	CHECK_STR(json_string_value(json_object_get(object, "reason")), "a?\"\\\n\x01z");
	CHECK_STR(json_string_value(
			  json_object_get(json_object_get(object, "start_error"), "message")),
		"?(");
	CHECK(json_is_string(json_object_get(object, "collect_failed")));
}

TEST(the_json_report_is_one_line)
{
	struct remand_result result = measured();
	CLEANUP_FREE char *text = NULL;

	snprintf(result.reason, sizeof(result.reason), "two\nlines");
	text = remand_result_json(&result);
	CHECK(text && !strchr(text, '\n'));
}

TEST(the_callers_network_is_named_in_both_forms)
{
	struct remand_result result = measured();
	CLEANUP_FREE char *text = NULL;
	JSON *object = NULL;

	object = report(&result);
	CHECK_STR(json_string_value(json_object_get(object, "network")), "none");
	json_decref(object);
	result.network_host = true;
	object = report(&result);
	CHECK_STR(json_string_value(json_object_get(object, "network")), "host");
	text = remand_result_text(&result);
	CHECK(text && strstr(text, "NETWORK OF THE HOST"));
}

/* ---- one line for people ---- */

#define DOT " \302\267 "

static void check_text(const struct remand_result *result, const char *want)
{
	CLEANUP_FREE char *text = remand_result_text(result);

	CHECK_STR(text, want);
}

TEST(the_usage_of_the_root_process_is_an_object_and_a_line_of_its_own)
{
	struct remand_result result = measured(), nothing;
	JSON *object = report(&result);
	CLEANUP_FREE char *text = remand_usage_text(&result.root);
	const json_t *root = json_object_get(object, "root");

	CHECK_INT(json_object_size(root), 9);
	CHECK_INT(json_integer_value(json_object_get(root, "user_ns")), 11);
	CHECK_INT(json_integer_value(json_object_get(root, "system_ns")), 12);
	CHECK(json_is_null(json_object_get(root, "memory_peak_bytes")));
	CHECK_INT(json_integer_value(json_object_get(root, "minor_faults")), 14);
	CHECK_INT(json_integer_value(json_object_get(root, "major_faults")), 15);
	CHECK_INT(json_integer_value(json_object_get(root, "voluntary_switches")), 16);
	CHECK_INT(json_integer_value(json_object_get(root, "involuntary_switches")), 17);
	CHECK_INT(json_integer_value(json_object_get(root, "read_bytes")), 512);
	CHECK_INT(json_integer_value(json_object_get(root, "written_bytes")), 1024);
	CHECK_STR(text,
		"root process: user 0.00s" DOT "system 0.00s" DOT "faults 14 minor 15 major" DOT
		"switches 16 voluntary 17 involuntary" DOT "read 512B written 1.0K");
	remand_result_refused(&(struct remand_error){ 0 }, &nothing);
	json_decref(object);
	object = report(&nothing);
	CHECK(json_is_null(json_object_get(object, "root")));
	CHECK(!remand_usage_text(&nothing.root));
}

TEST(the_text_says_verdict_reason_and_usage)
{
	struct remand_result result = measured();

	check_text(&result, "exit: exited with status 3" DOT "cpu 0.31s" DOT "wall 0.35s" DOT
			    "memory 3.0M" DOT "program ./sol");
	result.evidence[0] = (struct remand_evidence){ "pids.events.max", 7 };
	result.evidence_count = 1;
	check_text(&result, "exit: exited with status 3 (pids.events.max 7)" DOT "cpu 0.31s" DOT
			    "wall 0.35s" DOT "memory 3.0M" DOT "program ./sol");
	result.evidence[1] = (struct remand_evidence){ "x", 1 };
	result.evidence_count = 2;
	result.memory_peak_bytes = 1023;
	snprintf(result.collect_failed, sizeof(result.collect_failed), "out: missing");
	check_text(&result, "exit: exited with status 3 (pids.events.max 7, x 1)" DOT
			    "cpu 0.31s" DOT "wall 0.35s" DOT "memory 1023B" DOT "program ./sol" DOT
			    "not collected: out: missing");
}

TEST(the_text_names_logged_calls_always_and_refused_ones_of_who_failed)
{
	struct remand_denial denials[] = {
		{ .action = REMAND_ACTION_DENY, .count = 2, .call = "mount()" },
		{ .action = REMAND_ACTION_LOG, .count = 1, .call = "socket()" },
		{ .action = REMAND_ACTION_LOG, .count = 3, .call = "bind()" },
		{ .action = REMAND_ACTION_LOG, .count = 1, .call = "listen()" },
		{ .action = REMAND_ACTION_LOG, .count = 1, .call = "accept()" },
	};
	struct remand_result result = measured();

	result.denials = denials;
	result.denials_count = 3;
	check_text(&result, "exit: exited with status 3" DOT "cpu 0.31s" DOT "wall 0.35s" DOT
			    "memory 3.0M" DOT "program ./sol" DOT "refused: mount() 2 times" DOT
			    "logged: socket(), bind() 3 times");
	result.verdict = REMAND_VERDICT_OK;
	result.denials_count = 5;
	check_text(&result,
		"ok: exited with status 3" DOT "cpu 0.31s" DOT "wall 0.35s" DOT "memory 3.0M" DOT
		"program ./sol" DOT "logged: socket(), bind() 3 times, listen() and 1 more");
}

TEST(the_text_of_a_memory_limit_has_both_sizes_in_units)
{
	struct remand_result result = measured();

	result.verdict = REMAND_VERDICT_MEMORY_LIMIT;
	result.memory_peak_bytes = result.limits[REMAND_LIMIT_MEMORY].limit = 256 << 20;
	result.evidence[0] = (struct remand_evidence){ "memory.events.oom_kill", 1 };
	result.evidence_count = 1;
	check_text(&result, "memory-limit: used 256.0M of 256.0M (memory.events.oom_kill 1)" DOT
			    "cpu 0.31s" DOT "wall 0.35s" DOT "memory 256.0M" DOT "program ./sol");
}

TEST(the_text_leaves_out_what_was_not_measured)
{
	struct remand_result result = unmeasured();

	snprintf(result.reason, sizeof(result.reason), "cannot execute x");
	check_text(&result, "not-started: cannot execute x");
}

TEST(the_text_of_a_memory_limit_makes_up_no_peak)
{
	struct remand_result result = unmeasured();

	result.verdict = REMAND_VERDICT_MEMORY_LIMIT;
	result.started = true;
	result.limits[REMAND_LIMIT_MEMORY].limit = 256 << 20;
	snprintf(
		result.reason, sizeof(result.reason), "the kernel's OOM killer ended it at 1 byte");
	check_text(&result, "memory-limit: the kernel's OOM killer ended it at 1 byte");
}

TEST(the_text_is_one_line_without_control_characters_whatever_the_reason_holds)
{
	struct remand_result result = unmeasured();
	CLEANUP_FREE char *text = NULL;

	/* Names of programs and files come from whoever is being judged. */
	snprintf(
		result.reason, sizeof(result.reason), "cannot execute a\nremand: ok\r\033[2Jb\x7f");
	snprintf(result.collect_failed, sizeof(result.collect_failed), "x\ny");
	text = remand_result_text(&result);
	CHECK(text);
	for (const char *c = text; *c; c++)
		CHECK(((unsigned char)*c >= 0x20 && *c != 0x7f));
}

TEST(clearing_a_result_releases_the_captures_and_can_be_done_twice)
{
	struct remand_result result = measured();

	result.output = (struct remand_capture){ malloc(8), 7, false };
	result.error = (struct remand_capture){ malloc(8), 7, false };
	remand_result_clear(&result);
	CHECK(!result.output.data && !result.error.data);
	CHECK_INT(result.output.length + result.error.length, 0);
	remand_result_clear(&result);
}
