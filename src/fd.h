/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ownership of file descriptors: -1 is the empty value, every destructor accepts it. */
#ifndef FD_H
#define FD_H

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct permit;

/* Close and return the empty value. errno is kept, so that error paths can close first. */
static inline int fd_close(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd); /* never retried: on Linux the fd is gone even after EINTR, close(2) */
	errno = saved;
	return -1;
}

/* Hand the fd over: the caller's variable becomes empty. */
static inline int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* The same place under a number above 2: below lie the standard streams, also where the caller has
 * closed them. Returns the fd or -errno; takes the old one. */
static inline int fd_raise(int fd_taken)
{
	int raised;

	if (fd_taken > 2 || fd_taken < 0)
		return fd_taken;
	raised = fcntl(fd_taken, F_DUPFD_CLOEXEC, 3);
	if (raised < 0)
		raised = -errno;
	fd_close(fd_taken);
	return raised;
}

/* Close every open fd that is not in keep (where -1 stands for nothing). permit: for a process
 * under a filter, else NULL. -errno: close_range failed. */
int fd_close_all_but(const int *keep, size_t count, const struct permit *permit);

static inline void fd_cleanup(int *fd)
{
	*fd = fd_close(*fd);
}

static inline void free_cleanup(void *pointer)
{
	free(*(void **)pointer);
}

#define CLEANUP_FD   __attribute__((cleanup(fd_cleanup)))
#define CLEANUP_FREE __attribute__((cleanup(free_cleanup)))

#endif
