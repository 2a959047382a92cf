/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One sentence per verdict, and the counters that prove it. */
#include "reason.h"

#include <inttypes.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

const char *reason_signal_name(int signum, char buffer[16])
{
	const char *name = sigabbrev_np(signum);

	if (name)
		return name;
	/* As kill(1) counts: from glibc's SIGRTMIN, below which glibc keeps two for itself. */
	if (signum >= SIGRTMIN)
		snprintf(buffer, 16, "RTMIN+%d", signum - SIGRTMIN);
	else
		snprintf(buffer, 16, "%d", signum);
	return buffer;
}

/* asm/unistd.h, __X32_SYSCALL_BIT */
#define X32_BIT 0x40000000

char *reason_syscall_name(uint32_t architecture, int64_t number)
{
	/* libseccomp's tokens of architectures are the kernel's AUDIT_ARCH values, but for x32,
	 * which is x86-64 with a bit in the number. */
	if (architecture == SCMP_ARCH_X86_64 && (number & X32_BIT))
		return seccomp_syscall_resolve_num_arch(SCMP_ARCH_X32, (int)number);
	return seccomp_syscall_resolve_num_arch(architecture, (int)number);
}

static void note(struct remand_result *result, const char *name, uint64_t value)
{
	if (result->evidence_count < REMAND_EVIDENCE_MAX && value != REMAND_UNKNOWN)
		result->evidence[result->evidence_count++] =
			(struct remand_evidence){ name, value };
}

#define say(...) snprintf(result->reason, sizeof(result->reason), __VA_ARGS__)

static void explain_memory(struct remand_result *result, const struct group_usage *usage)
{
	uint64_t limit = result->limits[REMAND_LIMIT_MEMORY].limit;

	if (result->limits[REMAND_LIMIT_MEMORY].enforced_by == REMAND_ENFORCER_WATCH)
		note(result, "watched.memory_bytes", usage->memory_peak_bytes);
	else
		note(result, "memory.events.oom_kill", usage->oom_kill);
	if (result->memory_peak_bytes == REMAND_UNKNOWN)
		say("the kernel's OOM killer ended it at %" PRIu64 " bytes", limit);
	else
		say("used %" PRIu64 " of %" PRIu64 " bytes", result->memory_peak_bytes, limit);
}

static void explain_output(struct remand_result *result)
{
	uint64_t limit = result->limits[REMAND_LIMIT_OUTPUT].limit;

	note(result, "stdout_bytes", result->stdout_bytes);
	note(result, "stderr_bytes", result->stderr_bytes);
	if (result->signal == SIGXFSZ)
		say("a file would have become larger than %" PRIu64 " bytes", limit);
	else
		say("wrote more than %" PRIu64 " bytes to a stream", limit);
}

const struct remand_denial *reason_killed(const struct remand_result *result)
{
	for (size_t i = 0; i < result->denials_count; i++)
		if (result->denials[i].action == REMAND_ACTION_KILL)
			return &result->denials[i];
	return NULL;
}

static void explain_denied(struct remand_result *result)
{
	char *name = reason_syscall_name(result->denied_architecture, result->denied_syscall);
	const struct remand_denial *killed = reason_killed(result);
	const char *foreign =
		result->denied_architecture == seccomp_arch_native() ? "" : " of a foreign ABI";

	note(result, "denied.syscall", (uint64_t)result->denied_syscall);
	if (killed && killed->call[0] && name)
		say("killed for the system call %.130s%s%s%.60s", killed->call, foreign,
			killed->place[0] ? " at " : "", killed->place);
	else if (name)
		say("killed for the system call %s%s", name, foreign);
	else
		say("killed for the system call number %" PRId64 "%s", result->denied_syscall,
			foreign);
	free(name);
}

/* By whose count: the group's, or the sum of its members. */
static void note_cpu(struct remand_result *result, const struct group_usage *usage)
{
	note(result,
		result->limits[REMAND_LIMIT_TIME].enforced_by == REMAND_ENFORCER_WATCH
			? "watched.cpu_usec"
			: "cpu.stat.usage_usec",
		usage->cpu_ns / NS_PER_US);
}

static void explain_limits(struct remand_result *result, const struct group_usage *usage)
{
	const struct remand_limit_report *limits = result->limits;

	switch ((int)result->verdict) {
	case REMAND_VERDICT_TIME_LIMIT:
		note_cpu(result, usage);
		say("used %.3f of %.3f seconds of CPU time", (double)result->cpu_ns / 1e9,
			(double)limits[REMAND_LIMIT_TIME].limit / 1e9);
		break;
	case REMAND_VERDICT_WALL_LIMIT:
		note(result, "wall_ns", result->wall_ns);
		say("ran for %.3f of %.3f seconds", (double)result->wall_ns / 1e9,
			(double)limits[REMAND_LIMIT_WALL].limit / 1e9);
		break;
	case REMAND_VERDICT_IDLE_LIMIT:
		note_cpu(result, usage);
		say("used no CPU time for %.3f seconds",
			(double)limits[REMAND_LIMIT_IDLE].limit / 1e9);
		break;
	case REMAND_VERDICT_MEMORY_LIMIT:
		explain_memory(result, usage);
		break;
	case REMAND_VERDICT_OUTPUT_LIMIT:
		explain_output(result);
		break;
	case REMAND_VERDICT_PIDS_LIMIT:
		note(result, "pids.events.max", usage->pids_max_events);
		say("a fork beyond %" PRIu64 " processes and threads was refused",
			limits[REMAND_LIMIT_PIDS].limit);
		break;
	default:
		break;
	}
}

static void explain_ending(struct remand_result *result)
{
	char buffer[16];

	switch ((int)result->verdict) {
	case REMAND_VERDICT_OK:
		say("exited with status %d%s", result->exit_code,
			result->exit_code ? ", which is a success here" : "");
		break;
	case REMAND_VERDICT_EXIT:
		say("exited with status %d%s", result->exit_code,
			result->exit_code ? "" : ", which is no success here");
		break;
	case REMAND_VERDICT_SIGNAL:
		say("killed by SIG%s (%s)", reason_signal_name(result->signal, buffer),
			strsignal(result->signal));
		break;
	case REMAND_VERDICT_DENIED:
		explain_denied(result);
		break;
	case REMAND_VERDICT_CANCELLED:
		say("cancelled by the caller");
		break;
	case REMAND_VERDICT_NOT_STARTED:
	case REMAND_VERDICT_INTERNAL_ERROR:
		if (result->start_error.message[0])
			say("%.*s", (int)sizeof(result->reason) - 1, result->start_error.message);
		else
			say("the end of the program was not seen");
		break;
	default:
		break;
	}
}

void reason_fill(struct remand_result *result, const struct group_usage *usage)
{
	explain_limits(result, usage);
	explain_ending(result);
	/* Worth knowing whatever the verdict: forks that were refused. */
	if (usage->pids_max_events > 0 && result->verdict != REMAND_VERDICT_PIDS_LIMIT)
		note(result, "pids.events.max", usage->pids_max_events);
}
