/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was asked of a pipeline, checked, and its stages as they are to be run. */
#include <errno.h>
#include <string.h>

#include "error.h"
#include "pipeline.h"
#include "run.h"
#include "spec.h"

#define refuse(...) error_say(error, REMAND_STAGE_SPEC, -EINVAL, __VA_ARGS__)

int pipeline_check_shape(const struct remand_pipeline_spec *spec, struct remand_error *error)
{
	if (spec->size != sizeof(*spec))
		return refuse("the size field of the pipeline is %zu; set it to sizeof(struct "
			      "remand_pipeline_spec), %zu",
			spec->size, sizeof(*spec));
	if (spec->stages_count < 1 || spec->stages_count > REMAND_PIPELINE_MAX)
		return refuse("a pipeline cannot have %zu stages; expected 1 to %d",
			spec->stages_count, REMAND_PIPELINE_MAX);
	if (spec->duplex && spec->stages_count != 2)
		return refuse("two programs can talk to each other, not %zu", spec->stages_count);
	return 0;
}

bool pipeline_has_writer(const struct remand_pipeline_spec *spec, size_t stage)
{
	return spec->duplex || stage > 0;
}

bool pipeline_has_reader(const struct remand_pipeline_spec *spec, size_t stage)
{
	return spec->duplex || stage + 1 < spec->stages_count;
}

int pipeline_make_stage(const struct remand_pipeline_spec *spec, size_t i,
	struct remand_spec *ret_stage, struct remand_error *error)
{
	struct remand_error inner = { 0 };
	int r = run_refuse_pipes(spec->stages[i], &inner);

	if (r == 0)
		r = spec_copy(spec->stages[i], ret_stage, &inner);
	if (r < 0)
		return error_say(error, inner.stage, r, "stage %zu: %.900s", i + 1, inner.message);
	ret_stage->size = sizeof(*ret_stage);
	if (ret_stage->cgroup || ret_stage->enter_scope)
		return refuse("stage %zu: where the groups are is said for all stages", i + 1);
	if ((pipeline_has_writer(spec, i) && ret_stage->input.kind != REMAND_STREAM_DEFAULT) ||
		(pipeline_has_reader(spec, i) && ret_stage->output.kind != REMAND_STREAM_DEFAULT))
		return refuse("stage %zu: its stdin or stdout leads to another stage, so that it "
			      "can lead nowhere else",
			i + 1);
	if (pipeline_has_writer(spec, i))
		ret_stage->input.kind = REMAND_STREAM_PIPE;
	if (pipeline_has_reader(spec, i))
		ret_stage->output.kind = REMAND_STREAM_PIPE;
	return 0;
}

int pipeline_check_limits(const struct remand_spec *stage, size_t i,
	const struct remand_spec *common, struct remand_spec *needs, struct remand_error *error)
{
	struct remand_error inner = { 0 };
	struct remand_spec resolved;
	int r = spec_resolve(stage, &resolved, &inner);

	if (r < 0)
		return error_say(error, inner.stage, r, "stage %zu: %.900s", i + 1, inner.message);
	if (resolved.memory_bytes > common->memory_bytes || resolved.pids > common->pids ||
		resolved.cpus_milli > common->cpus_milli)
		return refuse("stage %zu: its %s limit is higher than that of all stages together; "
			      "raise that one too",
			i + 1,
			resolved.memory_bytes > common->memory_bytes ? "memory"
			: resolved.pids > common->pids               ? "pids"
								     : "cpus");
	if (resolved.memory_bytes < needs->memory_bytes)
		needs->memory_bytes = resolved.memory_bytes;
	if (resolved.pids < needs->pids)
		needs->pids = resolved.pids;
	if (resolved.cpus_milli < needs->cpus_milli)
		needs->cpus_milli = resolved.cpus_milli;
	if (resolved.cpuset)
		needs->cpuset = resolved.cpuset;
	return 0;
}
