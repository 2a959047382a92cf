/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Places in the cell that is being built. */
#ifndef CELL_PLACE_H
#define CELL_PLACE_H

#include "cell.h"

struct cell_builder {
	const struct cell *cell;
	int root_fd;
	dev_t device; /* of the cell's own tmpfs: only there may mount points be created */
	uid_t uid;
	gid_t gid;
};

/* What is at the first `length` bytes of a path below the cell's root; an fd, or -errno. */
int cell_place_below(const struct cell_builder *builder, const char *path, size_t length);

/* The directory that is to hold the path's last component, created as far as it is missing. */
int cell_place_parent(const struct cell_builder *builder, const char *path, const char **ret_name);

/* A place to mount on: an existing one, or a new directory or empty file. */
int cell_place_mount_point(const struct cell_builder *builder, const char *path, bool directory);

#endif
