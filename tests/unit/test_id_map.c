/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Host ids of a run. */
#include "id_map.h"

#include <errno.h>
#include <sched.h>
#include <sys/pidfd.h>

#include "file.h"
#include "scratch.h"
#include "table.h"

#define PID_MAX_LIMIT (1 << 22)

#define OWN_IDS                                    \
	{                                          \
		0x70000000U, 0x70400000U, 1U << 22 \
	}

static const struct id_map_wish separate = {
	.user_namespace = true, .separate = true, .own_ids = OWN_IDS
};
static const struct id_map_wish shared = { .user_namespace = true };

TEST(no_two_living_runs_share_an_id_and_no_keeper_has_the_id_of_a_target)
{
	struct id_map last = { 0 }, first;

	id_map_choose(&first, 1, &separate);
	/* proc(5): pid_max is one greater than the largest pid. */
	for (pid_t pid = 1; pid < PID_MAX_LIMIT; pid++) {
		struct id_map map;

		id_map_choose(&map, pid, &separate);
		CHECK(map.separate);
		CHECK(map.keeper_id > last.keeper_id && map.target_uid > last.target_uid);
		last = map;
	}
	/* The ranges, being ascending, are apart when their ends are. */
	CHECK(last.target_uid < first.keeper_id);
	CHECK(first.target_uid > 0x6fffffff && last.keeper_id < 0x80000000U);
}

TEST(without_privilege_there_are_no_ids_of_a_runs_own)
{
	struct id_map map;

	id_map_choose(&map, 17, &shared);
	CHECK(!map.separate);
	CHECK_INT(map.keeper_id, 0);
	CHECK_INT(map.target_uid, 0);
	/* Both see themselves as the one id that is mapped. */
	CHECK_INT(map.inside.keeper_id, ID_MAP_TARGET);
	CHECK_INT(map.inside.target_uid, ID_MAP_TARGET);
	CHECK(!map.inside.may_set_groups);
}

TEST(the_maps_of_a_process_that_ended_are_refused)
{
	struct remand_error error;
	struct id_map map;
	pid_t pid = fork();
	CLEANUP_FD int pidfd = -1;
	siginfo_t info;

	if (pid == 0)
		_exit(0);
	pidfd = pidfd_open(pid, 0);
	CHECK(pidfd >= 0);
	/* Ended, not yet reaped: /proc/PID is still there. */
	CHECK_INT(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOWAIT), 0);
	id_map_choose(&map, pid, &separate);
	CHECK_INT(id_map_write(&map, pid, pidfd, &error), -ESRCH);
	CHECK_STR(error.message, "the keeper was killed before it began");
	CHECK_INT(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED), 0);
	CHECK_INT(id_map_write(&map, pid, pidfd, &error), -ENOENT);
	CHECK_INT(error.stage, REMAND_STAGE_ID_MAP);
}

/* A child in a user namespace of its own, held until the pipe closes; -1: there are none here. */
static pid_t hold_child(int *ret_ready, int *ret_hold)
{
	int ready[2], hold[2];
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) < 0 || pipe2(hold, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(hold[1]);
		byte = unshare(CLONE_NEWUSER) == 0 ? 'y' : 'n';
		(void)!write(ready[1], &byte, 1);
		(void)!read(hold[0], &byte, 1);
		_exit(0);
	}
	fd_close(ready[1]);
	fd_close(hold[0]);
	*ret_ready = ready[0];
	*ret_hold = hold[1];
	return pid;
}

static void check_maps(const struct id_map_wish *wish, const char *want)
{
	CLEANUP_FD int ready = -1;
	int hold = -1;
	struct id_map map;
	struct remand_error error = { 0 };
	char path[32], text[256] = "", byte = 'n', *to = text;
	pid_t pid = hold_child(&ready, &hold);
	CLEANUP_FD int pidfd = pid > 0 ? pidfd_open(pid, 0) : -1;
	int r = -1;

	if (ready >= 0)
		(void)!read(ready, &byte, 1);
	if (byte == 'y') {
		id_map_choose(&map, 17, wish);
		r = id_map_write(&map, pid, pidfd, &error);
		snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
		(void)file_read(AT_FDCWD, path, text, sizeof(text));
	}
	hold = fd_close(hold);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (byte != 'y')
		SKIP("no user namespaces here");
	CHECK_STR(error.message, "");
	CHECK_INT(r, 0);
	/* The kernel pads the numbers with blanks. */
	for (const char *from = text; *from; from++)
		if (*from != ' ' || (to > text && to[-1] != ' ' && to[-1] != '\n'))
			*to++ = *from;
	*to = '\0';
	CHECK_STR(text, want);
}

TEST(without_a_user_namespace_the_ids_are_the_hosts)
{
	const struct id_map_wish own = { .separate = true, .own_ids = OWN_IDS };
	const struct id_map_wish chosen = { .user = { true, 12, 13 } };
	const struct id_map_wish none = { .separate = false };
	struct id_map map;

	id_map_choose(&map, 17, &own);
	CHECK(map.inside.change_keeper && map.inside.change_target && map.inside.may_set_groups);
	CHECK_INT(map.inside.target_uid, 0x70000000 + 17);
	CHECK_INT(map.inside.target_gid, 0x70000000 + 17);
	CHECK_INT(map.inside.keeper_id, 0x70000000 + (1 << 22) + 17);
	id_map_choose(&map, 17, &chosen);
	CHECK(!map.inside.change_keeper && map.inside.change_target);
	CHECK_INT(map.inside.target_uid, 12);
	CHECK_INT(map.inside.target_gid, 13);
	id_map_choose(&map, 17, &none);
	CHECK(!map.inside.change_keeper && !map.inside.change_target);
}

TEST(with_privilege_keeper_and_target_are_two_ids_of_the_host)
{
	const struct id_map_wish chosen = {
		.user_namespace = true, .separate = true, .own_ids = OWN_IDS, .user = { true, 0, 1 }
	};
	char want[128];

	if (geteuid() != 0)
		SKIP("needs root");
	snprintf(want, sizeof(want), "%d %u 1\n0 %u 1", ID_MAP_TARGET, 0x70000000U + 17,
		0x70000000U + (1U << 22) + 17);
	check_maps(&separate, want);
	/* Whoever is root inside, the keeper is somebody else. */
	snprintf(want, sizeof(want), "0 %u 1\n2 %u 1", 0x70000000U + 17,
		0x70000000U + (1U << 22) + 17);
	check_maps(&chosen, want);
}

TEST(without_separate_ids_the_target_is_the_caller)
{
	char want[64];

	snprintf(want, sizeof(want), "%d %u 1", ID_MAP_TARGET, geteuid());
	check_maps(&shared, want);
}
