/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The probe of the host: whatever host this is, its answer hangs together. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "probe.h"

#include "check.h"
#include "table.h"

static struct remand_probe *probe_host(const char *cgroup)
{
	struct remand_probe *probe = NULL;

	return remand_probe(cgroup, &probe, NULL) == 0 ? probe : NULL;
}

/* Their sentence comes from where a run would fail, and has the command in it. */
static bool is_sentence(const struct remand_fact *fact)
{
	return strcmp(fact->name, "base") == 0 || strcmp(fact->name, "cgroup v2") == 0;
}

static const struct remand_fact *find(const struct remand_probe *probe, const char *name)
{
	const struct remand_fact *fact;

	for (size_t i = 0; (fact = remand_probe_at(probe, i)); i++)
		if (strcmp(fact->name, name) == 0)
			return fact;
	return NULL;
}

TEST(every_fact_that_is_not_fine_says_what_mends_it)
{
	struct remand_probe *probe = probe_host(NULL);
	const struct remand_fact *fact;
	size_t i;

	CHECK(probe);
	for (i = 0; (fact = remand_probe_at(probe, i)); i++) {
		CHECK_ROW(fact->found && *fact->found, fact->name);
		CHECK_ROW(!fact->mend == (fact->state == REMAND_FACT_OK || is_sentence(fact)),
			fact->name);
		CHECK_ROW(find(probe, fact->name) == fact, fact->name);
	}
	CHECK(i > 25);
	CHECK(!remand_probe_free(probe));
	CHECK(!remand_probe_free(NULL));
}

TEST(the_gravest_fact_decides_the_status)
{
	static const struct {
		enum remand_fact_state state;
		int status;
	} rows[] = { { REMAND_FACT_OK, 0 }, { REMAND_FACT_NOTE, 0 }, { REMAND_FACT_WEAK, 1 },
		{ REMAND_FACT_OK, 1 }, { REMAND_FACT_MISSING, 2 }, { REMAND_FACT_WEAK, 2 } };
	struct remand_probe *probe = calloc(1, sizeof(*probe));

	CHECK(probe);
	probe->base.fd = probe->host.cgroup_fd = -1;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		probe_add(probe,
			&(struct remand_fact){ "S", "n", NULL, rows[i].state, .mend = "m" },
			"found %zu", i);
		CHECK_INT(remand_probe_status(probe), rows[i].status);
	}
	CHECK_STR(remand_probe_at(probe, 1)->found, "found 1");
	CHECK_STR(remand_probe_at(probe, 1)->mend, "m");
	CHECK(!remand_probe_at(probe, 0)->mend);
	CHECK(!remand_probe_at(probe, COUNT_OF(rows)));
	remand_probe_free(probe);
}

TEST(more_facts_than_there_is_room_for_are_noticed)
{
	struct remand_probe *probe = calloc(1, sizeof(*probe));

	CHECK(probe);
	probe->base.fd = probe->host.cgroup_fd = -1;
	for (int i = 0; i <= PROBE_MAX; i++)
		probe_add(probe, &(struct remand_fact){ "S", "n" }, "found");
	CHECK(probe->incomplete);
	CHECK_INT(probe->count, PROBE_MAX);
	remand_probe_free(probe);
}

TEST(the_json_has_every_fact)
{
	struct remand_probe *probe = probe_host(NULL);
	char *text = probe ? remand_probe_json(probe) : NULL;
	json_t *object = text ? json_loads(text, 0, NULL) : NULL;
	const json_t *facts = json_object_get(object, "facts");

	CHECK(object);
	CHECK_INT(json_integer_value(json_object_get(object, "schema")), 1);
	CHECK_INT(
		json_integer_value(json_object_get(object, "status")), remand_probe_status(probe));
	for (size_t i = 0; remand_probe_at(probe, i); i++) {
		const json_t *fact = json_array_get(facts, i);

		CHECK_STR(json_string_value(json_object_get(fact, "name")),
			remand_probe_at(probe, i)->name);
		CHECK_STR(json_string_value(json_object_get(fact, "state")),
			remand_fact_state_name(remand_probe_at(probe, i)->state));
		CHECK_INT(json_object_size(fact), 6);
	}
	json_decref(object);
	free(text);
	remand_probe_free(probe);
}

TEST(a_cgroup_that_is_not_there_is_a_missing_base_and_not_a_failed_probe)
{
	struct remand_probe *probe = probe_host("no/such/cgroup");
	const struct remand_fact *base = probe ? find(probe, "base") : NULL;

	CHECK(probe);
	CHECK_INT(remand_probe_status(probe), 2);
	if (base) { /* none where cgroup v2 is not even mounted */
		CHECK_INT(base->state, REMAND_FACT_MISSING);
		CHECK(strstr(base->found, "no/such/cgroup"));
	}
	CHECK_INT(remand_probe_reclaim(probe), 0);
	remand_probe_free(probe);
}
