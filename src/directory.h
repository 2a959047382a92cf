/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entries of a directory where one that is missed matters. */
#ifndef DIRECTORY_H
#define DIRECTORY_H

#include <dirent.h>
#include <errno.h>

#include "syscalls.h"

/* 1: there is one more, 0: that was the last, or the directory was removed meanwhile; -errno. */
static inline int directory_next(DIR *stream, const struct dirent **ret_entry)
{
	errno = 0; /* the end and an error both look like NULL: readdir(3) */
	*ret_entry = readdir(stream);
	if (*ret_entry)
		return 1;
	return errno ? syscall_errno() : 0;
}

#endif
