/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sizes and times from text, exactly: integer arithmetic, no rounding, nothing tolerated. What
 * cannot be expressed as a whole number of bytes or nanoseconds is refused, because a silently
 * truncated unit is a limit that nobody asked for.
 */
#include <errno.h>
#include <string.h>

#include "remand.h"

struct unit {
	const char *name;
	uint64_t factor;
};

#define KIB UINT64_C(1024)
#define KB  UINT64_C(1000)

static const struct unit sizes[] = {
	{ "", 1 },
	{ "K", KIB },
	{ "M", KIB *KIB },
	{ "G", KIB *KIB *KIB },
	{ "T", KIB *KIB *KIB *KIB },
	{ "KiB", KIB },
	{ "MiB", KIB *KIB },
	{ "GiB", KIB *KIB *KIB },
	{ "TiB", KIB *KIB *KIB *KIB },
	{ "KB", KB },
	{ "MB", KB *KB },
	{ "GB", KB *KB *KB },
	{ "TB", KB *KB *KB *KB },
	{ NULL, 0 },
};

static const struct unit times[] = {
	{ "", UINT64_C(1000000000) },
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", UINT64_C(1000000000) },
	{ "m", UINT64_C(60000000000) },
	{ "h", UINT64_C(3600000000000) },
	{ NULL, 0 },
};

static const struct unit *find_unit(const struct unit *units, const char *name)
{
	for (; units->name; units++)
		if (strcmp(units->name, name) == 0)
			return units;
	return NULL;
}

/* Digits into *value, which must not overflow. Returns how many were read. */
static size_t digits(const char *text, uint64_t *value, int *overflow)
{
	size_t n = 0;

	for (; text[n] >= '0' && text[n] <= '9'; n++)
		if (__builtin_mul_overflow(*value, UINT64_C(10), value) ||
			__builtin_add_overflow(*value, (uint64_t)(text[n] - '0'), value))
			*overflow = 1;
	return n;
}

/* whole.fraction times factor; the fraction must come out whole. From its last digit to its first:
 * each step is whole if the result is, so no length of fraction can overflow. */
static int scale(uint64_t whole, const char *fraction, size_t n, uint64_t factor, uint64_t *ret)
{
	uint64_t part = 0;

	while (n > 0) {
		part += (uint64_t)(fraction[--n] - '0') * factor;
		if (part % 10 != 0)
			return -EINVAL;
		part /= 10;
	}
	if (__builtin_mul_overflow(whole, factor, &whole) ||
		__builtin_add_overflow(whole, part, &whole))
		return -ERANGE;
	/* The largest value means "no limit"; a number never does. */
	if (whole == REMAND_UNLIMITED)
		return -ERANGE;
	*ret = whole;
	return 0;
}

static int parse(const char *text, const struct unit *units, uint64_t *ret)
{
	const char *fraction = "";
	const struct unit *unit;
	uint64_t whole = 0, ignored = 0;
	size_t n, fraction_length = 0;
	int overflow = 0;

	if (strcmp(text, "max") == 0) {
		*ret = REMAND_UNLIMITED;
		return 0;
	}
	n = digits(text, &whole, &overflow);
	if (n == 0)
		return -EINVAL;
	if (text[n] == '.') {
		int irrelevant;

		fraction = text + n + 1;
		fraction_length = digits(fraction, &ignored, &irrelevant);
		if (fraction_length == 0)
			return -EINVAL;
		n += 1 + fraction_length;
	}
	unit = find_unit(units, text + n);
	if (!unit)
		return -EINVAL;
	return overflow ? -ERANGE : scale(whole, fraction, fraction_length, unit->factor, ret);
}

int remand_parse_size(const char *text, uint64_t *ret_bytes)
{
	return parse(text, sizes, ret_bytes);
}

int remand_parse_time(const char *text, uint64_t *ret_ns)
{
	return parse(text, times, ret_ns);
}
