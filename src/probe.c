/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this host can enforce: the facts, the judgement, the JSON. */
#include "probe.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "fd.h"
#include "json_text.h"

static const char *const states[] = {
	[REMAND_FACT_OK] = "ok",
	[REMAND_FACT_NOTE] = "note",
	[REMAND_FACT_WEAK] = "weak",
	[REMAND_FACT_MISSING] = "missing",
};

const char *remand_fact_state_name(enum remand_fact_state state)
{
	return states[state];
}

void probe_add(struct remand_probe *probe, const struct remand_fact *fact, const char *format, ...)
{
	bool mended = fact->state == REMAND_FACT_OK || !fact->mend;
	struct remand_fact copy = *fact;
	char *found = NULL, *mend = mended ? NULL : strdup(fact->mend);
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&found, format, ap) < 0)
		found = NULL;
	va_end(ap);
	if (!found || (!mended && !mend) || probe->count == PROBE_MAX) {
		probe->incomplete = true;
		free(found);
		free(mend);
		return;
	}
	copy.found = found;
	copy.mend = mend;
	probe->facts[probe->count++] = copy;
}

int remand_probe(const char *cgroup, struct remand_probe **ret_probe, struct remand_error *error)
{
	struct remand_probe *probe = calloc(1, sizeof(*probe));

	if (!probe)
		return error_errno(error, REMAND_STAGE_HOST, -ENOMEM, "cannot look at the host");
	probe->base.fd = probe->host.cgroup_fd = -1;
	probe_kernel(probe);
	probe_namespaces(probe);
	probe_cgroup(probe, cgroup);
	probe_timing(probe);
	if (probe->incomplete) {
		remand_probe_free(probe);
		return error_errno(error, REMAND_STAGE_HOST, -ENOMEM, "cannot look at the host");
	}
	*ret_probe = probe;
	return 0;
}

struct remand_probe *remand_probe_free(struct remand_probe *probe)
{
	if (!probe)
		return NULL;
	for (size_t i = 0; i < probe->count; i++) {
		free((void *)(uintptr_t)probe->facts[i].found);
		free((void *)(uintptr_t)probe->facts[i].mend);
	}
	fd_close(probe->base.fd);
	host_done(&probe->host);
	free(probe);
	return NULL;
}

const struct remand_fact *remand_probe_at(const struct remand_probe *probe, size_t i)
{
	return i < probe->count ? &probe->facts[i] : NULL;
}

int remand_probe_status(const struct remand_probe *probe)
{
	enum remand_fact_state worst = REMAND_FACT_OK;

	for (size_t i = 0; i < probe->count; i++)
		if (probe->facts[i].state > worst)
			worst = probe->facts[i].state;
	return worst < REMAND_FACT_WEAK ? 0 : worst == REMAND_FACT_WEAK ? 1 : 2;
}

char *remand_probe_json(const struct remand_probe *probe)
{
	json_t *facts = json_array();
	json_t *object;
	char *text;

	for (size_t i = 0; i < probe->count; i++) {
		const struct remand_fact *fact = &probe->facts[i];

		json_array_append_new(facts,
			json_pack("{s:s, s:s, s:s?, s:s, s:o, s:o}", "section", fact->section,
				"name", fact->name, "since", fact->since, "state",
				states[fact->state], "found", json_text(fact->found), "mend",
				fact->mend ? json_text(fact->mend) : json_null()));
	}
	object = json_pack("{s:i, s:i, s:o}", "schema", 1, "status", remand_probe_status(probe),
		"facts", facts);
	text = object && json_array_size(facts) == probe->count ? json_dumps(object, JSON_COMPACT)
								: NULL;
	json_decref(object);
	return text;
}
