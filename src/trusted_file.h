/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that decide what a program may do: policies, seccomp profiles. No program may choose them.
 */
#ifndef TRUSTED_FILE_H
#define TRUSTED_FILE_H

#include <sys/types.h>

#include "remand.h"

/* No sensible policy or profile comes near it. */
#define TRUSTED_FILE_MAX (size_t)(1 << 20)

struct trusted_file {
	char *text; /* owned; ends in a zero byte that does not count */
	size_t length;
	dev_t device;
	ino_t inode;
	uid_t owner;
	mode_t mode;
};

/* Read a regular file whole; takes the fd. `path` is for the sentence only. */
int trusted_file_read(
	int fd, const char *path, struct trusted_file *ret_file, struct remand_error *error);

/* Open and read. */
int trusted_file_open(const char *path, struct trusted_file *ret_file, struct remand_error *error);

/* Refuse a file that lies below a directory which the runs of this spec write to (work, writable
 * binds): an earlier program may have put it there. */
int trusted_file_check(const struct remand_spec *spec, const char *path,
	const struct trusted_file *file, struct remand_error *error);

void trusted_file_done(struct trusted_file *file);

#endif
