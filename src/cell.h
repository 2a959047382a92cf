/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file system that a run sees. The supervisor plans it as a list of steps (cell_plan.c); the
 * keeper executes the list (cell_build.c). Nothing of the host is visible that is not a step.
 */
#ifndef CELL_H
#define CELL_H

#include <sys/types.h>

#include "box.h"
#include "error.h"
#include "host.h"
#include "path.h"
#include "remand.h"

enum cell_step_kind {
	CELL_DIRECTORY, /* in the cell's own, read-only root */
	CELL_SYMLINK,   /* source: where it points */
	CELL_TEXT,      /* a small file; source: its content */
	CELL_BIND,      /* host file or directory; source: its path */
	CELL_SCRATCH, /* writable directory in the cell's own file system, shares the disk limit */
	CELL_TMPFS,   /* writable directory of its own size */
	CELL_PROC,
	CELL_DEVPTS,    /* terminals of the cell's own */
	CELL_MASK,      /* a file that reads as empty, where the cell has it */
	CELL_READ_ONLY, /* a directory of the cell made read-only, where it has it */
	CELL_DEVICE, /* without a cell: a device of the host that may be used; source: its path */
};

struct cell_step {
	enum cell_step_kind kind;
	char *destination; /* relative to the cell's root */
	char *source;
	int tree_fd;         /* CELL_BIND: a detached copy of the source, -1: the keeper makes it.
			      * Without a cell: the source itself, -1: the host has none */
	uint64_t attributes; /* MOUNT_ATTR_* of mount_setattr(2) */
	char size[24];       /* CELL_TMPFS: bytes as tmpfs(5) takes them, 0 is no limit */
	char inodes[24];     /* CELL_TMPFS: how many files, likewise */
	mode_t mode;
	bool optional; /* skipped where the host lacks the source */
	bool only;     /* CELL_BIND: what was opened, never what has taken its name since */
};

struct cell {
	struct cell_step *steps;
	size_t count;
	uint64_t disk_bytes; /* what the target may write in all scratch directories together */
	char size[24], inodes[24];   /* of the root tmpfs while it is built */
	char *program;               /* path of the target in the cell, NULL: look argv[0] up */
	struct path_hostile hostile; /* the work directory */
};

#define CELL_EMPTY \
	{          \
		0  \
	}

/* Decide all steps. Opens what the caller names by the caller's own rights, once. ret_cell comes
 * with its field hostile filled in. */
int cell_plan(struct cell *ret_cell, const struct remand_spec *spec, const struct host *host,
	struct remand_error *error);
/* The same where the target has no file system of its own (cell_host.c): what it may use of the
 * host's. */
int cell_plan_host(struct cell *ret_cell, const struct remand_spec *spec, const struct box *box,
	const struct isolation *isolation, struct remand_error *error);
void cell_done(struct cell *cell);

/* A detached copy of a source, mounts below it included; -errno. Async-signal-safe. */
int cell_open_tree(const struct cell *cell, const char *source);

/* The keeper's half: mount everything and make it the root. Async-signal-safe. uid and gid own the
 * scratch directories. 0, or -errno with the failure filled in. */
int cell_build(const struct cell *cell, uid_t uid, gid_t gid, struct failure *failure);

#endif
