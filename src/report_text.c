/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The result as one line for people. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "remand.h"
#include "report.h"

void report_print_size(FILE *out, uint64_t bytes)
{
	static const char units[] = "BKMGT";
	double value = (double)bytes;
	int unit = 0;

	while (value >= 1024 && units[unit + 1]) {
		value /= 1024;
		unit++;
	}
	fprintf(out, unit ? "%.1f%c" : "%.0f%c", value, units[unit]);
}

/* The first few of the calls that got this answer. */
static void print_calls(
	FILE *out, const struct remand_result *result, enum remand_action action, const char *title)
{
	size_t shown = 0;

	for (size_t i = 0; i < result->denials_count; i++) {
		const struct remand_denial *denial = &result->denials[i];

		if (denial->action != action || shown++ >= 3)
			continue;
		fprintf(out, "%s%s", shown > 1 ? ", " : title, denial->call);
		if (denial->count > 1)
			fprintf(out, " %" PRIu64 " times", denial->count);
	}
	if (shown > 3)
		fprintf(out, " and %zu more", shown - 3);
}

char *remand_result_text(const struct remand_result *result)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		return NULL;
	fprintf(out, "%s: ", remand_verdict_name(result->verdict));
	if (result->verdict == REMAND_VERDICT_MEMORY_LIMIT &&
		result->memory_peak_bytes != REMAND_UNKNOWN) {
		fputs("used ", out);
		report_print_size(out, result->memory_peak_bytes);
		fputs(" of ", out);
		report_print_size(out, result->limits[REMAND_LIMIT_MEMORY].limit);
	} else {
		fputs(result->reason, out);
	}
	for (size_t i = 0; i < result->evidence_count; i++)
		fprintf(out, "%s%s %" PRIu64 "%s", i ? ", " : " (", result->evidence[i].name,
			result->evidence[i].value, i + 1 == result->evidence_count ? ")" : "");
	if (result->cpu_ns != REMAND_UNKNOWN && result->started)
		fprintf(out, " \302\267 cpu %.2fs", (double)result->cpu_ns / 1e9);
	if (result->wall_ns != REMAND_UNKNOWN)
		fprintf(out, " \302\267 wall %.2fs", (double)result->wall_ns / 1e9);
	if (result->memory_peak_bytes != REMAND_UNKNOWN && result->started) {
		fputs(" \302\267 memory ", out);
		report_print_size(out, result->memory_peak_bytes);
	}
	if (result->program[0] && result->started)
		fprintf(out, " \302\267 program %s", result->program);
	/* Why a program failed may be what it was refused; one that did well need not hear of it.
	 */
	if (result->verdict != REMAND_VERDICT_OK)
		print_calls(out, result, REMAND_ACTION_DENY, " \302\267 refused: ");
	print_calls(out, result, REMAND_ACTION_LOG, " \302\267 logged: ");
	if (result->collect_failed[0])
		fprintf(out, " \302\267 not collected: %s", result->collect_failed);
	if (result->network_host)
		fputs(" \302\267 NETWORK OF THE HOST", out);
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
