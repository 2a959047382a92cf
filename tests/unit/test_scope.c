/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a scope belongs: what bound the caller before must bind it afterwards. */
#include "scope.h"

#include "check.h"
#include "table.h"

TEST(a_scope_stays_in_the_slice_of_its_caller_and_ends_with_its_service)
{
	static const struct {
		const char *path;
		bool user;
		const char *slice, *service;
	} rows[] = {
		{ "user.slice/user-0.slice/session-3.scope", false, "user-0.slice", "" },
		{ "system.slice/cron.service", false, "system.slice", "cron.service" },
		{ "init.scope", false, "", "" },
		{ "", false, "", "" },
		/* What a unit has made below itself is not the manager's to name. */
		{ "system.slice/ci.service/job.slice/x.service", false, "system.slice",
			"ci.service" },
		/* Root in a user's terminal: the system's manager knows the user's as one service.
		 */
		{ "user.slice/user-1000.slice/user@1000.service/app.slice/t.scope", false,
			"user-1000.slice", "user@1000.service" },
		{ "user.slice/user-1000.slice/user@1000.service/app.slice/ide.service", true,
			"app.slice", "ide.service" },
		{ "user.slice/user-1000.slice/user@1000.service/app.slice/t.scope", true,
			"app.slice", "" },
		/* The user's manager knows nothing of the system's units. */
		{ "user.slice/user-1000.slice/session-2.scope", true, "", "" },
		{ "system.slice/judge.service", true, "", "" },
		{ ".slice/.service", false, "", "" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct scope_place place;

		scope_find_place(rows[i].path, rows[i].user, &place);
		CHECK_ROW(strcmp(place.slice, rows[i].slice) == 0, rows[i].path);
		CHECK_ROW(strcmp(place.service, rows[i].service) == 0, rows[i].path);
	}
}

TEST(a_name_that_is_too_long_is_left_out_and_not_cut)
{
	char path[600];
	struct scope_place place;

	memset(path, 'a', sizeof(path));
	memcpy(path + sizeof(path) - 7, ".slice", 7);
	scope_find_place(path, false, &place);
	CHECK_STR(place.slice, "");
}
