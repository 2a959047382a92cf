/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Host directories that the target may write: --work and --bind SRC:rw.
 *
 * An idmapped mount (mount_setattr(2), Linux 5.12) translates between the directory's owner and the
 * target. The translation is given as a user namespace, which needs a process to exist for a
 * moment: a child that does nothing and is ended by its pidfd.
 *
 * A file system that knows no idmapped mounts (overlayfs, network file systems, tmpfs before 6.3)
 * refuses. Then the files are lent: what belongs to the directory's owner is chowned to the target
 * before the run, and what belongs to the target is chowned back after it (work_loan.c).
 */
#include "work.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "error.h"
#include "fd.h"
#include "file.h"
#include "syscalls.h"

/* Until the supervisor closes the lifeline, or has died, which the lifeline alone would not tell
 * where another fork of the supervisor holds its end. */
_Noreturn static void hold_namespace(int lifeline_fd, int supervisor_fd)
{
	const int keep[] = { lifeline_fd, supervisor_fd };
	struct pollfd fds[] = {
		{ .fd = lifeline_fd, .events = POLLIN },
		{ .fd = supervisor_fd, .events = POLLIN },
	};

	/* A private table of descriptors would keep the caller's pipes open. */
	(void)fd_close_all_but(keep, 2, NULL);
	(void)poll(fds, 2, -1);
	_exit(0);
}

static int write_maps(pid_t pid, const struct work_owner *owner, const struct work_owner *target)
{
	char path[32], text[48];
	CLEANUP_FD int directory = -1;
	int r;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return syscall_errno();
	snprintf(text, sizeof(text), "%u %u 1\n", owner->uid, target->uid);
	r = file_write(directory, "uid_map", text);
	if (r < 0)
		return r;
	snprintf(text, sizeof(text), "%u %u 1\n", owner->gid, target->gid);
	r = file_write(directory, "gid_map", text);
	if (r < 0)
		return r;
	r = openat(directory, "ns/user", O_RDONLY | O_CLOEXEC);
	return r < 0 ? syscall_errno() : r;
}

/* A user namespace in which the directory's owner is the target. Returns its fd. */
static int make_namespace(const struct work_owner *owner, const struct work_owner *target)
{
	CLEANUP_FD int supervisor_fd = pidfd_open(getpid(), 0);
	int pidfd = -1, lifeline[2], r;
	struct clone_args args = { .flags = CLONE_NEWUSER | CLONE_PIDFD,
		.pidfd = (uintptr_t)&pidfd };
	siginfo_t info;
	pid_t pid;

	if (supervisor_fd < 0 || pipe2(lifeline, O_CLOEXEC) < 0)
		return syscall_errno();
	pid = child_clone(&args);
	if (pid == 0)
		hold_namespace(lifeline[0], supervisor_fd);
	r = pid < 0 ? syscall_errno() : write_maps(pid, owner, target);
	fd_close(lifeline[0]);
	fd_close(lifeline[1]);
	if (pid > 0) {
		(void)pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
		(void)child_reap(pidfd, &info, NULL);
		fd_close(pidfd);
	}
	return r;
}

/* What dead supervisors have lent, this directory or one that it is a part of, is given
 * back. -EBUSY: a living one has. 1: it is lent to this very run, as a part or by another name. */
static int take_back(const struct work_request *request, struct remand_error *error)
{
	int r = work_reclaim(request->tree_fd);
	struct stat st;

	if (r == 0)
		r = work_reclaim_above(request->name);
	if (r == -EBUSY && fstat(request->tree_fd, &st) == 0 && st.st_uid == request->target.uid)
		return 1;
	if (r == -EBUSY)
		return work_say_lent(request, error);
	return r < 0 ? error_errno(error, REMAND_STAGE_CELL, r,
			       "cannot take %s back from a run that was killed", request->name)
		     : 0;
}

int work_grant(
	const struct work_request *request, struct work_loan *ret_loan, struct remand_error *error)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	CLEANUP_FD int namespace = -1;
	struct work_owner owner;
	struct stat st;
	int r = take_back(request, error);

	if (r != 0)
		return r < 0 ? r : 0;
	if (fstat(request->tree_fd, &st) < 0)
		return error_errno(error, REMAND_STAGE_CELL, syscall_errno(), "cannot examine %s",
			request->name);
	owner = (struct work_owner){ st.st_uid, st.st_gid };
	namespace = make_namespace(&owner, &request->target);
	/* Where user namespaces are forbidden, there is nothing to write the translation in. */
	if (namespace < 0 && namespace != -EPERM && namespace != -ENOSPC && namespace != -ENOSYS)
		return error_errno(error, REMAND_STAGE_ID_MAP, namespace,
			"cannot map the owner of %s to the target", request->name);
	attr.userns_fd = (unsigned int)namespace;
	if (namespace >= 0 && mount_setattr(request->tree_fd, "", AT_EMPTY_PATH | AT_RECURSIVE,
				      &attr, sizeof(attr)) == 0)
		return 0;
	/* EPERM: a file system that belongs to a user namespace above ours, as in a container. */
	if (namespace >= 0 && errno != EINVAL && errno != EOPNOTSUPP && errno != EPERM)
		return error_errno(error, REMAND_STAGE_CELL, syscall_errno(),
			"cannot map the files of %s to the target", request->name);
	return work_lend(request, &owner, ret_loan, error);
}
