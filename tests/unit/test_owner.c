/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose a group is: a mark counts as a dead owner's only when that is certain. */
#include "owner.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/pidfd.h>
#include <sys/xattr.h>

#include "scratch.h"
#include "table.h"

#define ATTRIBUTE "user.remand.owner"

struct mark {
	char boot_id[64];
	unsigned long pid_namespace;
	int pid;
	unsigned long long start_time;
};

static int forge_text(int fd, const char *text)
{
	return fsetxattr(fd, ATTRIBUTE, text, strlen(text), 0);
}

static int forge(int fd, const struct mark *mark)
{
	char text[256];

	snprintf(text, sizeof(text), "%s %lu %d %llu", mark->boot_id, mark->pid_namespace,
		mark->pid, mark->start_time);
	return forge_text(fd, text);
}

/* This process's own mark, taken apart. */
static int own_mark(int fd, struct mark *ret)
{
	char text[256];
	ssize_t n;

	if (owner_mark(fd) < 0)
		return -1;
	n = fgetxattr(fd, ATTRIBUTE, text, sizeof(text) - 1);
	if (n < 0)
		return -1;
	text[n] = '\0';
	return sscanf(text, "%63s %lu %d %llu", ret->boot_id, &ret->pid_namespace, &ret->pid,
		       &ret->start_time) == 4
		       ? 0
		       : -1;
}

static bool has_attributes(const struct scratch *scratch)
{
	return scratch->fd >= 0 && fsetxattr(scratch->fd, "user.remand.test", "1", 1, 0) == 0;
}

#define NEEDS_ATTRIBUTES(scratch)        \
	if (!has_attributes(&(scratch))) \
	SKIP("no user extended attributes on /var/tmp")

TEST(a_group_of_the_living_is_not_gone)
{
	SCRATCH(scratch, "/var/tmp");
	char text[OWNER_MARK_BYTES];
	struct mark mark = { .pid = 0 };

	NEEDS_ATTRIBUTES(scratch);
	CHECK_INT(owner_write(text), 0);
	CHECK(!owner_has_mark(scratch.fd, text));
	CHECK_INT(owner_mark(scratch.fd), 0);
	CHECK(owner_has_mark(scratch.fd, text));
	CHECK(!owner_is_gone(scratch.fd));
	text[strlen(text) - 1] ^= 1;
	CHECK(!owner_has_mark(scratch.fd, text));
	CHECK_INT(own_mark(scratch.fd, &mark), 0);
	CHECK_INT(mark.pid, getpid());
	CHECK_INT(strlen(mark.boot_id), 36);
	CHECK_INT(forge(scratch.fd, &mark), 0);
	CHECK(!owner_is_gone(scratch.fd));
}

TEST(a_group_without_a_mark_is_nobodys_to_remove)
{
	SCRATCH(scratch, "/var/tmp");

	NEEDS_ATTRIBUTES(scratch);
	CHECK(!owner_is_gone(scratch.fd));
	CHECK(!owner_is_gone(-1));
	CHECK_INT(owner_mark(-1), -EBADF);
}

TEST(an_owner_is_gone_when_it_was_reaped_and_not_while_it_is_a_zombie)
{
	SCRATCH(scratch, "/var/tmp");
	CLEANUP_FD int pidfd = -1;
	bool gone_as_zombie, gone_after;
	siginfo_t info = { 0 };
	pid_t pid;

	NEEDS_ATTRIBUTES(scratch);
	pid = fork();
	if (pid == 0)
		_exit(owner_mark(scratch.fd) == 0 ? 0 : 1);
	pidfd = pidfd_open(pid, 0);
	CHECK_INT(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOWAIT), 0);
	gone_as_zombie = owner_is_gone(scratch.fd);
	CHECK_INT(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED), 0);
	gone_after = owner_is_gone(scratch.fd);
	CHECK_INT(info.si_status, 0);
	CHECK(!gone_as_zombie);
	CHECK(gone_after);
}

TEST(a_group_that_was_handed_over_is_gone_with_its_new_owner)
{
	SCRATCH(scratch, "/var/tmp");
	CLEANUP_FD int pidfd = -1;
	siginfo_t info = { 0 };
	bool gone_before;
	pid_t pid;

	NEEDS_ATTRIBUTES(scratch);
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	pidfd = pidfd_open(pid, 0);
	CHECK_INT(owner_mark_as(scratch.fd, pid), 0);
	gone_before = owner_is_gone(scratch.fd);
	CHECK_INT(pidfd_send_signal(pidfd, SIGKILL, NULL, 0), 0);
	CHECK_INT(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED), 0);
	CHECK(!gone_before);
	CHECK(owner_is_gone(scratch.fd));
	CHECK_INT(owner_mark_as(scratch.fd, pid), -ENOENT);
}

struct judge {
	int fd;
	atomic_bool stop, found_gone;
};

static void *judge_all_the_time(void *argument)
{
	struct judge *judge = argument;

	while (!judge->stop)
		if (owner_is_gone(judge->fd))
			judge->found_gone = true;
	return NULL;
}

/* Each owner hands the group to us before it ends. */
TEST(a_group_that_is_handed_over_is_gone_at_no_instant)
{
	SCRATCH(scratch, "/var/tmp");
	struct judge judge = { .fd = scratch.fd };
	const pid_t self = getpid();
	int failures = 0;
	pthread_t thread;

	NEEDS_ATTRIBUTES(scratch);
	CHECK_INT(owner_mark(scratch.fd), 0);
	CHECK_INT(pthread_create(&thread, NULL, judge_all_the_time, &judge), 0);
	for (int i = 0; i < 200; i++) {
		siginfo_t info = { 0 };
		pid_t pid = fork();

		if (pid == 0)
			_exit(owner_mark(scratch.fd) == 0 && owner_mark_as(scratch.fd, self) == 0
					? 0
					: 1);
		failures += waitid(P_PID, (id_t)pid, &info, WEXITED) != 0 || info.si_status != 0;
	}
	judge.stop = true;
	pthread_join(thread, NULL);
	CHECK_INT(failures, 0);
	CHECK(!judge.found_gone);
}

TEST(a_pid_that_belongs_to_a_process_of_another_start_time_was_reused)
{
	SCRATCH(scratch, "/var/tmp");
	struct mark mark;

	NEEDS_ATTRIBUTES(scratch);
	CHECK_INT(own_mark(scratch.fd, &mark), 0);
	mark.start_time--;
	CHECK_INT(forge(scratch.fd, &mark), 0);
	CHECK(owner_is_gone(scratch.fd));
}

TEST(an_owner_of_another_boot_is_gone_even_if_its_pid_lives)
{
	SCRATCH(scratch, "/var/tmp");
	struct mark mark;

	NEEDS_ATTRIBUTES(scratch);
	CHECK_INT(own_mark(scratch.fd, &mark), 0);
	mark.boot_id[0] = mark.boot_id[0] == '0' ? '1' : '0';
	CHECK_INT(forge(scratch.fd, &mark), 0);
	CHECK(owner_is_gone(scratch.fd));
}

TEST(an_owner_in_another_pid_namespace_cannot_be_judged_and_is_left_alone)
{
	SCRATCH(scratch, "/var/tmp");
	struct mark mark;

	NEEDS_ATTRIBUTES(scratch);
	CHECK_INT(own_mark(scratch.fd, &mark), 0);
	mark.pid_namespace++;
	mark.start_time--;
	CHECK_INT(forge(scratch.fd, &mark), 0);
	CHECK(!owner_is_gone(scratch.fd));
}

TEST(garbage_in_place_of_a_mark_is_no_proof_of_death)
{
	static const char *const texts[] = { " ", "x", "garbage", "max",
		"00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000 1",
		"00000000-0000-0000-0000-000000000000 1 2", "1 2 3", "a b c d", "\xff\xfe 1 2 3" };
	SCRATCH(scratch, "/var/tmp");
	char large[512];

	NEEDS_ATTRIBUTES(scratch);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		CHECK_INT(forge_text(scratch.fd, texts[i]), 0);
		CHECK_ROW(!owner_is_gone(scratch.fd), texts[i]);
	}
	memset(large, '1', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	CHECK_INT(forge_text(scratch.fd, large), 0);
	CHECK(!owner_is_gone(scratch.fd));
	CHECK_INT(fsetxattr(scratch.fd, ATTRIBUTE, "", 0, 0), 0);
	CHECK(!owner_is_gone(scratch.fd));
}

TEST(a_mark_of_three_good_numbers_and_no_boot_id_is_no_proof_of_death)
{
	SCRATCH(scratch, "/var/tmp");

	NEEDS_ATTRIBUTES(scratch);
	CHECK_INT(forge_text(scratch.fd, "garbage 1 2 3"), 0);
	CHECK(!owner_is_gone(scratch.fd));
}

TEST(a_pid_that_no_process_can_have_is_no_proof_of_death)
{
	static const int pids[] = { 0, -1, -12345 };
	SCRATCH(scratch, "/var/tmp");
	struct mark mark;

	NEEDS_ATTRIBUTES(scratch);
	CHECK_INT(own_mark(scratch.fd, &mark), 0);
	for (size_t i = 0; i < COUNT_OF(pids); i++) {
		mark.pid = pids[i];
		CHECK_INT(forge(scratch.fd, &mark), 0);
		CHECK(!owner_is_gone(scratch.fd));
	}
}

TEST(a_mark_with_junk_after_it_is_no_proof_of_death)
{
	SCRATCH(scratch, "/var/tmp");
	struct mark mark;
	char text[256];

	NEEDS_ATTRIBUTES(scratch);
	CHECK_INT(own_mark(scratch.fd, &mark), 0);
	snprintf(text, sizeof(text), "%s %lu %d %llux", mark.boot_id, mark.pid_namespace, mark.pid,
		mark.start_time - 1);
	CHECK_INT(forge_text(scratch.fd, text), 0);
	CHECK(!owner_is_gone(scratch.fd));
}

static pid_t fork_dead(void)
{
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return waitid(P_PID, (id_t)pid, &info, WEXITED) == 0 ? pid : -1;
}

/* The name that a process of that pid would have given. */
static void forge_name(char name[OWNER_NAME_BYTES], int pid)
{
	char digits[7];

	snprintf(digits, sizeof(digits), "%06x", (unsigned int)pid & 0xffffff);
	memcpy(name + 12, digits, 6);
}

TEST(whose_maker_died_before_marking_it_tells_by_its_name)
{
	SCRATCH(scratch, "/var/tmp");
	char name[OWNER_NAME_BYTES];

	NEEDS_ATTRIBUTES(scratch);
	CHECK_INT(owner_name(name), 0);
	CHECK_INT(strlen(name), OWNER_NAME_BYTES - 1);
	CHECK(!owner_died_before_mark(scratch.fd, name));
	forge_name(name, fork_dead());
	CHECK(owner_died_before_mark(scratch.fd, name));
	CHECK(!owner_is_gone(scratch.fd));
	CHECK_INT(owner_mark(scratch.fd), 0);
	CHECK(!owner_died_before_mark(scratch.fd, name));
}

TEST(a_name_that_is_not_exactly_ours_proves_nothing)
{
	static const char *const names[] = { "run-", "run-of-another", "run-0", "x" };
	SCRATCH(scratch, "/var/tmp");
	char name[OWNER_NAME_BYTES + 2];

	NEEDS_ATTRIBUTES(scratch);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		CHECK_ROW(!owner_died_before_mark(scratch.fd, names[i]), names[i]);
	CHECK_INT(owner_name(name), 0);
	forge_name(name, fork_dead());
	CHECK(owner_died_before_mark(scratch.fd, name));
	name[4] ^= 1; /* of another pid namespace */
	CHECK(!owner_died_before_mark(scratch.fd, name));
	name[4] ^= 1;
	strcat(name, "0");
	CHECK(!owner_died_before_mark(scratch.fd, name));
}

/* In a pid namespace without a /proc of its own: the owner is PID 1 there, the judge PID 2. */
static int judge_with_foreign_proc(void *argument)
{
	const struct scratch *scratch = argument;
	siginfo_t info;
	pid_t pid;

	if (unshare(CLONE_NEWPID) < 0)
		return 77;
	pid = fork();
	if (pid == 0) {
		if (owner_mark(scratch->fd) < 0)
			_exit(2);
		pid = fork();
		if (pid == 0)
			_exit(owner_is_gone(scratch->fd) ? 1 : 0);
		_exit(waitid(P_PID, (id_t)pid, &info, WEXITED) == 0 ? info.si_status : 3);
	}
	return waitid(P_PID, (id_t)pid, &info, WEXITED) == 0 ? info.si_status : 3;
}

TEST(a_proc_of_another_pid_namespace_is_no_proof_of_death)
{
	SCRATCH(scratch, "/var/tmp");
	int r;

	NEEDS_ATTRIBUTES(scratch);
	r = scratch_child(judge_with_foreign_proc, &scratch);
	if (r == 77)
		SKIP("may not make a pid namespace");
	CHECK_INT(r, 0);
}
