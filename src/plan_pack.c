/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan as one piece of memory that means the same in another process: all that it points to is
 * behind it, and the pointers are those of the place where the piece will lie there.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/*
 * Whoever adds a member to one of these finds the place where it is to be packed: a pointer that is
 * forgotten here leads the keeper of a starter astray. tests/unit/test_plan_pack.c looks for such.
 */
#define ASSERT_SIZE(type, bytes)                                                           \
	_Static_assert(sizeof(void *) != 8 || sizeof(type) == (bytes), "pack what is new " \
								       "in " #type)

ASSERT_SIZE(struct plan, 792);
ASSERT_SIZE(struct isolation, 64);
ASSERT_SIZE(struct own_ids, 12);
ASSERT_SIZE(struct sub_ids, 20);
ASSERT_SIZE(struct cell, 104);
ASSERT_SIZE(struct cell_step, 96);
ASSERT_SIZE(struct path_hostile, 24);
ASSERT_SIZE(struct rlimit_entry, 24);
ASSERT_SIZE(struct permit, 16);
ASSERT_SIZE(struct filter_program, 16);
ASSERT_SIZE(struct remand_pass, 8);
ASSERT_SIZE(struct function, 56); /* not from a starter: empty */

struct pack {
	char *image; /* as it will lie at `address` */
	size_t used, room;
	uintptr_t address;
	int r; /* the first failure */
};

static int make_room(struct pack *pack, size_t size)
{
	size_t room = pack->room;
	char *image;

	if (size <= room - pack->used)
		return 0;
	while (size > room - pack->used)
		room *= 2;
	image = realloc(pack->image, room);
	if (!image)
		return -ENOMEM;
	pack->image = image;
	pack->room = room;
	return 0;
}

/* Where the copy will be; bytes NULL: zeroes. Whatever it returns after a failure is not used. */
static void *put(struct pack *pack, const void *bytes, size_t size)
{
	const size_t place = (pack->used + 15) & ~(size_t)15;

	if (pack->r == 0)
		pack->r = make_room(pack, size + place - pack->used);
	if (pack->r < 0)
		return NULL;
	memset(pack->image + pack->used, 0, place + size - pack->used);
	if (bytes)
		memcpy(pack->image + place, bytes, size);
	pack->used = place + size;
	return (void *)(pack->address + place); // NOLINT(performance-no-int-to-ptr)
}

/* What was put before is now this. */
static void put_again(struct pack *pack, void *place, const void *bytes, size_t size)
{
	if (pack->r == 0)
		memcpy(pack->image + ((uintptr_t)place - pack->address), bytes, size);
}

static char *put_text(struct pack *pack, const char *text)
{
	return text ? put(pack, text, strlen(text) + 1) : NULL;
}

static char **put_words(struct pack *pack, char *const *words)
{
	size_t count = 0;
	char **place;

	while (words[count])
		count++;
	place = put(pack, NULL, (count + 1) * sizeof(*words));
	for (size_t i = 0; i < count; i++) {
		char *word = put_text(pack, words[i]);

		put_again(pack, place + i, &word, sizeof(word));
	}
	return place;
}

static void put_cell(struct pack *pack, struct cell *cell)
{
	const struct cell_step *steps = cell->steps;

	cell->program = put_text(pack, cell->program);
	cell->steps = put(pack, steps, cell->count * sizeof(*steps));
	for (size_t i = 0; i < cell->count; i++) {
		struct cell_step step = steps[i];

		step.destination = put_text(pack, step.destination);
		step.source = put_text(pack, step.source);
		put_again(pack, cell->steps + i, &step, sizeof(step));
	}
}

static void put_filter(struct pack *pack, struct filter_program *filter)
{
	filter->instructions =
		put(pack, filter->instructions, filter->count * sizeof(*filter->instructions));
}

int plan_pack(const struct plan *plan, uintptr_t address, void **ret_image, size_t *ret_size)
{
	struct pack pack = { .address = address, .room = (size_t)64 << 10 };
	struct plan copy = *plan;
	void *place;

	pack.image = malloc(pack.room);
	if (!pack.image)
		return -ENOMEM;
	place = put(&pack, &copy, sizeof(copy));
	copy.passes = put(&pack, copy.passes, copy.passes_count * sizeof(*copy.passes));
	copy.keep = put(&pack, copy.keep, copy.keep_count * sizeof(*copy.keep));
	copy.hostname = put_text(&pack, copy.hostname);
	put_cell(&pack, &copy.cell);
	copy.argv = put_words(&pack, copy.argv);
	copy.env = put_words(&pack, copy.env);
	copy.programs = put_words(&pack, copy.programs);
	copy.directory = put_text(&pack, copy.directory);
	put_filter(&pack, &copy.filter);
	put_filter(&pack, &copy.watched_filter);
	put_again(&pack, place, &copy, sizeof(copy));
	if (pack.r < 0) {
		free(pack.image);
		return pack.r;
	}
	*ret_image = pack.image;
	*ret_size = pack.used;
	return 0;
}
