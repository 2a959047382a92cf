/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ids that the administrator gave to a user. */
#include "sub_ids.h"

#include "file.h"
#include "scratch.h"
#include "table.h"

static bool find(const char *text, struct sub_range *ret_range)
{
	SCRATCH(scratch, "/tmp");
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "%s/subuid", scratch.path);
	file = fopen(path, "w");
	if (!file)
		return false;
	fputs(text, file);
	fclose(file);
	return sub_range_find(path, "judge", 1042, ret_range);
}

TEST(the_first_line_with_the_users_name_or_number_counts)
{
	static const struct {
		const char *text;
		uint32_t first, count; /* count 0: there is none */
	} rows[] = {
		{ "judge:100000:65536\n", 100000, 65536 },
		{ "other:100000:65536\njudge:165536:10\njudge:1:1\n", 165536, 10 },
		{ "1042:300000:7", 300000, 7 },
		{ "judg:100000:65536\njudges:100000:65536\n104:1:1\n", 0, 0 },
		{ "judge:100000:0\n", 0, 0 },
		{ "judge:4294967295:2\n", 0, 0 },
		{ "judge\njudge:\njudge:x:y\n", 0, 0 },
		{ "", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sub_range range = { 0 };

		CHECK(find(rows[i].text, &range) == (rows[i].count > 0));
		CHECK_INT(range.first, rows[i].first);
		CHECK_INT(range.count, rows[i].count);
	}
	CHECK(!sub_range_find("/nonexistent", "judge", 1042, &(struct sub_range){ 0 }));
}

TEST(a_chosen_id_lies_in_the_range_and_neighbours_differ)
{
	const struct sub_range one = { 17, 1 }, two = { 17, 2 }, usual = { 100000, 65536 };

	for (pid_t pid = 1; pid < 100000; pid += 13) {
		uint32_t id = sub_range_choose(&usual, pid);

		CHECK_INT(sub_range_choose(&one, pid), 17);
		CHECK_INT(sub_range_choose(&two, pid), 18);
		CHECK(id >= 100000 + 32768 && id < 100000 + 65536);
		CHECK(id != sub_range_choose(&usual, pid + 1));
	}
}
