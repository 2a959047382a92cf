/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resource limits: their names, and the set that every target starts with. */
#include "rlimits.h"

#include <errno.h>

#include "table.h"

TEST(every_resource_limit_of_the_kernel_has_a_name_that_leads_back_to_it)
{
	for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
		int resource = -1;

		CHECK(rlimits_name(i));
		CHECK_INT(rlimits_find(rlimits_name(i), &resource), 0);
		CHECK_INT(resource, i);
	}
	CHECK(!rlimits_name(-1) && !rlimits_name(RLIM_NLIMITS) && !rlimits_name(1 << 30));
}

TEST(names_are_those_of_prlimit_and_nothing_else_is_one)
{
	static const struct {
		const char *name;
		int resource;
	} rows[] = {
		{ "as", RLIMIT_AS },
		{ "core", RLIMIT_CORE },
		{ "cpu", RLIMIT_CPU },
		{ "nofile", RLIMIT_NOFILE },
		{ "nproc", RLIMIT_NPROC },
		{ "stack", RLIMIT_STACK },
		{ "fsize", RLIMIT_FSIZE },
		{ "memlock", RLIMIT_MEMLOCK },
	};
	static const char *const unknown[] = { "", "AS", "RLIMIT_AS", "nofiles", "a", "core " };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int resource = -1;

		CHECK_INT(rlimits_find(rows[i].name, &resource), 0);
		CHECK_ROW(resource == rows[i].resource, rows[i].name);
	}
	for (size_t i = 0; i < COUNT_OF(unknown); i++) {
		int resource = 4711;

		CHECK_ROW(rlimits_find(unknown[i], &resource) == -ENOENT, unknown[i]);
		CHECK_INT(resource, 4711);
	}
}

TEST(the_limits_of_the_spec_become_soft_and_hard_limits)
{
	const struct remand_spec spec = {
		.output_bytes = 1000,
		.open_files = 17,
		.stack_bytes = REMAND_UNLIMITED,
	};
	struct rlimit_entry limits[RLIM_NLIMITS];

	rlimits_fill(&spec, &spec, limits);
	CHECK_INT(limits[RLIMIT_FSIZE].value.rlim_cur, 1000);
	CHECK_INT(limits[RLIMIT_FSIZE].value.rlim_max, 1000);
	CHECK_INT(limits[RLIMIT_NOFILE].value.rlim_cur, 17);
	CHECK_INT(limits[RLIMIT_NOFILE].value.rlim_max, 17);
	CHECK(limits[RLIMIT_STACK].value.rlim_cur == RLIM_INFINITY);
	CHECK(limits[RLIMIT_STACK].value.rlim_max == RLIM_INFINITY);
	CHECK(limits[RLIMIT_FSIZE].wanted && limits[RLIMIT_NOFILE].wanted);
	CHECK(limits[RLIMIT_STACK].wanted);
}

TEST(no_core_dumps_and_no_real_time_unless_asked_for)
{
	const struct remand_spec spec = { .open_files = 17 };
	struct rlimit_entry limits[RLIM_NLIMITS];

	rlimits_fill(&spec, &spec, limits);
	/* 1 forbids files like 0 and also the helper of a core_pattern that is a pipe: core(5). */
	CHECK_INT(limits[RLIMIT_CORE].value.rlim_cur, 1);
	CHECK_INT(limits[RLIMIT_CORE].value.rlim_max, 1);
	CHECK_INT(limits[RLIMIT_RTPRIO].value.rlim_max, 0);
	CHECK_INT(limits[RLIMIT_NICE].value.rlim_max, 0);
	CHECK(limits[RLIMIT_AS].value.rlim_max == RLIM_INFINITY);
	CHECK(!limits[RLIMIT_CORE].wanted && !limits[RLIMIT_AS].wanted);
}

TEST(limits_by_name_override_the_others_and_the_last_one_wins)
{
	static const struct remand_rlimit rlimits[] = {
		{ RLIMIT_NOFILE, 5, 10 },
		{ RLIMIT_CORE, 1, REMAND_UNLIMITED },
		{ RLIMIT_NOFILE, 6, 11 },
	};
	const struct remand_spec spec = {
		.open_files = 17, .rlimits = rlimits, .rlimits_count = 3
	};
	struct rlimit_entry limits[RLIM_NLIMITS];

	rlimits_fill(&spec, &spec, limits);
	CHECK_INT(limits[RLIMIT_NOFILE].value.rlim_cur, 6);
	CHECK_INT(limits[RLIMIT_NOFILE].value.rlim_max, 11);
	CHECK_INT(limits[RLIMIT_CORE].value.rlim_cur, 1);
	CHECK(limits[RLIMIT_CORE].value.rlim_max == RLIM_INFINITY);
	CHECK(limits[RLIMIT_CORE].wanted);
}

TEST(the_limits_do_not_depend_on_those_of_the_caller)
{
	const struct remand_spec spec = { .output_bytes = 1, .open_files = 1, .stack_bytes = 1 };
	struct rlimit_entry before[RLIM_NLIMITS], after[RLIM_NLIMITS];
	struct rlimit core, changed;

	rlimits_fill(&spec, &spec, before);
	CHECK_INT(getrlimit(RLIMIT_CORE, &core), 0);
	changed = core;
	changed.rlim_cur = core.rlim_cur ? 0 : core.rlim_max;
	CHECK_INT(setrlimit(RLIMIT_CORE, &changed), 0);
	rlimits_fill(&spec, &spec, after);
	CHECK_INT(setrlimit(RLIMIT_CORE, &core), 0);
	for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
		CHECK_ROW(before[i].value.rlim_cur == after[i].value.rlim_cur, rlimits_name(i));
		CHECK_ROW(before[i].value.rlim_max == after[i].value.rlim_max, rlimits_name(i));
	}
}
