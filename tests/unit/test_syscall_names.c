/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names to numbers and back, also for calls newer than libseccomp. */
#include "syscall_names.h"

#include "check.h"

static const struct {
	const char *name;
	enum syscall_known known;
	unsigned int number;
} numbers[] = {
	{ "mseal", SYSCALL_NATIVE, 462 },
	{ "file_setattr", SYSCALL_NATIVE, 469 },
	{ "clone3", SYSCALL_NATIVE, 435 },
	{ "cachestat", SYSCALL_NATIVE, 451 },
	{ "socketcall", SYSCALL_ELSEWHERE, 0 },
	{ "s390_pci_mmio_read", SYSCALL_ELSEWHERE, 0 },
	{ "opne", SYSCALL_UNKNOWN, 0 },
	{ "", SYSCALL_UNKNOWN, 0 },
};

TEST(names_have_numbers_and_numbers_have_names)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		unsigned int number = 0;
		char name[32];

		CHECK_INT(syscall_names_number(numbers[i].name, &number), numbers[i].known);
		CHECK_INT(number, numbers[i].number);
		if (numbers[i].known == SYSCALL_NATIVE)
			CHECK_STR(syscall_names_name(number, name), numbers[i].name);
	}
}

TEST(a_number_without_a_name_is_still_sayable)
{
	char name[32];

	CHECK_STR(syscall_names_name(4000, name), "syscall_4000");
	CHECK_STR(syscall_names_name(4294967295u, name), "syscall_4294967295");
}

static const struct {
	const char *a, *b;
	size_t distance;
} distances[] = {
	{ "read", "read", 0 }, { "opne", "open", 1 }, { "raed", "read", 1 }, { "writ", "write", 1 },
	{ "xwrite", "write", 1 }, { "", "abc", 3 }, { "abcdefgh", "ijklmnop", 5 }, /* limit + 1 */
};

TEST(the_distance_of_two_words_counts_slips_of_the_hand)
{
	for (size_t i = 0; i < sizeof(distances) / sizeof(distances[0]); i++)
		CHECK_INT(syscall_names_distance(distances[i].a, distances[i].b, 4),
			distances[i].distance);
}

TEST(arguments_declared_int_are_known_to_be_narrow)
{
	CHECK_INT(syscall_names_narrow("ioctl"), 3);
	CHECK_INT(syscall_names_narrow("socket"), 7);
	CHECK_INT(syscall_names_narrow("clone"), 1);
	CHECK_INT(syscall_names_narrow("mmap"), 0);
	CHECK_INT(syscall_names_narrow("unshare"), 0);
}
