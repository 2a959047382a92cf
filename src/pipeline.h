/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several runs whose streams are joined, in one group. */
#ifndef PIPELINE_H
#define PIPELINE_H

#include <limits.h>

#include "fallback.h"
#include "group.h"
#include "pump.h"
#include "remand.h"
#include "transcript.h"

/* From the stdout of one stage to the stdin of another. */
struct link {
	struct pump pump;
	size_t writer, reader; /* the stages */
	struct transcript *transcript;
	uint64_t spoken_ns;                /* when something arrived last, 0: never */
	uint64_t unread_bytes;             /* that the reader had not taken, when last looked at */
	bool writer_closed, reader_closed; /* who was the first to: never both */
	uint32_t watched_from, watched_to; /* events registered; 0 for `to`: not in the set yet */
	bool to_in_set;
};

#define LINK_EMPTY                 \
	{                          \
		.pump = PUMP_EMPTY \
	}

/* Takes both fds, also on failure. */
int link_open(struct link *link, int from_taken, int to_taken, int epoll_fd);
/* Carry what can be carried now. */
int link_step(struct link *link);
/* How much its reader has not taken. */
void link_look(struct link *link);
/* Register what it waits for; tag is the data of its entries. */
int link_watch(struct link *link, uint64_t tag);
void link_done(struct link *link);

/* How a conversation stood at the moment in which one side closed. */
struct duplex_view {
	int closed_first;         /* -1: nobody yet */
	uint64_t spoken_ns[2];    /* when each side spoke last, 0: never */
	uint64_t unread_bytes[2]; /* said to each side, and not read by it */
};

struct stage {
	struct remand *run; /* NULL: has ended, or was never started */
	uint64_t ended_ns;
	bool ordered; /* we ended it, because of another */
};

struct remand_pipeline {
	int base_fd, epoll_fd;
	struct group group;
	char path[PATH_MAX]; /* of the group, for the stages' own */
	bool duplex, done, cancelled;
	uint64_t start_ns;
	uint64_t memory_bytes; /* limit of all together */
	struct fallback fallback;
	struct stage *stages;
	struct link *links;
	size_t links_count, running;
	struct duplex_view view;
	struct transcript transcript;
	struct remand_pipeline_result result;
};

/* pipeline_spec.c: the number of stages fits what they are to do. */
int pipeline_check_shape(const struct remand_pipeline_spec *spec, struct remand_error *error);
/* The stage's stdin comes from another stage, its stdout goes to one. */
bool pipeline_has_writer(const struct remand_pipeline_spec *spec, size_t stage);
bool pipeline_has_reader(const struct remand_pipeline_spec *spec, size_t stage);
/* The stage as it is to be run: joined to its neighbours, in a group below that of all. */
int pipeline_make_stage(const struct remand_pipeline_spec *spec, size_t i,
	struct remand_spec *ret_stage, struct remand_error *error);
/* Its own limits are below those of all; needs: the controllers that they take. */
int pipeline_check_limits(const struct remand_spec *stage, size_t i,
	const struct remand_spec *common, struct remand_spec *needs, struct remand_error *error);

/* pipeline_group.c: the group around those of the stages, if there can be one; what holds the
 * common limits is in the result. needs: which controllers the stages need in it. */
int pipeline_group_open(struct remand_pipeline *pipeline, const struct remand_spec *common,
	const struct remand_spec *needs, struct remand_error *error);
/* When all stages have ended: fill what is measured of all together, and remove it if it is empty.
 */
void pipeline_group_end(struct remand_pipeline *pipeline);
/* Kill who is left there, and wait for that; remove it. */
void pipeline_group_close(struct remand_pipeline *pipeline);
/* The kernel's OOM killer acted for the limit of all together. */
bool pipeline_group_is_over_memory(const struct remand_pipeline *pipeline);

/* pipeline_decide.c: all stages have ended; whose verdict is it? */
struct pipeline_evidence {
	bool duplex, cancelled;
	bool over_memory;         /* of all together */
	uint64_t memory_bytes;    /* limit of all together */
	const struct link *links; /* in order: link i is read by stage i + 1 */
	size_t links_count;
	const struct stage *stages;
	const struct duplex_view *view;
};
void pipeline_decide(
	struct remand_pipeline_result *result, const struct pipeline_evidence *evidence);

#endif
