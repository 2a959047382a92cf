/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests that walk a table: a failure names the row that it is about. */
#ifndef TABLE_H
#define TABLE_H

#include "check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define CHECK_ROW(condition, row)                                                                \
	do {                                                                                     \
		if (!(condition)) {                                                              \
			check_fail(                                                              \
				__FILE__, __LINE__, "not true for \"%s\": %s", row, #condition); \
			return;                                                                  \
		}                                                                                \
	} while (0)

#endif
