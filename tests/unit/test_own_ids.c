/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which ids are set aside for runs, in user namespaces of every size. */
#include "own_ids.h"

#include "table.h"

#define TARGETS 0x70000000U
#define COUNT   (1U << 22)

static const struct row {
	const char *uid_map;
	struct own_ids want;
} rows[] = {
	{ "         0          0 4294967295\n", { TARGETS, TARGETS + COUNT, COUNT } },
	/* podman, systemd-nspawn -U: 65536 */
	{ "         0     100000      65536\n", { 32768, 40960, 8192 } },
	/* rootless podman: root is the user, the others are sub-ids */
	{ "         0       1000          1\n         1     100000      65536\n",
		{ 32769, 40961, 8192 } },
	/* too few: unshare -r, and fewer than anybody could set aside of */
	{ "         0       1000          1\n", { 0, 0, 0 } },
	{ "0 100000 4095\n", { 0, 0, 0 } },
	{ "0 100000 4096\n", { 2048, 2560, 512 } },
	/* a map that has the usual ids, but not by one for both */
	{ "1879048192 5 8388608\n", { TARGETS, TARGETS + COUNT, COUNT } },
	{ "1879048192 5 8388607\n", { TARGETS + 4194303, TARGETS + 4194303 + 1048575, 1048575 } },
	{ "", { 0, 0, 0 } },
	{ "garbage", { 0, 0, 0 } },
};

TEST(the_ids_lie_in_the_namespace_and_are_the_usual_ones_where_it_has_them)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct own_ids got = own_ids_choose(rows[i].uid_map);

		CHECK_ROW(got.targets == rows[i].want.targets &&
				  got.keepers == rows[i].want.keepers &&
				  got.count == rows[i].want.count,
			rows[i].uid_map);
	}
}

TEST(ids_that_no_group_map_has_are_not_taken)
{
	const struct own_ids ids = { 32768, 40960, 8192 };

	CHECK(own_ids_are_mapped(&ids, "0 100000 65536\n"));
	CHECK(own_ids_are_mapped(&ids, "0 5 1\n32768 100000 16384\n"));
	CHECK(!own_ids_are_mapped(&ids, "32768 100000 16383\n"));
	CHECK(!own_ids_are_mapped(&ids, "32769 100000 65536\n"));
	CHECK(!own_ids_are_mapped(&ids, "0 100000 1000\n"));
}

TEST(keepers_and_targets_never_meet_and_stay_inside)
{
	const struct own_ids ids = own_ids_choose("0 100000 65536\n");

	for (pid_t pid = 1; pid < 100000; pid++) {
		uint32_t offset = own_ids_of(&ids, pid);

		if (offset >= ids.count || ids.targets + offset >= ids.keepers ||
			ids.keepers + offset >= 60000)
			CHECK_INT(offset, 0);
	}
}

TEST(of_this_process_they_are_found)
{
	struct own_ids ids;

	CHECK_INT(own_ids_find(&ids), 0);
}
