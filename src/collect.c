/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * --collect: after everything is dead, copy a file out of /box. The target may have put anything
 * there under that name, so it is opened beneath the directory fd with no link followed and without
 * blocking, must then be a regular file, and at most the output limit is copied.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "run.h"
#include "sub_ids.h"
#include "syscalls.h"

static int open_source(const struct remand *run, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
			   RESOLVE_NO_XDEV,
	};
	CLEANUP_FD int fd = run->namespace_fd < 0
				    ? syscall_openat2(run->box_fd, name, &how)
				    : sub_ids_open(run->namespace_fd, run->box_fd, name, &how);
	struct stat st;

	if (fd < 0)
		return run->namespace_fd < 0 ? syscall_errno() : fd_take(&fd);
	if (fstat(fd, &st) < 0)
		return syscall_errno();
	if (!S_ISREG(st.st_mode))
		return -EMEDIUMTYPE;
	/* Known before FILE is touched: nobody is left to change it. */
	return (uint64_t)st.st_size > run->spec.output_bytes ? -EFBIG : fd_take(&fd);
}

static int copy(int from, int to, uint64_t limit)
{
	char buffer[65536];
	uint64_t total = 0;

	for (;;) {
		ssize_t n = read(from, buffer, sizeof(buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? syscall_errno() : 0;
		total += (uint64_t)n;
		if (total > limit)
			return -EFBIG;
		for (ssize_t done = 0, written; done < n; done += written) {
			written = write(to, buffer + done, (size_t)(n - done));
			if (written < 0)
				return syscall_errno();
		}
	}
}

static int collect_one(const struct remand *run, const struct remand_collect *what)
{
	CLEANUP_FD int from = open_source(run, what->name);
	CLEANUP_FD int to = -1;

	if (from < 0)
		return from;
	to = path_open(&run->hostile, what->path,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_NONBLOCK, 0666);
	return to < 0 ? to : copy(from, to, run->spec.output_bytes);
}

static const char *describe(int r, char text[128])
{
	switch (-r) {
	case ELOOP:
		return "a symbolic link is in the way";
	case EXDEV:
		return "it leads out of /box";
	case EMEDIUMTYPE:
		return "it is not a regular file";
	case EFBIG:
		return "it is larger than the output limit";
	default:
		return strerror_r(-r, text, 128);
	}
}

void collect(struct remand *run)
{
	char *failed = run->result.collect_failed;
	char text[128];

	for (size_t i = 0; i < run->collects_count && run->result.started; i++) {
		int r = run->box_fd < 0 ? -ENOENT : collect_one(run, &run->collects[i]);

		if (r < 0 && !failed[0])
			snprintf(failed, sizeof(run->result.collect_failed), "%s: %s",
				run->collects[i].name, describe(r, text));
	}
}
