/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls that the rules refuse or log, as the kernel tells the supervisor of them. */
#ifndef DENIAL_H
#define DENIAL_H

#include <linux/seccomp.h>
#include <stdbool.h>

#include "filter.h"
#include "remand.h"

/* Distinct calls that are kept, of the 460 there are in each of few ABIs. */
#define DENIALS_MAX 512

struct denials {
	struct filter_program filter; /* the one that decides; owned */
	struct remand_denial *list;   /* owned, grows to DENIALS_MAX */
	size_t count;
	uint64_t more;      /* calls that found no room in the list */
	bool known;         /* a listener was there: an empty list means that there were none */
	bool needed;        /* a rule kills or logs, which is for whoever listens to do */
	bool read_memory;   /* nothing of the target can hold up who reads its memory */
	unsigned int share; /* one part in this many of the time may go into answering */
	uint64_t began_ns, spent_ns;
	uint64_t resume_ns; /* answering goes on then; 0: it goes on */
};

/* When the listener has come. Takes the filter. */
void denials_begin(struct denials *denials, uint64_t now_ns);

/*
 * Answer what is there, a bounded number of calls. 1: one was to be killed, its caller stays
 * stopped until it is; the last in the list is the one. 0: none, or all answered; -errno.
 */
int denials_dispatch(struct denials *denials, int listener, uint64_t now_ns);

void denials_done(struct denials *denials);

/* denial_detail.c: the call in words and the place that it was made from, as far as can be found
 * out. For people only: nothing is decided by them. */
void denial_describe(struct remand_denial *denial, const struct seccomp_notif *notification,
	int listener, bool read_memory);

#endif
