/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pid file of a service, for those who cannot ask `remand status`: it holds the pid of the
 * supervisor, which lives as long as the service and, sent SIGTERM, stops it. Nobody of ours ever
 * reads it: whatever it says, and whether it is there, changes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command_service.h"
#include "fd.h"
#include "syscalls.h"

/* A new file, whole before it has its name; no link in its place is followed. */
static int make(const char *path, struct stat *ret_made)
{
	CLEANUP_FREE char *temporary = NULL;
	CLEANUP_FD int fd = -1;
	int r = 0;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
		temporary = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return syscall_errno();
	if (dprintf(fd, "%d\n", (int)getpid()) < 0 || fchmod(fd, 0644) < 0 ||
		fstat(fd, ret_made) < 0 || rename(temporary, path) < 0) {
		r = syscall_errno();
		(void)unlink(temporary);
	}
	return r;
}

int service_write_pidfile(struct service_pidfile *file, struct remand_error *error)
{
	struct stat made;
	int r = file->path ? make(file->path, &made) : 0;

	if (r < 0)
		snprintf(error->message, sizeof(error->message), "cannot write the pid file %s: %s",
			file->path, strerror(-r));
	if (r < 0 || !file->path)
		return r;
	file->device = made.st_dev;
	file->inode = made.st_ino;
	return 0;
}

void service_remove_pidfile(const struct service_pidfile *file)
{
	struct stat found;

	/* One that has taken its name since is another's. */
	if (file->inode && lstat(file->path, &found) == 0 && found.st_dev == file->device &&
		found.st_ino == file->inode)
		(void)unlink(file->path);
}
