/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The caller's own files, opened in spite of what a target may have planted in the work directory.
 */
#ifndef PATH_H
#define PATH_H

#include <stdbool.h>
#include <sys/types.h>

/* A directory in which hostile programs write. */
struct path_hostile {
	bool exists;
	bool forbidden; /* nothing is to be opened below it at all: -EACCES */
	dev_t device;
	ino_t inode;
};

/* What follows the last slash. */
const char *path_last_component(const char *path);

/* -errno; directory NULL: there is none. */
int path_hostile_identify(const char *directory, struct path_hostile *ret_hostile);

/*
 * open(2), but below the hostile directory no symbolic link is followed and nothing leads out of
 * it, however the path gets there. flags get O_CLOEXEC. Returns the fd or -errno; -ELOOP: a link
 * below the hostile directory, -EXDEV: a ".." out of it.
 */
int path_open(const struct path_hostile *hostile, const char *path, int flags, mode_t mode);

#endif
