/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See usage.h; and the line for people. */
#include "usage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "report.h"

/* ru_inblock and ru_oublock, getrusage(2). */
#define BLOCK_BYTES 512

/*
 * The kernel keeps the peak of all that the process was, also of the copy of the caller that it was
 * before exec, and counts pages by CPU, so that it is wrong by some. What is not clearly more than
 * that copy had may be its own.
 */
#define PEAK_DOUBT_BYTES (UINT64_C(1) << 20)

const struct remand_usage usage_unknown = { REMAND_UNKNOWN, REMAND_UNKNOWN, REMAND_UNKNOWN,
	REMAND_UNKNOWN, REMAND_UNKNOWN, REMAND_UNKNOWN, REMAND_UNKNOWN, REMAND_UNKNOWN,
	REMAND_UNKNOWN };

uint64_t usage_less(uint64_t measured, uint64_t own)
{
	if (measured == REMAND_UNKNOWN)
		return measured;
	return measured > own ? measured - own : 0;
}

uint64_t usage_time_ns(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_usec * NS_PER_US;
}

static uint64_t count(long found, long own)
{
	return usage_less((uint64_t)found, (uint64_t)own);
}

static uint64_t peak(long found_kib, long own_kib)
{
	const uint64_t found = (uint64_t)found_kib << 10, own = (uint64_t)own_kib << 10;

	return found > own + PEAK_DOUBT_BYTES ? found : REMAND_UNKNOWN;
}

void usage_of_root(const struct rusage *found, const struct target_ready *ready,
	struct remand_usage *ret_usage)
{
	const struct rusage *own = &ready->usage;

	*ret_usage = (struct remand_usage){
		.user_ns = usage_time_ns(&found->ru_utime),
		.system_ns = usage_less(usage_time_ns(&found->ru_stime), ready->cpu_ns),
		.memory_peak_bytes = peak(found->ru_maxrss, own->ru_maxrss),
		.minor_faults = count(found->ru_minflt, own->ru_minflt),
		.major_faults = count(found->ru_majflt, own->ru_majflt),
		.voluntary_switches = count(found->ru_nvcsw, own->ru_nvcsw),
		.involuntary_switches = count(found->ru_nivcsw, own->ru_nivcsw),
		.read_bytes = count(found->ru_inblock, own->ru_inblock) * BLOCK_BYTES,
		.written_bytes = count(found->ru_oublock, own->ru_oublock) * BLOCK_BYTES,
	};
}

char *remand_usage_text(const struct remand_usage *usage)
{
	char *line = NULL;
	size_t size;
	FILE *out = usage->user_ns == REMAND_UNKNOWN ? NULL : open_memstream(&line, &size);

	if (!out)
		return NULL;
	fprintf(out, "root process: user %.2fs \302\267 system %.2fs", (double)usage->user_ns / 1e9,
		(double)usage->system_ns / 1e9);
	if (usage->memory_peak_bytes != REMAND_UNKNOWN) {
		fputs(" \302\267 memory ", out);
		report_print_size(out, usage->memory_peak_bytes);
	}
	fprintf(out,
		" \302\267 faults %" PRIu64 " minor %" PRIu64 " major \302\267 switches %" PRIu64
		" voluntary %" PRIu64 " involuntary \302\267 read ",
		usage->minor_faults, usage->major_faults, usage->voluntary_switches,
		usage->involuntary_switches);
	report_print_size(out, usage->read_bytes);
	fputs(" written ", out);
	report_print_size(out, usage->written_bytes);
	if (fclose(out) != 0) {
		free(line);
		return NULL;
	}
	return line;
}
