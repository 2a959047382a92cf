/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See json_text.h. */
#include "json_text.h"

#include <stdlib.h>
#include <string.h>

json_t *json_text(const char *value)
{
	json_t *string = json_string(value);
	char *plain = string ? NULL : strdup(value);

	if (!plain)
		return string;
	for (char *c = plain; *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	string = json_string(plain);
	free(plain);
	return string;
}
