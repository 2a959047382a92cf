/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdict in words, and the counters beside it. */
#include "reason.h"

#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "table.h"

static const struct group_usage nothing_counted = {
	.cpu_ns = REMAND_UNKNOWN,
	.memory_peak_bytes = REMAND_UNKNOWN,
};

TEST(every_signal_from_1_to_64_has_a_name_of_its_own)
{
	char names[65][16];

	for (int i = 1; i <= 64; i++) {
		char buffer[16] = "";
		const char *name = reason_signal_name(i, buffer);

		CHECK(name && name[0]);
		CHECK(strlen(name) < sizeof(names[i]));
		CHECK_ROW(strncmp(name, "SIG", 3) != 0, name);
		snprintf(names[i], sizeof(names[i]), "%s", name);
		for (int j = 1; j < i; j++)
			CHECK_ROW(strcmp(names[j], names[i]) != 0, names[i]);
	}
}

TEST(signals_have_the_names_of_signal_7)
{
	static const struct {
		int signum;
		const char *name;
	} rows[] = {
		{ SIGHUP, "HUP" },
		{ SIGKILL, "KILL" },
		{ SIGSEGV, "SEGV" },
		{ SIGABRT, "ABRT" },
		{ SIGSYS, "SYS" },
		{ SIGXFSZ, "XFSZ" },
		{ SIGIO, "POLL" },
		{ SIGTERM, "TERM" },
		{ SIGFPE, "FPE" },
		{ 32, "32" },
		{ 34, "RTMIN+0" },
		{ 35, "RTMIN+1" },
		{ 64, "RTMIN+30" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char buffer[16];

		CHECK_STR(reason_signal_name(rows[i].signum, buffer), rows[i].name);
	}
}

TEST(a_system_call_has_its_name_and_an_unknown_number_has_none)
{
	static const struct {
		uint32_t architecture;
		int64_t number;
		const char *name;
	} rows[] = {
		{ SCMP_ARCH_X86_64, 41, "socket" },
		{ SCMP_ARCH_X86, 20, "getpid" },
		{ SCMP_ARCH_X86_64, 0x40000000 + 39, "getpid" },
		{ SCMP_ARCH_X86_64, 1000000, "(none)" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct remand_result result = { .denied_syscall = rows[i].number,
			.denied_architecture = rows[i].architecture };
		char *name = reason_syscall_name(result.denied_architecture, result.denied_syscall);

		CHECK_STR(name ? name : "(none)", rows[i].name);
		free(name);
	}
}

static struct remand_result result_of(enum remand_verdict verdict)
{
	struct remand_result result = {
		.verdict = verdict,
		.cpu_ns = 1500000000,
		.wall_ns = 2500000000,
		.memory_peak_bytes = 1000,
		.stdout_bytes = 11,
		.stderr_bytes = 3,
		.denied_syscall = -1,
	};

	for (int i = 0; i < REMAND_LIMIT_COUNT; i++)
		result.limits[i].limit = 10;
	result.limits[REMAND_LIMIT_TIME].limit = result.limits[REMAND_LIMIT_IDLE].limit =
		1000000000;
	result.limits[REMAND_LIMIT_WALL].limit = 2000000000;
	return result;
}

TEST(a_success_that_is_not_0_and_a_0_that_is_none_are_explained)
{
	struct remand_result ok = result_of(REMAND_VERDICT_OK);
	struct remand_result failed = result_of(REMAND_VERDICT_EXIT);
	struct group_usage usage = { 0 };

	ok.exit_code = 3;
	reason_fill(&ok, &usage);
	CHECK_STR(ok.reason, "exited with status 3, which is a success here");
	reason_fill(&failed, &usage);
	CHECK_STR(failed.reason, "exited with status 0, which is no success here");
}

TEST(each_verdict_is_explained_by_the_numbers_it_rests_on)
{
	static const struct {
		enum remand_verdict verdict;
		const char *reason;
		const char *evidence[3];
		uint64_t values[3];
	} rows[] = {
		{ REMAND_VERDICT_OK, "exited with status 0", { NULL }, { 0 } },
		{ REMAND_VERDICT_EXIT, "exited with status 3", { NULL }, { 0 } },
		{ REMAND_VERDICT_SIGNAL, "killed by SIGSEGV (Segmentation fault)", { NULL },
			{ 0 } },
		{ REMAND_VERDICT_TIME_LIMIT, "used 1.500 of 1.000 seconds of CPU time",
			{ "cpu.stat.usage_usec" }, { 1500000 } },
		{ REMAND_VERDICT_WALL_LIMIT, "ran for 2.500 of 2.000 seconds", { "wall_ns" },
			{ 2500000000 } },
		{ REMAND_VERDICT_IDLE_LIMIT, "used no CPU time for 1.000 seconds",
			{ "cpu.stat.usage_usec" }, { 1500000 } },
		{ REMAND_VERDICT_MEMORY_LIMIT, "used 1000 of 10 bytes",
			{ "memory.events.oom_kill" }, { 2 } },
		{ REMAND_VERDICT_OUTPUT_LIMIT, "wrote more than 10 bytes to a stream",
			{ "stdout_bytes", "stderr_bytes" }, { 11, 3 } },
		{ REMAND_VERDICT_CANCELLED, "cancelled by the caller", { NULL }, { 0 } },
		{ REMAND_VERDICT_NOT_STARTED, "cannot execute x", { NULL }, { 0 } },
		{ REMAND_VERDICT_INTERNAL_ERROR, "cannot execute x", { NULL }, { 0 } },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct remand_result result = result_of(rows[i].verdict);
		struct group_usage usage = { .cpu_ns = 1500000000, .oom_kill = 2 };
		size_t n = 0;

		result.exit_code = rows[i].verdict == REMAND_VERDICT_EXIT ? 3 : 0;
		result.signal = rows[i].verdict == REMAND_VERDICT_SIGNAL ? SIGSEGV : 0;
		snprintf(result.start_error.message, sizeof(result.start_error.message),
			"cannot execute x");
		reason_fill(&result, &usage);
		CHECK_STR(result.reason, rows[i].reason);
		for (; n < 3 && rows[i].evidence[n]; n++) {
			CHECK_ROW(n < result.evidence_count, rows[i].reason);
			CHECK_STR(result.evidence[n].name, rows[i].evidence[n]);
			CHECK_INT(result.evidence[n].value, rows[i].values[n]);
		}
		CHECK_INT(result.evidence_count, n);
	}
}

TEST(the_pids_limit_is_explained_by_the_refused_forks)
{
	struct remand_result result = result_of(REMAND_VERDICT_PIDS_LIMIT);
	struct group_usage usage = { .pids_max_events = 4 };

	reason_fill(&result, &usage);
	CHECK_STR(result.reason, "a fork beyond 10 processes and threads was refused");
	CHECK_INT(result.evidence_count, 1);
	CHECK_STR(result.evidence[0].name, "pids.events.max");
	CHECK_INT(result.evidence[0].value, 4);
}

TEST(refused_forks_are_evidence_whatever_the_verdict)
{
	struct remand_result result = result_of(REMAND_VERDICT_EXIT);
	struct group_usage usage = { .pids_max_events = 4 };

	reason_fill(&result, &usage);
	CHECK_INT(result.evidence_count, 1);
	CHECK_STR(result.evidence[0].name, "pids.events.max");
	CHECK_INT(result.evidence[0].value, 4);
}

TEST(a_file_that_grew_too_large_is_told_from_a_stream)
{
	struct remand_result result = result_of(REMAND_VERDICT_OUTPUT_LIMIT);

	result.signal = SIGXFSZ;
	result.stdout_bytes = REMAND_UNKNOWN;
	reason_fill(&result, &nothing_counted);
	CHECK_STR(result.reason, "a file would have become larger than 10 bytes");
	CHECK_INT(result.evidence_count, 1);
	CHECK_STR(result.evidence[0].name, "stderr_bytes");
}

TEST(memory_that_was_not_measured_is_not_made_up)
{
	struct remand_result result = result_of(REMAND_VERDICT_MEMORY_LIMIT);
	struct group_usage usage = { .oom_kill = 1 };

	result.memory_peak_bytes = REMAND_UNKNOWN;
	reason_fill(&result, &usage);
	CHECK_STR(result.reason, "the kernel's OOM killer ended it at 10 bytes");
}

TEST(a_denied_call_is_named_or_numbered)
{
	struct remand_result result = result_of(REMAND_VERDICT_DENIED);

	result.denied_syscall = SYS_ptrace;
	result.denied_architecture = seccomp_arch_native();
	reason_fill(&result, &nothing_counted);
	CHECK_STR(result.reason, "killed for the system call ptrace");
	CHECK_INT(result.evidence_count, 1);
	CHECK_STR(result.evidence[0].name, "denied.syscall");
	CHECK_INT(result.evidence[0].value, SYS_ptrace);

	result = result_of(REMAND_VERDICT_DENIED);
	result.denied_syscall = 1000000;
	result.denied_architecture = seccomp_arch_native();
	reason_fill(&result, &nothing_counted);
	CHECK_STR(result.reason, "killed for the system call number 1000000");
}

TEST(a_run_without_a_known_end_says_so_and_a_long_error_is_cut)
{
	struct remand_result result = result_of(REMAND_VERDICT_INTERNAL_ERROR);

	reason_fill(&result, &nothing_counted);
	CHECK_STR(result.reason, "the end of the program was not seen");
	memset(result.start_error.message, 'x', sizeof(result.start_error.message) - 1);
	reason_fill(&result, &nothing_counted);
	CHECK_INT(strlen(result.reason), sizeof(result.reason) - 1);
}

TEST(there_is_never_more_evidence_than_there_is_room)
{
	struct remand_result result = result_of(REMAND_VERDICT_OUTPUT_LIMIT);
	struct group_usage usage = { .pids_max_events = 1 };

	for (int i = 0; i < 20; i++)
		reason_fill(&result, &usage);
	CHECK_INT(result.evidence_count, REMAND_EVIDENCE_MAX);
}
