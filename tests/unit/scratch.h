/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A directory of the test's own, and a child process in which a test may spoil what it likes. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"

struct scratch {
	char path[64];
	int fd;
};

static inline void scratch_done(struct scratch *scratch)
{
	char command[96];

	if (scratch->fd < 0)
		return;
	fd_close(scratch->fd);
	/* rm(1) can remove trees that are deeper than PATH_MAX. */
	snprintf(command, sizeof(command), "rm -rf -- %s", scratch->path);
	if (system(command) != 0)
		printf("# could not remove %s\n", scratch->path);
}

/* Declares a directory below parent that goes with the scope; .fd is -1 when it could not be made.
 */
#define SCRATCH(name, parent) \
	__attribute__((cleanup(scratch_done))) struct scratch name = scratch_make(parent)

static inline struct scratch scratch_make(const char *parent)
{
	struct scratch scratch = { .fd = -1 };

	snprintf(scratch.path, sizeof(scratch.path), "%s/remand-test.XXXXXX", parent);
	if (mkdtemp(scratch.path))
		scratch.fd = open(scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return scratch;
}

static inline const char *scratch_join(
	const struct scratch *scratch, const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", scratch->path, name);
	return path;
}

static inline int scratch_write(const struct scratch *scratch, const char *name, const char *text)
{
	CLEANUP_FD int fd =
		openat(scratch->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return fd >= 0 && dprintf(fd, "%s", text) == (int)strlen(text) ? 0 : -1;
}

/* Run body in a child; its return value, 0 to 255, or -1 when it did not end by itself. */
static inline int scratch_child(int (*body)(void *), void *argument)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(body(argument));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
