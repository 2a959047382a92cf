/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lent directories: given back by whoever comes next once the lender is dead, and never before. */
#include <errno.h>
#include <sys/xattr.h>

#include "owner.h"
#include "scratch.h"
#include "table.h"
#include "work.h"

#define ATTRIBUTE "trusted.remand.loan"

static const struct work_owner owner = { 64001, 64002 }, target = { 64003, 64004 };

/* Trusted attributes are for root of the first user namespace. */
static bool can_lend(const struct scratch *work)
{
	return work->fd >= 0 && fsetxattr(work->fd, "trusted.remand.test", "1", 1, 0) == 0 &&
	       scratch_write(work, "file", "text") == 0 &&
	       fchownat(work->fd, "file", owner.uid, owner.gid, 0) == 0 &&
	       fchown(work->fd, owner.uid, owner.gid) == 0;
}

#define NEEDS_TRUSTED(work)     \
	if (!can_lend(&(work))) \
	SKIP("no trusted extended attributes on /var/tmp")

static int lend(int fd, struct work_loan *loan)
{
	const struct work_request request = { fd, "the work directory", target, false };
	struct remand_error error;

	return work_lend(&request, &owner, loan, &error);
}

static bool belongs_to(const struct scratch *work, const struct work_owner *who)
{
	struct stat directory, file;

	return fstat(work->fd, &directory) == 0 && fstatat(work->fd, "file", &file, 0) == 0 &&
	       directory.st_uid == who->uid && directory.st_gid == who->gid &&
	       file.st_uid == who->uid && file.st_gid == who->gid;
}

static bool is_recorded(const struct scratch *work)
{
	return fgetxattr(work->fd, ATTRIBUTE, NULL, 0) > 0;
}

TEST(a_loan_of_the_living_is_left_alone_and_refused_to_others)
{
	SCRATCH(work, "/var/tmp");
	struct work_loan loan = WORK_LOAN_EMPTY, second = WORK_LOAN_EMPTY;

	NEEDS_TRUSTED(work);
	CHECK_INT(lend(work.fd, &loan), 0);
	CHECK(belongs_to(&work, &target));
	CHECK_INT(work_reclaim(work.fd), -EBUSY);
	CHECK_INT(lend(work.fd, &second), -EBUSY);
	CHECK_INT(second.fd, -1);
	CHECK(belongs_to(&work, &target));
	CHECK_INT(work_return(&loan), 0);
	CHECK(belongs_to(&work, &owner));
	CHECK(!is_recorded(&work));
	CHECK_INT(work_reclaim(work.fd), 0);
}

static int lend_and_die(void *fd)
{
	struct work_loan loan = WORK_LOAN_EMPTY;

	return lend(*(int *)fd, &loan) == 0 ? 0 : 1;
}

TEST(a_loan_of_the_dead_is_given_back_also_by_an_fd_that_only_names)
{
	SCRATCH(work, "/var/tmp");
	CLEANUP_FD int name = -1;

	NEEDS_TRUSTED(work);
	name = open(work.path, O_PATH | O_CLOEXEC);
	CHECK_INT(scratch_child(lend_and_die, &name), 0);
	CHECK(belongs_to(&work, &target));
	CHECK_INT(work_reclaim(name), 0);
	CHECK(belongs_to(&work, &owner));
	CHECK(!is_recorded(&work));
}

/* This process's own record with another word in place of one of its own. */
static int forge(int fd, const char *from, const char *to)
{
	char text[256], forged[256], *at;
	ssize_t n = fgetxattr(fd, ATTRIBUTE, text, sizeof(text) - 1);

	if (n < 0)
		return -1;
	text[n] = '\0';
	at = from ? strstr(text, from) : strrchr(text, ' ');
	if (!at)
		return -1;
	snprintf(forged, sizeof(forged), "%.*s%s%s", (int)(at - text), text, to,
		from ? at + strlen(from) : "");
	return fsetxattr(fd, ATTRIBUTE, forged, strlen(forged), 0);
}

TEST(a_pid_that_was_reused_does_not_keep_the_loan)
{
	SCRATCH(work, "/var/tmp");
	struct work_loan loan = WORK_LOAN_EMPTY;

	NEEDS_TRUSTED(work);
	CHECK_INT(lend(work.fd, &loan), 0);
	CHECK_INT(forge(work.fd, NULL, " 1"), 0); /* the start time is the last word */
	CHECK_INT(work_reclaim(work.fd), 0);
	CHECK(belongs_to(&work, &owner));
	CHECK_INT(work_return(&loan), 0);
}

TEST(a_record_that_nobody_wrote_gives_nothing_away)
{
	static const char *const words[] = { "x", "64001", "-", "" };
	SCRATCH(work, "/var/tmp");
	struct work_loan loan = WORK_LOAN_EMPTY;

	NEEDS_TRUSTED(work);
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		CHECK_INT(lend(work.fd, &loan), 0);
		CHECK_INT(forge(work.fd, "64001:64002", words[i]), 0);
		CHECK_INT(work_reclaim(work.fd), -EBADMSG);
		CHECK(belongs_to(&work, &target));
		CHECK_INT(work_return(&loan), 0);
	}
}

static int lend_half_and_die(void *fd)
{
	struct work_loan loan = WORK_LOAN_EMPTY;

	if (lend(*(int *)fd, &loan) < 0)
		return 1;
	/* Killed in the middle of giving back: the directory first, its file not yet. */
	return fchownat(loan.fd, "", owner.uid, owner.gid, AT_EMPTY_PATH) == 0 ? 0 : 1;
}

TEST(a_loan_that_was_half_given_back_is_given_back_as_a_whole)
{
	SCRATCH(work, "/var/tmp");

	NEEDS_TRUSTED(work);
	CHECK_INT(scratch_child(lend_half_and_die, &work.fd), 0);
	CHECK_INT(work_reclaim(work.fd), 0);
	CHECK(belongs_to(&work, &owner));
}
