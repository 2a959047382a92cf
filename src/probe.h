/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts about the host, while they are gathered. */
#ifndef PROBE_H
#define PROBE_H

#include "base.h"
#include "remand.h"

#define PROBE_MAX 64

struct remand_probe {
	struct remand_fact facts[PROBE_MAX]; /* found and mend are owned, the rest is static */
	size_t count;
	bool incomplete; /* out of memory, or of room */
	struct host host;
	struct base base; /* fd -1: none, or not there yet */
};

/* Add a fact: what is static of it (mend is copied, and dropped where the state is ok), and what
 * was found. */
void probe_add(struct remand_probe *probe, const struct remand_fact *fact, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The parts, in the order of the table. */
void probe_kernel(struct remand_probe *probe);
void probe_namespaces(struct remand_probe *probe);
void probe_cgroup(struct remand_probe *probe, const char *given);
void probe_timing(struct remand_probe *probe);

#endif
