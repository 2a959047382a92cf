/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the results of the stages to one verdict. Pure: no system calls, no clock, no state.
 *
 * The verdict is, in this order:
 *   1. memory-limit, of no stage, when all together used more than they may;
 *   2. that of the first stage that could not be started or watched: the others were ended for it;
 *   3. cancelled, when the caller ended it;
 *   4. of a pipeline, that of the last stage, as in a shell;
 *   5. of two that talk, when both waited until a wall or idle limit, that limit, blamed on who
 *      should have acted; else that of the side that failed first, because the other's failure may
 *      follow from it; else ok.
 *
 * Who should have acted, judged at the moment in which the limit struck, before anybody could
 * react: a side that was told something and has not read all of it, if the other has; where both
 * have read all, the side that did not speak last, for it was its turn. Where nobody has spoken
 * yet, or neither has read all (both write, and nobody listens), it cannot be known, and nobody is
 * blamed.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "pipeline.h"

#define say(result, ...) snprintf((result)->reason, sizeof((result)->reason), __VA_ARGS__)

static bool was_reader_first(const struct pipeline_evidence *evidence, size_t stage)
{
	/* Link i is written by stage i, in a pipeline as in a conversation. */
	return stage < evidence->links_count && evidence->links[stage].reader_closed;
}

/* What a run cannot know of itself: why nobody reads it any more, and whose memory ran out. */
static void correct(
	struct remand_result *result, const struct pipeline_evidence *evidence, size_t stage)
{
	if (result->verdict == REMAND_VERDICT_SIGNAL && result->signal == SIGPIPE &&
		was_reader_first(evidence, stage)) {
		result->verdict = REMAND_VERDICT_OK;
		say(result, "ended by SIGPIPE, after its reader had closed");
	}
	if (result->verdict == REMAND_VERDICT_INTERNAL_ERROR && evidence->over_memory &&
		result->start_error.errnum == ENOMEM) {
		result->verdict = REMAND_VERDICT_MEMORY_LIMIT;
		result->start_error = (struct remand_error){ 0 };
		say(result,
			"killed when all stages together would have used more than %" PRIu64
			" bytes",
			evidence->memory_bytes);
	}
}

static bool has_failed(const struct remand_result *result, const struct stage *stage)
{
	if (result->verdict == REMAND_VERDICT_CANCELLED && stage->ordered)
		return false;
	return result->verdict != REMAND_VERDICT_OK;
}

static bool is_broken(const struct remand_result *result)
{
	return result->verdict == REMAND_VERDICT_NOT_STARTED ||
	       result->verdict == REMAND_VERDICT_INTERNAL_ERROR;
}

static int find_broken(const struct remand_pipeline_result *result)
{
	for (size_t i = 0; i < result->stages_count; i++)
		if (is_broken(&result->stages[i].result))
			return (int)i;
	return -1;
}

static int find_cancelled(const struct remand_pipeline_result *result)
{
	for (size_t i = 0; i < result->stages_count; i++)
		if (result->stages[i].result.verdict == REMAND_VERDICT_CANCELLED)
			return (int)i;
	return -1;
}

static int find_blamed(const struct duplex_view *view)
{
	bool behind[2] = { view->unread_bytes[0] > 0, view->unread_bytes[1] > 0 };

	if (behind[0] != behind[1])
		return behind[1];
	if (behind[0] || view->spoken_ns[0] == view->spoken_ns[1])
		return -1;
	return view->spoken_ns[0] > view->spoken_ns[1];
}

/* Both waited, and a limit ended the one that now closed first. */
static bool is_deadlock(const struct remand_pipeline_result *result, const struct duplex_view *view)
{
	enum remand_verdict verdict;

	if (view->closed_first < 0)
		return false;
	verdict = result->stages[view->closed_first].result.verdict;
	return verdict == REMAND_VERDICT_WALL_LIMIT || verdict == REMAND_VERDICT_IDLE_LIMIT;
}

static void take_verdict(struct remand_pipeline_result *result, int stage)
{
	const struct remand_result *of = &result->stages[stage].result;
	int failed = result->failed_stage;

	result->stage = stage;
	result->verdict = of->verdict;
	if (failed >= 0 && failed != stage)
		say(result, "stage %d: %.100s; stage %d failed: %.100s", stage + 1, of->reason,
			failed + 1, result->stages[failed].result.reason);
	else
		say(result, "stage %d: %.200s", stage + 1, of->reason);
}

static int find_first_failure(
	const struct remand_pipeline_result *result, const struct pipeline_evidence *evidence)
{
	int first = -1;

	for (int i = 0; i < (int)result->stages_count; i++)
		if (result->stages[i].failed &&
			(first < 0 ||
				evidence->stages[i].ended_ns < evidence->stages[first].ended_ns))
			first = i;
	return first;
}

static void decide_duplex(
	struct remand_pipeline_result *result, const struct pipeline_evidence *evidence)
{
	const struct duplex_view *view = evidence->view;
	int first = find_first_failure(result, evidence);

	result->closed_first = view->closed_first;
	if (is_deadlock(result, view))
		result->blamed = find_blamed(view);
	if (result->blamed < 0) {
		take_verdict(result, first < 0 ? (int)result->stages_count - 1 : first);
		return;
	}
	result->stage = result->blamed;
	result->verdict = result->stages[view->closed_first].result.verdict;
	say(result, "both sides waited, and stage %d should have %s", result->blamed + 1,
		view->unread_bytes[result->blamed] > 0 ? "read what it was told" : "spoken");
}

void pipeline_decide(
	struct remand_pipeline_result *result, const struct pipeline_evidence *evidence)
{
	int broken, cancelled;

	result->stage = result->failed_stage = result->closed_first = result->blamed = -1;
	for (size_t i = 0; i < result->stages_count; i++) {
		struct remand_pipeline_stage *stage = &result->stages[i];

		correct(&stage->result, evidence, i);
		stage->failed = has_failed(&stage->result, &evidence->stages[i]);
		if (stage->failed && result->failed_stage < 0)
			result->failed_stage = (int)i;
	}
	broken = find_broken(result);
	cancelled = evidence->cancelled ? find_cancelled(result) : -1;
	if (evidence->over_memory) {
		result->verdict = REMAND_VERDICT_MEMORY_LIMIT;
		say(result, "all stages together would have used more than %" PRIu64 " bytes",
			evidence->memory_bytes);
	} else if (broken >= 0) {
		take_verdict(result, broken);
	} else if (cancelled >= 0) {
		take_verdict(result, cancelled);
	} else if (evidence->duplex) {
		decide_duplex(result, evidence);
	} else {
		take_verdict(result, (int)result->stages_count - 1);
	}
}
