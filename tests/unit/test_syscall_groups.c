/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The groups are complete, consistent and free of surprises. */
#include "syscall_groups.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "scratch.h"
#include "syscall_names.h"

static bool is_grouped(const char *name)
{
	const struct syscall_group *group;

	for (size_t i = 0; (group = syscall_groups_get(i)); i++)
		if (strcmp(group->name, "@known") != 0 && syscall_groups_hold(group, name))
			return true;
	return false;
}

static void check_architecture(uint32_t arch, int *ret_calls)
{
	*ret_calls = 0;
	for (int number = 0; number <= 1000; number++) {
		char *name = seccomp_syscall_resolve_num_arch(arch, number);

		if (!name)
			continue;
		++*ret_calls;
		if (!is_grouped(name))
			check_fail(__FILE__, __LINE__, "%s belongs to no group", name);
		if (!syscall_groups_hold(syscall_groups_find("@known"), name))
			check_fail(__FILE__, __LINE__, "%s is not in @known", name);
		free(name);
	}
}

TEST(every_call_that_libseccomp_knows_belongs_to_a_group)
{
	static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_AARCH64, SCMP_ARCH_X86,
		SCMP_ARCH_ARM };

	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
		int calls;

		check_architecture(archs[i], &calls);
		CHECK(calls > 250);
	}
}

TEST(every_number_of_the_newest_kernel_belongs_to_a_group)
{
	/* 424 to 469 are assigned without holes on every architecture (Linux 6.18). */
	for (unsigned int number = 424; number <= 469; number++) {
		char name[32];

		syscall_names_name(number, name);
		if (!is_grouped(name))
			check_fail(__FILE__, __LINE__, "call %u, %s, belongs to no group", number,
				name);
	}
}

/* Asks the kernel for every number that has no name with us; arguments of all ones make no call do
 * anything. The first that it knows, or 0. */
static int find_nameless(void *context)
{
	(void)context;
	for (unsigned int number = 1; number < 1000; number++) {
		char name[32];

		if (strncmp(syscall_names_name(number, name), "syscall_", 8) != 0)
			continue;
		if (syscall(number, -1L, -1L, -1L, -1L, -1L, -1L) != -1 || errno != ENOSYS)
			return number % 256 ? (int)(number % 256) : 255;
	}
	return 0;
}

TEST(the_running_kernel_has_no_call_that_we_have_no_name_for)
{
	CHECK_INT(scratch_child(find_nameless, NULL), 0);
}

static void check_member(const struct syscall_group *group, const char *member)
{
	unsigned int number;

	if (*member == '@') {
		if (!syscall_groups_find(member))
			check_fail(__FILE__, __LINE__, "%s has %s, which does not exist",
				group->name, member);
	} else if (syscall_names_number(member, &number) == SYSCALL_UNKNOWN) {
		check_fail(
			__FILE__, __LINE__, "%s has %s, which nobody knows", group->name, member);
	}
}

TEST(every_member_exists_and_stands_once)
{
	const struct syscall_group *group;

	for (size_t i = 0; (group = syscall_groups_get(i)); i++) {
		for (size_t m = 0; group->members[m]; m++) {
			check_member(group, group->members[m]);
			for (size_t k = 0; k < m; k++)
				if (strcmp(group->members[m], group->members[k]) == 0)
					check_fail(__FILE__, __LINE__, "%s has %s twice",
						group->name, group->members[m]);
		}
	}
}

struct check_inside {
	const struct syscall_group *outer;
	const char *missing;
};

static int note_missing(const char *name, void *context)
{
	struct check_inside *check = context;

	if (!syscall_groups_hold(check->outer, name))
		check->missing = name;
	return 0;
}

TEST(known_holds_all_other_groups)
{
	struct check_inside check = { syscall_groups_find("@known"), NULL };
	const struct syscall_group *group;

	for (size_t i = 0; (group = syscall_groups_get(i)); i++) {
		CHECK_INT(syscall_groups_walk(group, note_missing, &check), 0);
		CHECK(!check.missing);
	}
}

TEST(the_names_that_administrators_know_from_systemd_are_there)
{
	static const char *const names[] = { "@default", "@aio", "@basic-io", "@chown", "@clock",
		"@cpu-emulation", "@debug", "@file-system", "@io-event", "@ipc", "@keyring",
		"@memlock", "@module", "@mount", "@network-io", "@obsolete", "@pkey", "@privileged",
		"@process", "@raw-io", "@reboot", "@resources", "@sandbox", "@setuid", "@signal",
		"@swap", "@sync", "@timer", "@system-service", "@known" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct syscall_group *group = syscall_groups_find(names[i]);

		CHECK(group);
		CHECK(group->summary[0]);
		CHECK(group->members[0]);
	}
	CHECK(!syscall_groups_find("@nothing"));
	CHECK(!syscall_groups_find("read"));
}

static const struct {
	const char *group, *name;
	bool holds;
} facts[] = {
	{ "@default", "execve", true },
	{ "@default", "landlock_add_rule", true }, /* through @sandbox */
	{ "@default", "open", false },
	{ "@basic-io", "read", true },
	{ "@basic-io", "open", false },
	{ "@network-io", "socket", true },
	{ "@debug", "ptrace", true },
	{ "@process", "clone", true },
	{ "@system-service", "read", true },
	{ "@privileged", "reboot", true },
	{ "@system-service", "no_such_call", false },
};

TEST(groups_hold_what_their_names_say)
{
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (syscall_groups_hold(syscall_groups_find(facts[i].group), facts[i].name) !=
			facts[i].holds)
			check_fail(__FILE__, __LINE__, "%s and %s", facts[i].group, facts[i].name);
}

static int note_shared(const char *name, void *context)
{
	struct check_inside *check = context;

	if (syscall_groups_hold(check->outer, name))
		check->missing = name;
	return 0;
}

TEST(system_service_has_nothing_administrative_or_prying)
{
	static const char *const inner[] = { "@mount", "@clock", "@debug", "@module", "@raw-io",
		"@reboot", "@swap", "@cpu-emulation" };
	struct check_inside check = { syscall_groups_find("@system-service"), NULL };

	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
		syscall_groups_walk(syscall_groups_find(inner[i]), note_shared, &check);
		if (check.missing)
			check_fail(__FILE__, __LINE__, "%s of %s", check.missing, inner[i]);
	}
}

TEST(a_walk_ends_where_the_visitor_says_so)
{
	struct check_inside check = { syscall_groups_find("@default"), NULL };

	CHECK(syscall_groups_hold(check.outer, "seccomp"));
	CHECK(syscall_groups_walk(syscall_groups_find("@system-service"), note_missing, &check) ==
		0);
	CHECK(check.missing);
}
