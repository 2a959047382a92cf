/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who said what when, between the stages of a pipeline: one JSON object a line, up to a size. */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "remand.h"

struct transcript {
	char *data;
	size_t length, capacity;
	uint64_t limit; /* 0: none is kept */
	uint64_t start_ns;
	bool cut; /* the limit is reached: no more is kept, and the last line says so */
};

/* Memory that is not to be had cuts it too: what two strangers say must not end their run. */
void transcript_said(struct transcript *transcript, size_t stage, const char *data, size_t length);
/* what: "stdout" or "stdin" */
void transcript_closed(struct transcript *transcript, size_t stage, const char *what);
/* What was kept, now the caller's. */
void transcript_take(struct transcript *transcript, struct remand_capture *ret);
void transcript_done(struct transcript *transcript);

#endif
