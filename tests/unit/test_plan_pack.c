/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan in one piece is the whole plan, and leads nowhere else. */
#include <stdlib.h>
#include <sys/mman.h>

#include "host.h"
#include "plan.h"
#include "spec.h"
#include "table.h"

#define ROOM ((size_t)4 << 20)

/* As rich as a plan can be: every pointer of it leads somewhere. */
static int make(enum remand_isolation degree, struct plan *ret_plan)
{
	static const char *const argv[] = { "sh", "-c", "true", NULL };
	static const char *const env[] = { "A=1", "B=", NULL };
	static const struct remand_tmpfs tmpfs = { .destination = "/scratch" };
	static const struct remand_rule rule = { REMAND_ACTION_KILL, "mount" };
	const struct remand_spec spec = { .size = sizeof(spec),
		.argv = argv,
		.env = env,
		.tmpfs = &tmpfs,
		.tmpfs_count = degree == REMAND_ISOLATION_FULL,
		.rules = &rule,
		.rules_count = degree != REMAND_ISOLATION_NONE,
		.isolation = degree };
	struct remand_spec resolved;
	struct isolation isolation;
	struct path_hostile hostile = { 0 };
	struct box box = BOX_EMPTY;
	const struct plan_request request = { &spec, &resolved, &isolation, &hostile, &box };
	struct host host;
	int r = host_open(&host, NULL);

	if (r < 0)
		return r;
	r = spec_resolve(&spec, &resolved, NULL);
	if (r == 0)
		r = isolation_decide(&spec, &host, &isolation, NULL);
	if (r == 0)
		r = box_open(&box, &resolved, &isolation, NULL);
	if (r == 0)
		r = plan_make(ret_plan, &request, &host, NULL);
	host_done(&host);
	if (r == 0) {
		ret_plan->cell.program = strdup("/box/program");
		r = plan_keep_fds(ret_plan);
	}
	/* Its path is in the plan. */
	(void)box_remove(&box);
	return r;
}

/* What lies between members is whatever was there before, a pointer perhaps. */
#ifdef __clang__
#define CAN_CLEAR_PADDING      false
#define CLEAR_PADDING(pointer) (void)(pointer)
#else
#define CAN_CLEAR_PADDING      true
#define CLEAR_PADDING(pointer) __builtin_clear_padding(pointer)
#endif

/* Packed for a place of this process, and put there. */
static struct plan *pack(const struct plan *plan, void *place, size_t *ret_size)
{
	void *image;

	if (plan_pack(plan, (uintptr_t)place, &image, ret_size) < 0 || *ret_size > ROOM)
		return NULL;
	memcpy(place, image, *ret_size);
	free(image);
	return place;
}

static void *reserve(void)
{
	void *place = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return place == MAP_FAILED ? NULL : place;
}

/* ---- nothing else ---- */

/* What is larger is a sanitizer's, and no place for a pointer. */
#define MAPPING_MAX (UINT64_C(1) << 32)

/* Whether a number is an address at which this process has memory, but for the image itself. */
static bool is_pointer(uintptr_t word, const void *place)
{
	FILE *file = word < 0x10000 || word >> 47 ? NULL : fopen("/proc/self/maps", "re");
	char line[512];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		uintptr_t from, to;

		found = sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) == 2 && word >= from &&
			word < to && to - from < MAPPING_MAX &&
			(word < (uintptr_t)place || word >= (uintptr_t)place + ROOM);
	}
	if (file)
		fclose(file);
	return found;
}

/* Instructions of a filter are not searched: a million numbers, of which none is an address. */
static bool in_filter(const struct plan *plan, const uintptr_t *word)
{
	const struct filter_program *filters[] = { &plan->filter, &plan->watched_filter };

	for (size_t i = 0; i < COUNT_OF(filters); i++)
		if ((const void *)word >= (const void *)filters[i]->instructions &&
			(const void *)word <
				(const void *)(filters[i]->instructions + filters[i]->count))
			return true;
	return false;
}

/* Each address in the image is one of the image: a pointer that was forgotten leads out of it. */
static void check_closed(enum remand_isolation degree)
{
	struct plan plan = { .cell = CELL_EMPTY }, *packed;
	void *place = reserve();
	size_t size;

	if (!CAN_CLEAR_PADDING)
		SKIP("this compiler cannot clear what lies between the members of a struct");
	CHECK(place);
	CHECK_INT(make(degree, &plan), 0);
	CLEAR_PADDING(&plan);
	for (size_t i = 0; i < plan.cell.count; i++)
		CLEAR_PADDING(&plan.cell.steps[i]);
	packed = pack(&plan, place, &size);
	CHECK(packed);
	CHECK(is_pointer((uintptr_t)plan.argv, place));
	for (const uintptr_t *word = place; (const char *)(word + 1) <= (char *)place + size;
		word++)
		if (!in_filter(packed, word) && is_pointer(*word, place))
			check_fail(__FILE__, __LINE__, "at %td: a pointer that was not packed",
				(const char *)word - (char *)place);
	plan_done(&plan);
	munmap(place, ROOM);
}

TEST(a_packed_plan_of_a_cell_has_no_pointer_out_of_itself)
{
	check_closed(REMAND_ISOLATION_FULL);
}

TEST(a_packed_plan_without_a_cell_has_no_pointer_out_of_itself)
{
	check_closed(REMAND_ISOLATION_LANDLOCK);
}

/* ---- the whole ---- */

static bool same_words(char *const *a, char *const *b)
{
	while (*a && *b && strcmp(*a, *b) == 0) {
		a++;
		b++;
	}
	return !*a && !*b;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_filter(const struct filter_program *a, const struct filter_program *b)
{
	return a->count > 0 && a->count == b->count &&
	       memcmp(a->instructions, b->instructions, a->count * sizeof(*a->instructions)) == 0;
}

static bool same_step(const struct cell_step *a, const struct cell_step *b)
{
	return a->kind == b->kind && same_text(a->destination, b->destination) &&
	       same_text(a->source, b->source) && a->tree_fd == b->tree_fd &&
	       a->attributes == b->attributes && a->mode == b->mode && same_text(a->size, b->size);
}

TEST(what_a_packed_plan_says_is_what_the_plan_says)
{
	static struct remand_pass passes[] = { { 70, 3 }, { 71, 5 } };
	struct plan plan = { .cell = CELL_EMPTY }, *packed;
	void *place = reserve();
	size_t size;

	CHECK(place);
	CHECK_INT(make(REMAND_ISOLATION_FULL, &plan), 0);
	plan.passes = passes;
	plan.passes_count = COUNT_OF(passes);
	packed = pack(&plan, place, &size);
	CHECK(packed);
	CHECK(packed != &plan && packed->argv != plan.argv && packed->passes != passes);
	CHECK(same_words(packed->argv, plan.argv) && plan.argv[0]);
	CHECK(same_words(packed->env, plan.env) && plan.env[0]);
	CHECK(same_words(packed->programs, plan.programs) && plan.programs[0]);
	CHECK_STR(packed->hostname, plan.hostname);
	CHECK_STR(packed->directory, plan.directory);
	CHECK_STR(packed->cell.program, plan.cell.program);
	CHECK(same_filter(&packed->filter, &plan.filter));
	CHECK(same_filter(&packed->watched_filter, &plan.watched_filter));
	CHECK_INT(packed->cell.count, plan.cell.count);
	for (size_t i = 0; i < plan.cell.count; i++)
		CHECK(same_step(&packed->cell.steps[i], &plan.cell.steps[i]));
	CHECK_INT(packed->passes[1].fd, 71);
	CHECK_INT(packed->passes[1].target_fd, 5);
	CHECK_INT(packed->keep_count, plan.keep_count);
	CHECK(memcmp(packed->keep, plan.keep, plan.keep_count * sizeof(*plan.keep)) == 0);
	CHECK(memcmp(packed->rlimits, plan.rlimits, sizeof(plan.rlimits)) == 0);
	CHECK(memcmp(&packed->permit, &plan.permit, sizeof(plan.permit)) == 0);
	CHECK(memcmp(&packed->isolation, &plan.isolation, sizeof(plan.isolation)) == 0);
	plan_done(&plan);
	munmap(place, ROOM);
}

/* A megabyte of environment is more than the first piece of memory. */
TEST(a_plan_of_any_size_is_packed)
{
	struct plan plan = { .cell = CELL_EMPTY }, *packed;
	char *word = malloc((size_t)1 << 20), *env[] = { word, NULL, NULL }, **own;
	void *place = reserve();
	size_t size;

	CHECK(place && word);
	CHECK_INT(make(REMAND_ISOLATION_NONE, &plan), 0);
	memset(word, 'x', (size_t)1 << 20);
	word[((size_t)1 << 20) - 1] = '\0';
	env[1] = word;
	own = plan.env;
	plan.env = env;
	packed = pack(&plan, place, &size);
	CHECK(packed);
	CHECK(size > (size_t)2 << 20);
	CHECK(same_words(packed->env, env));
	plan.env = own;
	plan_done(&plan);
	free(word);
	munmap(place, ROOM);
}
