/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The result of a pipeline in words and in JSON. The stages' own: report.c. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "json_text.h"
#include "remand.h"

/* People count from 1. */
static json_t *ordinal(int stage)
{
	return stage < 0 ? json_null() : json_integer(stage + 1);
}

static json_t *number(uint64_t value)
{
	return value == REMAND_UNKNOWN ? json_null() : json_integer((json_int_t)value);
}

static json_t *stage_json(const struct remand_pipeline_stage *stage)
{
	char *text = remand_result_json(&stage->result);
	json_t *object = text ? json_loads(text, 0, NULL) : NULL;

	free(text);
	if (object)
		json_object_set_new(object, "failed", json_boolean(stage->failed));
	return object;
}

static void add_limit(json_t *limits, const char *name, const struct remand_limit_report *limit)
{
	json_object_set_new(limits, name,
		json_pack("{s:o, s:s}", "limit", number(limit->limit), "enforced_by",
			remand_enforcer_name(limit->enforced_by)));
}

static json_t *limits_json(const struct remand_pipeline_result *result)
{
	json_t *limits = json_object();

	add_limit(limits, "memory", &result->memory);
	add_limit(limits, "pids", &result->pids);
	add_limit(limits, "cpus", &result->cpus);
	return limits;
}

char *remand_pipeline_result_json(const struct remand_pipeline_result *result)
{
	json_t *object = json_object(), *stages = json_array();
	char *dump;

	json_object_set_new(object, "schema", json_integer(1));
	json_object_set_new(object, "id", result->id[0] ? json_string(result->id) : json_null());
	json_object_set_new(object, "verdict", json_string(remand_verdict_name(result->verdict)));
	json_object_set_new(object, "reason", json_text(result->reason));
	json_object_set_new(object, "stage", ordinal(result->stage));
	json_object_set_new(object, "failed_stage", ordinal(result->failed_stage));
	json_object_set_new(object, "closed_first", ordinal(result->closed_first));
	json_object_set_new(object, "blamed", ordinal(result->blamed));
	json_object_set_new(object, "cpu_ns", number(result->cpu_ns));
	json_object_set_new(object, "wall_ns", number(result->wall_ns));
	json_object_set_new(object, "memory_peak_bytes", number(result->memory_peak_bytes));
	json_object_set_new(object, "pids_peak", number(result->pids_peak));
	json_object_set_new(object, "limits", limits_json(result));
	for (size_t i = 0; i < result->stages_count; i++)
		json_array_append_new(stages, stage_json(&result->stages[i]));
	json_object_set_new(object, "stages", stages);
	dump = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return dump;
}

char *remand_pipeline_result_text(const struct remand_pipeline_result *result)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		return NULL;
	fprintf(out, "%s: %s", remand_verdict_name(result->verdict), result->reason);
	if (result->cpu_ns != REMAND_UNKNOWN)
		fprintf(out, " \302\267 cpu %.2fs", (double)result->cpu_ns / 1e9);
	if (result->wall_ns != REMAND_UNKNOWN)
		fprintf(out, " \302\267 wall %.2fs", (double)result->wall_ns / 1e9);
	if (fclose(out) != 0) {
		free(line);
		return NULL;
	}
	/* Names of programs and files may hold newlines and escape sequences. */
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	return line;
}

int remand_pipeline_result_status(const struct remand_pipeline_result *result)
{
	struct remand_result of = { .exit_code = 0 };

	if (result->stage >= 0)
		of = result->stages[result->stage].result;
	of.verdict = result->verdict;
	return remand_result_status(&of);
}

void remand_pipeline_result_clear(struct remand_pipeline_result *result)
{
	for (size_t i = 0; i < result->stages_count; i++)
		remand_result_clear(&result->stages[i].result);
	free(result->stages);
	free(result->transcript.data);
	*result = (struct remand_pipeline_result){ 0 };
}
