/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cgroup v2 controllers of a base: which are there, how to enable them, why one is missing. */
#ifndef CONTROLLERS_H
#define CONTROLLERS_H

#include "base.h"

/* The child of an inhabited base that everything living in it moves to. */
#define CONTROLLERS_LEAF "supervisor"

/* A controller, the option whose limit needs it, and how to ask for no such limit. */
struct controller_need {
	const char *name, *option, *without;
	bool needed;
};

#define CONTROLLERS_COUNT 4

void controllers_needed(
	const struct remand_spec *spec, struct controller_need ret_needs[CONTROLLERS_COUNT]);

/* Whether the cgroup has the controller, for its children to be given. */
bool controllers_has(int cgroup_fd, const char *name);

/* Every needed controller is in the cgroup at path; else the sentence that says why not. */
int controllers_check(const struct host *host, const char *path, int cgroup_fd,
	const struct controller_need *needs, struct remand_error *error);

/* Give every needed controller to the base's children. */
int controllers_enable(const struct host *host, const struct base *base,
	const struct controller_need *needs, struct remand_error *error);

/* Why a controller is not to be had in the cgroup at path, and the command that mends it. */
struct controller_absence {
	char why[864], mend[640];
};
void controllers_explain(const struct host *host, const char *path, const char *name,
	struct controller_absence *ret_absence);

#endif
