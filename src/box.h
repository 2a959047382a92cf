/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directory that a target may write to where it has no file system of its own. */
#ifndef BOX_H
#define BOX_H

#include <limits.h>
#include <sys/types.h>

#include "isolation.h"

struct box {
	int parent_fd;       /* $TMPDIR or /tmp; -1: nothing was made */
	int outer_fd;        /* ours, locked as long as we live */
	int fd;              /* in it: the target's */
	char name[40];       /* of outer in parent */
	char path[PATH_MAX]; /* the directory as the target calls it; empty: it stays where we are
			      */
};

#define BOX_EMPTY                                         \
	{                                                 \
		.parent_fd = -1, .outer_fd = -1, .fd = -1 \
	}

/*
 * With a cell: nothing to do, its box is part of it. Else the work directory, or for isolation
 * landlock a new empty directory; leftovers of dead owners beside that are removed first. On
 * success the box is to be released by box_remove().
 */
int box_open(struct box *ret_box, const struct remand_spec *spec, const struct isolation *isolation,
	struct remand_error *error);
/* The same for a run that will not be: nothing is made, and the new name is a placeholder. */
int box_foresee(struct box *ret_box, const struct remand_spec *spec,
	const struct isolation *isolation, struct remand_error *error);
/* Make it the target's own. */
int box_give(const struct box *box, uid_t uid, gid_t gid);
/* When all that could write to it is dead. 0 or the first -errno. */
int box_remove(struct box *box);

#endif
