/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The order of the rules is the order of the questions that a judge asks. First whether there is a
 * result at all; then whether a limit was passed, the hardest fact first; only then what the
 * program said of itself.
 *
 *   1. remand failed, the program never started, or the caller ended it: nothing else can be said.
 *   2. The kernel's OOM killer acted in the group: memory-limit, even if the program itself exited
 * 0 (its grandchild was killed, and with memory.oom.group all of them were meant to be), and rather
 * than any signal, because that SIGKILL was the kernel's.
 *   3. CPU time reached its limit: time-limit, also when the program ended cleanly a moment before
 *      it could be killed, and also when the wall limit was passed as well: the CPU time is the
 *      program's own doing, the wall time shares the machine.
 *   4. Wall time reached its limit, 5. no CPU time for too long.
 *   6. More output than allowed on a stream, or SIGXFSZ for a file: output-limit, also with exit 0,
 *      because what lies beyond the limit is lost.
 *   7. A refused fork, only where that was asked to be fatal.
 *   8. Death for a forbidden system call, 9. by another signal, 10. an exit code that is
 *      not ok, 11. ok.
 */
#include "verdict.h"

#include <signal.h>

static bool reached(uint64_t used, uint64_t limit)
{
	return limit != REMAND_UNLIMITED && used != REMAND_UNKNOWN && used >= limit;
}

/* A stream may hold exactly as many bytes as the limit says. */
static bool exceeded(uint64_t used, uint64_t limit)
{
	return limit != REMAND_UNLIMITED && used != REMAND_UNKNOWN && used > limit;
}

static bool too_much_output(const struct verdict_evidence *evidence)
{
	return evidence->cause == VERDICT_CAUSE_OUTPUT || evidence->signal == SIGXFSZ ||
	       exceeded(evidence->stdout_bytes, evidence->output_limit_bytes) ||
	       exceeded(evidence->stderr_bytes, evidence->output_limit_bytes);
}

static enum remand_verdict decide_ending(const struct verdict_evidence *evidence)
{
	if (evidence->cause == VERDICT_CAUSE_DENIED)
		return REMAND_VERDICT_DENIED;
	if (evidence->signal)
		return REMAND_VERDICT_SIGNAL;
	if (!evidence->exited)
		return REMAND_VERDICT_INTERNAL_ERROR;
	return evidence->exit_failed ? REMAND_VERDICT_EXIT : REMAND_VERDICT_OK;
}

enum remand_verdict verdict_decide(const struct verdict_evidence *evidence)
{
	if (evidence->internal_error)
		return REMAND_VERDICT_INTERNAL_ERROR;
	if (evidence->not_started)
		return REMAND_VERDICT_NOT_STARTED;
	if (evidence->cause == VERDICT_CAUSE_CANCEL)
		return REMAND_VERDICT_CANCELLED;
	if (evidence->oom_kills > 0 || evidence->cause == VERDICT_CAUSE_MEMORY)
		return REMAND_VERDICT_MEMORY_LIMIT;
	if (evidence->cause == VERDICT_CAUSE_TIME ||
		reached(evidence->cpu_ns, evidence->time_limit_ns))
		return REMAND_VERDICT_TIME_LIMIT;
	if (evidence->cause == VERDICT_CAUSE_WALL ||
		reached(evidence->wall_ns, evidence->wall_limit_ns))
		return REMAND_VERDICT_WALL_LIMIT;
	if (evidence->cause == VERDICT_CAUSE_IDLE)
		return REMAND_VERDICT_IDLE_LIMIT;
	if (too_much_output(evidence))
		return REMAND_VERDICT_OUTPUT_LIMIT;
	if (evidence->pids_fatal && evidence->fork_refusals > 0)
		return REMAND_VERDICT_PIDS_LIMIT;
	return decide_ending(evidence);
}
