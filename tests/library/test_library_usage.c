/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the root process used by itself, beside what its group did. */
#include <sys/mman.h>

#include "custody.h"

#define MIB (UINT64_C(1) << 20)

#define SPIN "i=0; while [ $i -lt 50000 ]; do i=$((i + 1)); done"

static uint64_t cpu_ns(const struct remand_usage *usage)
{
	return usage->user_ns + usage->system_ns;
}

TEST(the_usage_of_the_root_process_is_beside_that_of_the_group)
{
	/* What is forbidden to the program is not to us. */
	const struct remand_rule rule = { REMAND_ACTION_KILL, "getrusage" };
	const struct remand_spec alone = SPEC(.argv = SH(SPIN), .rules = &rule, .rules_count = 1);
	/* An orphan works, for whom the program waits, but not as wait(2) does. */
	const struct remand_spec beside =
		SPEC(.argv = SH("mkfifo f; ( ( " SPIN "; echo done >f ) & ); read said <f"));
	RESULT result = { 0 }, other = { 0 };

	CHECK_INT(custody_run(&alone, &result), 0);
	CHECK(remand_result_ok(&result));
	CHECK(cpu_ns(&result.root) > result.cpu_ns / 2);
	CHECK(result.root.minor_faults > 0 && result.root.minor_faults < 100000);
	CHECK(result.root.major_faults < 100000 && result.root.voluntary_switches < 100000);
	CHECK(result.root.involuntary_switches != REMAND_UNKNOWN);
	CHECK(result.root.read_bytes % 512 == 0 && result.root.written_bytes % 512 == 0);
	CHECK_INT(custody_run(&beside, &other), 0);
	CHECK(remand_result_ok(&other));
	CHECK(cpu_ns(&other.root) > 0 && cpu_ns(&other.root) < other.cpu_ns / 2);
}

TEST(the_root_process_has_a_usage_also_where_it_was_killed)
{
	const struct remand_spec spec =
		SPEC(.argv = SH(SPIN "; kill -KILL $$"), .isolation = REMAND_ISOLATION_NONE);
	const struct remand_spec missing = SPEC(.argv = ARGV("/missing"));
	RESULT result = { 0 }, none = { 0 };

	CHECK_INT(custody_run(&spec, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_SIGNAL);
	CHECK(cpu_ns(&result.root) > result.cpu_ns / 2);
	CHECK_INT(custody_run(&missing, &none), 0);
	CHECK(none.root.user_ns == REMAND_UNKNOWN && none.root.minor_faults == REMAND_UNKNOWN);
}

TEST(a_peak_that_may_be_the_callers_own_is_not_the_programs)
{
	const struct remand_spec spec =
		SPEC(.argv = ARGV("dd", "if=/dev/zero", "of=/dev/null", "bs=128M", "count=1"));
	RESULT small = { 0 }, large = { 0 };
	char *memory;

	CHECK_INT(custody_run(&spec, &small), 0);
	CHECK(small.root.memory_peak_bytes >= 128 * MIB &&
		small.root.memory_peak_bytes < 192 * MIB);
	memory = mmap(NULL, 256 * MIB, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	CHECK(memory != MAP_FAILED);
	CHECK_INT(custody_run(&spec, &large), 0);
	munmap(memory, 256 * MIB);
	CHECK(remand_result_ok(&large));
	CHECK(large.root.memory_peak_bytes == REMAND_UNKNOWN);
	CHECK(large.root.minor_faults > 0);
}
