/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One job of a batch: a line of JSON that becomes a spec. */
#ifndef COMMAND_JOB_H
#define COMMAND_JOB_H

#include <jansson.h>

#include "remand.h"

struct job {
	json_t *line; /* the object; owns argv */
	const char *id;
	char number[24]; /* its line, which is its id when it has none */
	struct remand_options *options;
	const char **argv;
	char **words; /* argv, when it was given as one string */
};

/* Options that are to be set before the job's own: the batch's command line. */
typedef int job_defaults(void *context, struct remand_options *options);

/* On failure the job has its id all the same, if it could be read. */
int job_parse(struct job *ret_job, const char *text, size_t line, struct remand_error *error);
int job_prepare(struct job *job, job_defaults *defaults, void *context,
	struct remand_spec *ret_spec, struct remand_error *error);
void job_done(struct job *job);

/* The ids of the jobs whose results are in a file, as keys of an object. 0 or -errno. */
int job_ids_done(const char *path, json_t *ret_ids);

#endif
