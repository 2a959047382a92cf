/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See transcript.h. In memory and not in a file: what writes it must never wait for a disk or for
 * the reader of a FIFO, and the limit makes it small.
 */
#include "transcript.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

/* Room for the line that says that it was cut. */
#define CUT_BYTES 64

static bool append(struct transcript *transcript, const char *text)
{
	size_t length = strlen(text), wanted = transcript->length + length + 2;

	if (wanted > transcript->capacity) {
		char *grown = realloc(transcript->data, 2 * wanted);

		if (!grown)
			return false;
		transcript->data = grown;
		transcript->capacity = 2 * wanted;
	}
	memcpy(transcript->data + transcript->length, text, length);
	transcript->length += length;
	transcript->data[transcript->length++] = '\n';
	transcript->data[transcript->length] = '\0';
	return true;
}

/* Takes the value; NULL: out of memory. */
static void add(struct transcript *transcript, size_t stage, const char *key, json_t *value)
{
	json_int_t ns = (json_int_t)(clock_now_ns() - transcript->start_ns);
	json_t *line = value ? json_pack("{s:I, s:I, s:o}", "ns", ns, "stage",
				       (json_int_t)stage + 1, key, value)
			     : NULL;
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

	if (!text || transcript->length + strlen(text) + CUT_BYTES > transcript->limit ||
		!append(transcript, text)) {
		char cut[CUT_BYTES];

		snprintf(cut, sizeof(cut), "{\"ns\":%" JSON_INTEGER_FORMAT ",\"cut\":true}", ns);
		transcript->cut = true;
		(void)append(transcript, cut);
	}
	free(text);
	json_decref(line);
}

/* What is no UTF-8, also because a character was written in two pieces, is kept as it is. */
static json_t *hex(const char *data, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(2 * length + 1);
	json_t *value;

	if (!text)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		text[2 * i] = digits[(unsigned char)data[i] >> 4];
		text[2 * i + 1] = digits[(unsigned char)data[i] & 15];
	}
	value = json_stringn(text, 2 * length);
	free(text);
	return value;
}

void transcript_said(struct transcript *transcript, size_t stage, const char *data, size_t length)
{
	json_t *text;

	if (transcript->limit == 0 || transcript->cut)
		return;
	text = json_stringn(data, length);
	if (text)
		add(transcript, stage, "wrote", text);
	else
		add(transcript, stage, "wrote_hex", hex(data, length));
}

void transcript_closed(struct transcript *transcript, size_t stage, const char *what)
{
	if (transcript->limit > 0 && !transcript->cut)
		add(transcript, stage, "closed", json_string(what));
}

void transcript_take(struct transcript *transcript, struct remand_capture *ret)
{
	*ret = (struct remand_capture){ transcript->data, transcript->length, false };
	*transcript = (struct transcript){ 0 };
}

void transcript_done(struct transcript *transcript)
{
	free(transcript->data);
	*transcript = (struct transcript){ 0 };
}
