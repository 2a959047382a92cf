/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Strings for JSON that may come from a stranger. */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include <jansson.h>

/* A new reference; what is not UTF-8 has its bytes beyond ASCII replaced by "?". */
json_t *json_text(const char *value);

#endif
