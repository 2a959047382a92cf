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
 * before the run, and what belongs to the target is chowned back after it (work_tree.c).
 */
#include "work.h"

#include <errno.h>
#include <fcntl.h>
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

_Noreturn static void hold_namespace(int until_fd)
{
	char byte;

	/* A private table of descriptors would keep the caller's pipes open; only ours is needed.
	 */
	(void)fd_close_all_but(&until_fd, 1);
	(void)!read(until_fd, &byte, 1);
	_exit(0);
}

static int write_maps(pid_t pid, uid_t uid, gid_t gid, uid_t target_id)
{
	char path[32], text[48];
	CLEANUP_FD int directory = -1;
	int r;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return syscall_errno();
	snprintf(text, sizeof(text), "%u %u 1\n", uid, target_id);
	r = file_write(directory, "uid_map", text);
	if (r < 0)
		return r;
	snprintf(text, sizeof(text), "%u %u 1\n", gid, target_id);
	r = file_write(directory, "gid_map", text);
	if (r < 0)
		return r;
	r = openat(directory, "ns/user", O_RDONLY | O_CLOEXEC);
	return r < 0 ? syscall_errno() : r;
}

/* A user namespace in which the directory's owner is the target. Returns its fd. */
static int make_namespace(uid_t uid, gid_t gid, uid_t target_id)
{
	int pidfd = -1, lifeline[2], r;
	struct clone_args args = { .flags = CLONE_NEWUSER | CLONE_PIDFD,
		.pidfd = (uintptr_t)&pidfd };
	siginfo_t info;
	pid_t pid;

	if (pipe2(lifeline, O_CLOEXEC) < 0)
		return syscall_errno();
	pid = child_clone(&args);
	if (pid == 0)
		hold_namespace(lifeline[0]);
	r = pid < 0 ? syscall_errno() : write_maps(pid, uid, gid, target_id);
	fd_close(lifeline[0]);
	fd_close(lifeline[1]);
	if (pid > 0) {
		(void)pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
		(void)child_reap(pidfd, &info, NULL);
		fd_close(pidfd);
	}
	return r;
}

static int lend(int tree_fd, const struct stat *st, uid_t target_id, struct work_loan *ret_loan)
{
	struct work_loan loan = {
		.fd = fcntl(tree_fd, F_DUPFD_CLOEXEC, 3),
		.owner = { st->st_uid, st->st_gid },
		.target = { target_id, target_id },
	};

	if (loan.fd < 0)
		return syscall_errno();
	*ret_loan = loan;
	return work_chown(loan.fd, loan.owner.uid, &loan.target, false);
}

int work_return(struct work_loan *loan)
{
	int r = loan->fd < 0 ? 0 : work_chown(loan->fd, loan->target.uid, &loan->owner, true);

	loan->fd = fd_close(loan->fd);
	return r;
}

int work_grant(int tree_fd, uid_t target_id, struct work_loan *ret_loan, struct remand_error *error)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	CLEANUP_FD int namespace = -1;
	struct stat st;
	int r;

	if (fstat(tree_fd, &st) < 0)
		return error_errno(error, REMAND_STAGE_CELL, syscall_errno(),
			"cannot examine a writable directory");
	namespace = make_namespace(st.st_uid, st.st_gid, target_id);
	/* Where user namespaces are forbidden, there is nothing to write the translation in. */
	if (namespace < 0 && namespace != -EPERM && namespace != -ENOSPC && namespace != -ENOSYS)
		return error_errno(error, REMAND_STAGE_ID_MAP, namespace,
			"cannot map the owner of a writable directory to the target");
	attr.userns_fd = (unsigned int)namespace;
	if (namespace >= 0 &&
		mount_setattr(tree_fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) == 0)
		return 0;
	if (namespace >= 0 && errno != EINVAL && errno != EOPNOTSUPP)
		return error_errno(error, REMAND_STAGE_CELL, syscall_errno(),
			"cannot map the files of a writable directory to the target");
	r = lend(tree_fd, &st, target_id, ret_loan);
	return r < 0 ? error_errno(error, REMAND_STAGE_CELL, r,
			       "cannot lend the files of a writable directory to the target")
		     : 0;
}
