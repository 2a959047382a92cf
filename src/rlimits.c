/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of resource limits: name, what a target gets when nobody says otherwise. */
#include "rlimits.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *name;
	rlim_t value;
} table[RLIM_NLIMITS] = {
	/* Address space and data are unlimited: memory.max counts what is really used, and JVM, Go,
	 * Node, GHC and the sanitizers reserve terabytes that they never touch. */
	[RLIMIT_AS] = { "as", RLIM_INFINITY },
	[RLIMIT_DATA] = { "data", RLIM_INFINITY },
	/* Not 0: where core_pattern is a pipe, the kernel starts the host's helper as root for a
	 * crash under any limit but 1, which is below every core file too. core(5). */
	[RLIMIT_CORE] = { "core", 1 },
	/* CPU time is counted for the whole group by cpu.stat; RLIMIT_CPU is per process. */
	[RLIMIT_CPU] = { "cpu", RLIM_INFINITY },
	[RLIMIT_FSIZE] = { "fsize", RLIM_INFINITY },
	[RLIMIT_LOCKS] = { "locks", RLIM_INFINITY },
	[RLIMIT_MEMLOCK] = { "memlock", 8 << 20 },
	[RLIMIT_MSGQUEUE] = { "msgqueue", 819200 },
	[RLIMIT_NICE] = { "nice", 0 },
	[RLIMIT_NOFILE] = { "nofile", RLIM_INFINITY },
	/* pids.max counts threads of this run only; RLIMIT_NPROC counts a user's, everywhere. */
	[RLIMIT_NPROC] = { "nproc", RLIM_INFINITY },
	[RLIMIT_RSS] = { "rss", RLIM_INFINITY },
	[RLIMIT_RTPRIO] = { "rtprio", 0 },
	[RLIMIT_RTTIME] = { "rttime", RLIM_INFINITY },
	[RLIMIT_SIGPENDING] = { "sigpending", 4096 },
	[RLIMIT_STACK] = { "stack", 8 << 20 },
};

int rlimits_find(const char *name, int *ret_resource)
{
	for (int i = 0; i < (int)RLIM_NLIMITS; i++)
		if (table[i].name && strcmp(table[i].name, name) == 0) {
			*ret_resource = i;
			return 0;
		}
	return -ENOENT;
}

const char *rlimits_name(int resource)
{
	return resource >= 0 && resource < (int)RLIM_NLIMITS ? table[resource].name : NULL;
}

static rlim_t to_rlim(uint64_t value)
{
	return value == REMAND_UNLIMITED ? RLIM_INFINITY : (rlim_t)value;
}

static void set(struct rlimit_entry *entry, uint64_t soft, uint64_t hard, bool wanted)
{
	*entry = (struct rlimit_entry){ { to_rlim(soft), to_rlim(hard) }, wanted };
}

void rlimits_fill(const struct remand_spec *given, const struct remand_spec *resolved,
	struct rlimit_entry limits[RLIM_NLIMITS])
{
	for (size_t i = 0; i < RLIM_NLIMITS; i++)
		set(&limits[i], table[i].value, table[i].value, false);
	set(&limits[RLIMIT_FSIZE], resolved->output_bytes, resolved->output_bytes,
		given->output_bytes != 0);
	set(&limits[RLIMIT_NOFILE], resolved->open_files, resolved->open_files,
		given->open_files != 0);
	set(&limits[RLIMIT_STACK], resolved->stack_bytes, resolved->stack_bytes,
		given->stack_bytes != 0);
	for (size_t i = 0; i < given->rlimits_count; i++)
		set(&limits[given->rlimits[i].resource], given->rlimits[i].soft,
			given->rlimits[i].hard, true);
}
