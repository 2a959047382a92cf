/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An ordinary user may map only his own id himself. More ids are mapped by two setuid programs,
 * which are started by a child of ours that does not exec: exec would set its exit signal back to
 * SIGCHLD, and a wait loop of the caller would see a process that it never made.
 *
 * Who makes a user namespace has every capability in it (user_namespaces(7)): by setns(2) a child
 * of ours can give files that are the caller's to the target, and open those of the target.
 */
#include "sub_ids.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "error.h"
#include "fd.h"
#include "message.h"

/* By full name, never by PATH. */
#define NEWUIDMAP "/usr/bin/newuidmap"
#define NEWGIDMAP "/usr/bin/newgidmap"

/* They look names up, perhaps in a directory on the network; longer nobody waits. */
#define PROGRAM_MS 10000

bool sub_range_find(const char *path, const char *name, uid_t uid, struct sub_range *ret_range)
{
	FILE *file = fopen(path, "re");
	CLEANUP_FREE char *line = NULL;
	size_t size = 0;
	bool found = false;
	char number[16];

	if (!file)
		return false;
	snprintf(number, sizeof(number), "%u", uid);
	while (!found && getline(&line, &size, file) > 0) {
		struct sub_range range;
		char *colon = strchr(line, ':');

		if (!colon || sscanf(colon + 1, "%u:%u", &range.first, &range.count) != 2)
			continue;
		*colon = '\0';
		found = (strcmp(line, name) == 0 || strcmp(line, number) == 0) && range.count > 0 &&
			range.first <= UINT32_MAX - range.count;
		if (found)
			*ret_range = range;
	}
	fclose(file);
	return found;
}

static bool is_program_of_root(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH)) && access(path, X_OK) == 0;
}

struct sub_ids sub_ids_find(void)
{
	struct sub_ids ids = { 0 };
	struct passwd entry, *known = NULL;
	const uid_t uid = getuid();
	char text[4096];

	/* no_new_privs takes a setuid program's privilege away; and they go by the real id. */
	if (uid != geteuid() || getgid() != getegid() ||
		prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0 || !is_program_of_root(NEWUIDMAP) ||
		!is_program_of_root(NEWGIDMAP) ||
		getpwuid_r(uid, &entry, text, sizeof(text), &known) != 0 || !known)
		return ids;
	ids.found = sub_range_find("/etc/subuid", known->pw_name, uid, &ids.uids) &&
		    sub_range_find("/etc/subgid", known->pw_name, uid, &ids.gids);
	return ids;
}

/* From the upper half: a user's containers begin with the lowest. */
uint32_t sub_range_choose(const struct sub_range *range, pid_t keeper_pid)
{
	uint32_t lower = range->count / 2;

	return range->first + lower + (uint32_t)keeper_pid % (range->count - lower);
}

/* pid, and "inside outside 1" for target and keeper, as words. */
struct words {
	char text[7][12];
	char *argv[9];
};

static void make_words(
	struct words *words, const char *program, pid_t pid, const uint32_t map[2][2])
{
	size_t n = 0;

	words->argv[n++] = (char *)(uintptr_t)program;
	snprintf(words->text[0], sizeof(words->text[0]), "%d", pid);
	for (int i = 0; i < 2; i++)
		for (int j = 0; j < 2; j++)
			snprintf(words->text[1 + 3 * i + j], sizeof(words->text[0]), "%u",
				map[i][j]);
	strcpy(words->text[3], "1");
	strcpy(words->text[6], "1");
	for (size_t i = 0; i < 7; i++)
		words->argv[n++] = words->text[i];
	words->argv[n] = NULL;
}

/* From here on async-signal-safe: in the child. */
_Noreturn static void become(char *const argv[])
{
	static char *const no_env[] = { NULL };
	int null = fd_raise(open("/dev/null", O_RDWR | O_CLOEXEC));

	if (null < 0 || child_reset_signals() < 0)
		_exit(125);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			_exit(125);
	if (close_range(3, ~0U, 0) < 0)
		_exit(125);
	execve(argv[0], argv, no_env);
	_exit(127);
}

/* 0, or whatever went wrong. */
static int run_program(char *const argv[])
{
	int pidfd = -1, n;
	struct clone_args args = {
		.flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd, .exit_signal = SIGCHLD
	};
	pid_t pid = syscall_clone(&args);
	struct pollfd ended = { .events = POLLIN };
	siginfo_t info = { 0 };

	if (pid < 0)
		return -1;
	if (pid == 0)
		become(argv);
	ended.fd = pidfd;
	n = poll(&ended, 1, PROGRAM_MS);
	if (n <= 0)
		(void)pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
	if (child_reap(pidfd, &info, NULL) < 0)
		return -1;
	fd_close(pidfd);
	return n <= 0 || info.si_code != CLD_EXITED ? -1 : info.si_status;
}

/* How far the child came. */
enum outcome {
	MAPPED,
	GIDS_REFUSED,
	UIDS_REFUSED,
	NOT_GIVEN,
};

_Noreturn static void map_and_give(
	const struct sub_ids_order *order, char *const gids[], char *const uids[])
{
	const int keep[] = { order->namespace_fd, order->gifts[0], order->gifts[1],
		order->gifts[2] };

	/* Ignored, it would take the programs' status away. */
	(void)signal(SIGCHLD, SIG_DFL);
	/* The caller's pipes must not live on in us. */
	if (fd_close_all_but(keep, sizeof(keep) / sizeof(keep[0]), NULL) < 0 ||
		run_program(gids) != 0)
		_exit(GIDS_REFUSED);
	if (run_program(uids) != 0)
		_exit(UIDS_REFUSED);
	if (setns(order->namespace_fd, CLONE_NEWUSER) < 0)
		_exit(NOT_GIVEN);
	for (int i = 0; i < 3; i++)
		if (order->gifts[i] >= 0 &&
			fchown(order->gifts[i], order->uid[0][0], order->gid[0][0]) < 0)
			_exit(NOT_GIVEN);
	_exit(MAPPED);
}

int sub_ids_write(const struct sub_ids_order *order, struct remand_error *error)
{
	CLEANUP_FD int pidfd = -1;
	struct clone_args args = { .flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd };
	struct words gids, uids;
	siginfo_t info = { 0 };
	pid_t pid;

	make_words(&gids, NEWGIDMAP, order->pid, order->gid);
	make_words(&uids, NEWUIDMAP, order->pid, order->uid);
	pid = child_clone(&args);
	if (pid == 0)
		map_and_give(order, gids.argv, uids.argv);
	if (pid < 0)
		return error_errno(error, REMAND_STAGE_ID_MAP, syscall_errno(),
			"cannot make a process to map the ids with");
	/* A wait loop of the caller took it, and what it said; the keeper will find out. */
	if (child_reap(pidfd, &info, NULL) < 0)
		return 0;
	if (info.si_code == CLD_EXITED && info.si_status == MAPPED)
		return 0;
	if (info.si_code == CLD_EXITED && info.si_status == GIDS_REFUSED)
		return -EPERM;
	return error_say(error, REMAND_STAGE_ID_MAP, -ECANCELED, "%s",
		info.si_code == CLD_EXITED && info.si_status == NOT_GIVEN
			? "cannot give the pipes to the target"
			: NEWUIDMAP " refused to map an id of /etc/subuid although " NEWGIDMAP
				    " mapped one of /etc/subgid; see both files, and whether both "
				    "programs are setuid root");
}

_Noreturn static void open_and_send(
	int socket, int namespace_fd, int directory_fd, const char *name, struct open_how *how)
{
	struct message message = { 0 };
	int fd = setns(namespace_fd, CLONE_NEWUSER) < 0 ? -1
							: syscall_openat2(directory_fd, name, how);

	message.raw_status = fd < 0 ? syscall_errno() : 0;
	_exit(message_send(socket, &message, fd, NULL) < 0);
}

int sub_ids_open(int namespace_fd, int directory_fd, const char *name, struct open_how *how)
{
	CLEANUP_FD int pidfd = -1;
	struct clone_args args = { .flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd };
	int sockets[2], fd = -1, r;
	struct message message;
	siginfo_t info;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return syscall_errno();
	pid = child_clone(&args);
	if (pid == 0)
		open_and_send(sockets[1], namespace_fd, directory_fd, name, how);
	r = pid < 0 ? syscall_errno() : 0;
	if (pid > 0)
		(void)child_reap(pidfd, &info, NULL);
	if (r == 0)
		r = message_receive(sockets[0], &message, &fd) == 1 ? message.raw_status : -ECHILD;
	fd_close(sockets[0]);
	fd_close(sockets[1]);
	return r < 0 ? r : fd;
}
