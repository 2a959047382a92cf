/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sizes and times from words: exact, or refused. */
#include <errno.h>

#include "remand.h"
#include "table.h"

struct row {
	const char *text;
	int r;
	uint64_t want;
};

#define KIB UINT64_C(1024)
#define S   UINT64_C(1000000000)

typedef int parser(const char *text, uint64_t *ret);

static void check_rows(parser *parse, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value = 4711;

		CHECK_ROW(parse(rows[i].text, &value) == rows[i].r, rows[i].text);
		CHECK_ROW(value == (rows[i].r < 0 ? 4711 : rows[i].want), rows[i].text);
	}
}

#define CHECK_ROWS(parse, rows) check_rows(parse, rows, COUNT_OF(rows))

TEST(every_unit_of_size_has_its_factor)
{
	static const struct row rows[] = {
		{ "7", 0, 7 },
		{ "7K", 0, 7 * KIB },
		{ "7M", 0, 7 * KIB * KIB },
		{ "7G", 0, 7 * KIB * KIB * KIB },
		{ "7T", 0, 7 * KIB * KIB * KIB * KIB },
		{ "7KiB", 0, 7 * KIB },
		{ "7MiB", 0, 7 * KIB * KIB },
		{ "7GiB", 0, 7 * KIB * KIB * KIB },
		{ "7TiB", 0, 7 * KIB * KIB * KIB * KIB },
		{ "7KB", 0, 7000 },
		{ "7MB", 0, 7000000 },
		{ "7GB", 0, UINT64_C(7000000000) },
		{ "7TB", 0, UINT64_C(7000000000000) },
	};

	CHECK_ROWS(remand_parse_size, rows);
}

TEST(every_unit_of_time_has_its_factor_and_a_bare_number_is_seconds)
{
	static const struct row rows[] = {
		{ "7", 0, 7 * S },
		{ "7ns", 0, 7 },
		{ "7us", 0, 7000 },
		{ "7ms", 0, 7000000 },
		{ "7s", 0, 7 * S },
		{ "7m", 0, 420 * S },
		{ "7h", 0, 25200 * S },
	};

	CHECK_ROWS(remand_parse_time, rows);
}

TEST(max_and_only_max_means_no_limit)
{
	static const struct row rows[] = {
		{ "max", 0, REMAND_UNLIMITED },
		{ "MAX", -EINVAL },
		{ "maximum", -EINVAL },
		{ "ma", -EINVAL },
		{ "max ", -EINVAL },
		{ " max", -EINVAL },
		{ "maxs", -EINVAL },
		{ "1max", -EINVAL },
		{ "-1", -EINVAL },
		{ "inf", -EINVAL },
		{ "infinity", -EINVAL },
		{ "unlimited", -EINVAL },
		{ "none", -EINVAL },
	};

	CHECK_ROWS(remand_parse_size, rows);
	CHECK_ROWS(remand_parse_time, rows);
}

TEST(zero_and_leading_zeros_are_plain_numbers)
{
	static const struct row rows[] = {
		{ "0", 0, 0 },
		{ "00", 0, 0 },
		{ "0K", 0, 0 },
		{ "0.0", 0, 0 },
		{ "007", 0, 7 },
		{ "010", 0, 10 },
		{ "0000000000000000000000000000000000000000000000000001K", 0, 1024 },
	};

	CHECK_ROWS(remand_parse_size, rows);
}

TEST(decimals_of_sizes_are_exact)
{
	static const struct row rows[] = {
		{ "1.5K", 0, 1536 },
		{ "1.5KB", 0, 1500 },
		{ "0.5K", 0, 512 },
		{ "1.50", -EINVAL },
		{ "2.0", 0, 2 },
		{ "2.000000000000000000000000000000", 0, 2 },
		{ "0.25GiB", 0, 256 * KIB * KIB },
		{ "0.0009765625K", 0, 1 },
		{ "1.001KB", 0, 1001 },
		{ "3.999TB", 0, UINT64_C(3999000000000) },
	};

	CHECK_ROWS(remand_parse_size, rows);
}

TEST(decimals_of_times_are_exact)
{
	static const struct row rows[] = {
		{ "1.5", 0, S + S / 2 },
		{ "0.000000001", 0, 1 },
		{ "0.001us", 0, 1 },
		{ "0.25ms", 0, 250000 },
		{ "1.000000001s", 0, S + 1 },
		{ "0.5m", 0, 30 * S },
		{ "0.1h", 0, 360 * S },
		{ "1.10000000000000000000000000000", 0, S + S / 10 },
	};

	CHECK_ROWS(remand_parse_time, rows);
}

TEST(a_fraction_of_a_byte_is_refused)
{
	static const struct row rows[] = {
		{ "0.5", -EINVAL },
		{ "1.1K", -EINVAL },
		{ "0.0001KB", -EINVAL },
		{ "0.00000000000000000001T", -EINVAL },
		{ "1.3333333333333333333333333333333333333333K", -EINVAL },
		{ "0.99999999999999999999999999999999999999999999M", -EINVAL },
	};

	CHECK_ROWS(remand_parse_size, rows);
}

TEST(a_fraction_of_a_nanosecond_is_refused)
{
	static const struct row rows[] = {
		{ "0.5ns", -EINVAL },
		{ "0.0001us", -EINVAL },
		{ "0.0000000001", -EINVAL },
		{ "1.0000000001s", -EINVAL },
		{ "0.3333333333333333333333333333h", -EINVAL },
	};

	CHECK_ROWS(remand_parse_time, rows);
}

TEST(a_long_fraction_that_is_a_whole_number_of_units_is_accepted)
{
	static const struct row sizes[] = {
		{ "0.00000095367431640625T", 0, KIB * KIB },
		{ "0.000000000931322574615478515625G", 0, 1 },
		{ "0.0000000000009094947017729282379150390625T", 0, 1 },
	};
	static const struct row times[] = {
		{ "1.123456789h", 0, UINT64_C(4044444440400) },
		{ "0.999999999m", 0, UINT64_C(59999999940) },
	};

	CHECK_ROWS(remand_parse_size, sizes);
	CHECK_ROWS(remand_parse_time, times);
}

TEST(what_is_no_number_is_refused)
{
	static const struct row rows[] = {
		{ "", -EINVAL },
		{ " ", -EINVAL },
		{ ".", -EINVAL },
		{ ".5", -EINVAL },
		{ "1.", -EINVAL },
		{ "1.s", -EINVAL },
		{ "1.K", -EINVAL },
		{ "1..5", -EINVAL },
		{ "1.5.5", -EINVAL },
		{ "1,5", -EINVAL },
		{ "1_000", -EINVAL },
		{ "K", -EINVAL },
		{ "s", -EINVAL },
		{ "-0", -EINVAL },
		{ "-1K", -EINVAL },
		{ "--1", -EINVAL },
		{ "+1", -EINVAL },
		{ "0x10", -EINVAL },
		{ "0b1", -EINVAL },
		{ "1e3", -EINVAL },
		{ "1E3", -EINVAL },
		{ "nan", -EINVAL },
		{ "\xd9\xa1", -EINVAL },
		{ "1\xc2\xb5s", -EINVAL },
	};

	CHECK_ROWS(remand_parse_size, rows);
	CHECK_ROWS(remand_parse_time, rows);
}

TEST(blanks_are_refused_wherever_they_are)
{
	static const struct row rows[] = {
		{ " 1", -EINVAL },
		{ "1 ", -EINVAL },
		{ "1 K", -EINVAL },
		{ "1K ", -EINVAL },
		{ "1s ", -EINVAL },
		{ "1 s", -EINVAL },
		{ "1\n", -EINVAL },
		{ "\t1", -EINVAL },
		{ "1 000", -EINVAL },
	};

	CHECK_ROWS(remand_parse_size, rows);
	CHECK_ROWS(remand_parse_time, rows);
}

TEST(junk_after_a_size_and_other_spellings_of_units_are_refused)
{
	static const struct row rows[] = {
		{ "1k", -EINVAL },
		{ "1m", -EINVAL },
		{ "1kb", -EINVAL },
		{ "1Kb", -EINVAL },
		{ "1KIB", -EINVAL },
		{ "1B", -EINVAL },
		{ "1Ki", -EINVAL },
		{ "1P", -EINVAL },
		{ "1KK", -EINVAL },
		{ "1K1", -EINVAL },
		{ "1MBs", -EINVAL },
		{ "1s", -EINVAL },
		{ "1%", -EINVAL },
	};

	CHECK_ROWS(remand_parse_size, rows);
}

TEST(junk_after_a_time_and_other_spellings_of_units_are_refused)
{
	static const struct row rows[] = {
		{ "1S", -EINVAL },
		{ "1sec", -EINVAL },
		{ "1min", -EINVAL },
		{ "1M", -EINVAL },
		{ "1H", -EINVAL },
		{ "1d", -EINVAL },
		{ "1ss", -EINVAL },
		{ "1m30s", -EINVAL },
		{ "1:30", -EINVAL },
		{ "1K", -EINVAL },
		{ "1msx", -EINVAL },
	};

	CHECK_ROWS(remand_parse_time, rows);
}

TEST(a_size_that_does_not_fit_is_out_of_range_and_never_wraps)
{
	static const struct row rows[] = {
		{ "18446744073709551614", 0, UINT64_MAX - 1 },
		{ "18446744073709551615", -ERANGE }, /* it would mean "no limit" */
		{ "18446744073709551616", -ERANGE },
		{ "99999999999999999999999999999999999999", -ERANGE },
		{ "18014398509481983K", 0, UINT64_MAX - 1023 },
		{ "18014398509481984K", -ERANGE },
		{ "16777215T", 0, UINT64_C(16777215) << 40 },
		{ "16777216T", -ERANGE },
		{ "18446744073709551616T", -ERANGE },
		{ "18446744073709551616x", -EINVAL },
		{ "18014398509481983.5K", 0, UINT64_MAX - 511 },
		{ "18014398509481983.9990234375K", -ERANGE },
	};

	CHECK_ROWS(remand_parse_size, rows);
}

TEST(a_time_that_does_not_fit_is_out_of_range_and_never_wraps)
{
	static const struct row rows[] = {
		{ "18446744073709551614ns", 0, UINT64_MAX - 1 },
		{ "18446744073709551615ns", -ERANGE },
		{ "18446744073", 0, UINT64_C(18446744073) * S },
		{ "18446744074", -ERANGE },
		{ "18446744073.709551614", 0, UINT64_MAX - 1 },
		{ "18446744073.709551615", -ERANGE },
		{ "18446744073.709551616", -ERANGE },
		{ "5124095h", 0, UINT64_C(5124095) * 3600 * S },
		{ "5124096h", -ERANGE },
	};

	CHECK_ROWS(remand_parse_time, rows);
}
