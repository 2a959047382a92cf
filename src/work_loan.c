/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that belong to the target for the time of the run, where the file system knows no idmapped
 * mounts. A supervisor can be killed at any instant, so the loan is written down on the directory
 * itself before the first file changes hands: who owned what, who borrows it, and who has to give
 * it back (owner.c). Whoever wants the directory next, and finds that the last of these has died,
 * gives it back first. While he lives, there is nobody else's loan: only one target can own a file.
 *
 * The attribute is a trusted one, out of reach of the target, who owns the directory meanwhile: a
 * forged record would have root chown files for it. Giving back can be repeated, whole or in part.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "error.h"
#include "fd.h"
#include "owner.h"
#include "syscalls.h"
#include "work.h"

#define ATTRIBUTE "trusted.remand.loan"

struct record {
	struct work_owner owner, target;
	char mark[OWNER_MARK_BYTES]; /* of who gives it back */
};

/* By name, since the fd is an O_PATH one: the f... calls on attributes refuse it. */
static const char *name_of(int fd, char path[32])
{
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return path;
}

/* -ENODATA: there is none. */
static int read_record(int fd, struct record *ret)
{
	char text[OWNER_MARK_BYTES + 64], path[32];
	ssize_t n = getxattr(name_of(fd, path), ATTRIBUTE, text, sizeof(text) - 1);
	int begin = 0;

	if (n < 0)
		return syscall_errno();
	text[n] = '\0';
	if (sscanf(text, "%u:%u %u:%u %n", &ret->owner.uid, &ret->owner.gid, &ret->target.uid,
		    &ret->target.gid, &begin) != 4 ||
		begin == 0 || strlen(text + begin) >= sizeof(ret->mark))
		return -EBADMSG;
	memcpy(ret->mark, text + begin, strlen(text + begin) + 1);
	return 0;
}

/* -EEXIST: somebody was faster. */
static int write_record(int fd, const struct work_loan *loan)
{
	char text[OWNER_MARK_BYTES + 64], mark[OWNER_MARK_BYTES], path[32];
	int r = owner_write(mark);

	if (r < 0)
		return r;
	snprintf(text, sizeof(text), "%u:%u %u:%u %s", loan->owner.uid, loan->owner.gid,
		loan->target.uid, loan->target.gid, mark);
	return setxattr(name_of(fd, path), ATTRIBUTE, text, strlen(text), XATTR_CREATE) < 0
		       ? syscall_errno()
		       : 0;
}

static int remove_record(int fd)
{
	char path[32];

	return removexattr(name_of(fd, path), ATTRIBUTE) < 0 && errno != ENODATA ? syscall_errno()
										 : 0;
}

static int give_back(int fd, const struct work_owner *target, const struct work_owner *owner)
{
	return work_chown(fd, target->uid, owner, true);
}

/* Two that find the same dead lender one after the other: the second must not remove the record
 * that the first has made meanwhile for itself. Sockets and the like cannot be opened, nor locked.
 */
static int lock(int fd)
{
	char path[32];
	int locked = open(name_of(fd, path), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), r = 0;

	if (locked < 0)
		return errno == ENXIO ? -1 : syscall_errno();
	do
		r = flock(locked, LOCK_EX) < 0 ? syscall_errno() : 0;
	while (r == -EINTR);
	if (r == 0)
		return locked;
	fd_close(locked);
	return r;
}

int work_reclaim(int fd)
{
	CLEANUP_FD int locked = -1;
	struct record record;
	int r = read_record(fd, &record);

	/* No record can be where none can be kept. */
	if (r == -ENODATA || r == -EOPNOTSUPP || r == -EPERM)
		return 0;
	if (r < 0)
		return r;
	locked = lock(fd);
	if (locked < -1)
		return locked;
	r = read_record(fd, &record);
	if (r < 0)
		return r == -ENODATA ? 0 : r;
	if (!owner_mark_is_gone(record.mark))
		return -EBUSY;
	r = give_back(fd, &record.target, &record.owner);
	return r < 0 ? r : remove_record(fd);
}

int work_reclaim_above(const char *name)
{
	CLEANUP_FREE char *path = realpath(name, NULL);
	int r = path ? 0 : syscall_errno();

	for (char *slash; r == 0 && (slash = strrchr(path, '/')) && slash != path;) {
		CLEANUP_FD int fd = -1;

		*slash = '\0';
		fd = open(path, O_PATH | O_CLOEXEC);
		r = fd < 0 ? syscall_errno() : work_reclaim(fd);
	}
	return r;
}

int work_lend(const struct work_request *request, const struct work_owner *owner,
	struct work_loan *ret_loan, struct remand_error *error)
{
	struct work_loan loan = {
		.fd = fcntl(request->tree_fd, F_DUPFD_CLOEXEC, 3),
		.owner = *owner,
		.target = request->target,
	};
	int r;

	if (loan.fd < 0)
		return error_errno(
			error, REMAND_STAGE_CELL, syscall_errno(), "cannot lend %s", request->name);
	r = write_record(loan.fd, &loan);
	if ((r == -EOPNOTSUPP || r == -EPERM) && request->best_effort)
		r = 0;
	if (r == 0) {
		*ret_loan = loan;
		r = work_chown(loan.fd, owner->uid, &loan.target, false);
		return r < 0 ? error_errno(error, REMAND_STAGE_CELL, r,
				       "cannot lend the files of %s to the target", request->name)
			     : 0;
	}
	fd_close(loan.fd);
	if (r == -EEXIST)
		return work_say_lent(request, error);
	if (r == -EOPNOTSUPP || r == -EPERM)
		return error_say(error, REMAND_STAGE_CELL, r,
			"cannot lend %s to the target: neither an idmapped mount nor the attribute "
			"%s, which has it given back even when remand is killed, is possible there "
			"(%s); use a directory of another file system, or --best-effort",
			request->name, ATTRIBUTE, strerrordesc_np(-r));
	return error_errno(error, REMAND_STAGE_CELL, r, "cannot record the loan of %s (%s)",
		request->name, ATTRIBUTE);
}

int work_say_lent(const struct work_request *request, struct remand_error *error)
{
	return error_say(error, REMAND_STAGE_CELL, -EBUSY,
		"%s is lent to another run: its file system knows no idmapped mounts, so that one "
		"run at a time can own the files there; wait for the end of that run, or give each "
		"a directory of its own",
		request->name);
}

int work_return(struct work_loan *loan)
{
	int r = loan->fd < 0 ? 0 : give_back(loan->fd, &loan->target, &loan->owner);

	/* Not all came back: whoever comes next tries again. */
	if (loan->fd >= 0 && r == 0)
		r = remove_record(loan->fd);
	if (r == -EOPNOTSUPP || r == -EPERM)
		r = 0;
	loan->fd = fd_close(loan->fd);
	return r;
}
