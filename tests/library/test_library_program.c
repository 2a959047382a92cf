/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which file is run: the one that was there when the run began, never one that takes its name
 * before exec. A caller is followed with ptrace(2), so that the change comes at just that moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "custody.h"

#include "scratch.h"

/* A script that ends with this status, executable, under a new inode. */
static void put_program(const char *directory, const char *name, int status)
{
	char text[64], from[256], to[256];
	int fd;

	snprintf(from, sizeof(from), "%s/new", directory);
	snprintf(to, sizeof(to), "%s/%s", directory, name);
	snprintf(text, sizeof(text), "#!/bin/sh\nexit %d\n", status);
	fd = open(from, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, text, strlen(text)) < 0 || fchmod(fd, 0755) < 0 || close(fd) < 0 ||
		rename(from, to) < 0)
		abort();
}

/* The child: one run of the program, whose file is replaced before exec. What it was ended by is
 * its exit status. */
static int be_caller(const char *program)
{
	const struct remand_spec spec = SPEC(.argv = ARGV(program));
	RESULT result = { 0 };

	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || raise(SIGSTOP) != 0)
		return 101;
	if (custody_run(&spec, &result) < 0)
		return 102;
	if (result.verdict != REMAND_VERDICT_NOT_STARTED)
		return result.exited ? result.exit_code : 103;
	printf("# %s\n", result.reason);
	fflush(stdout);
	return result.start_error.errnum == ESTALE ? 104 : 105;
}

/* Whether a call that begins opens the program. */
static bool opens(pid_t pid, const struct __ptrace_syscall_info *call, const char *program)
{
	char path[256] = "";
	struct iovec local = { path, strlen(program) + 1 };
	struct iovec remote = { (void *)(uintptr_t)call->entry.args[1], local.iov_len };

	return call->entry.nr == SYS_openat &&
	       process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)local.iov_len &&
	       memcmp(path, program, local.iov_len) == 0;
}

/* Follow the caller until it has opened the program and is about to clone the keeper; the children
 * are not followed. Returns whether that moment came. */
static bool follow(pid_t pid, const char *program)
{
	bool opened = false;
	int status;

	while (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) == 0 && waitpid(pid, &status, 0) == pid &&
		WIFSTOPPED(status)) {
		struct __ptrace_syscall_info call = { 0 };

		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(call), &call) <= 0 ||
			call.op != PTRACE_SYSCALL_INFO_ENTRY)
			continue;
		if (opens(pid, &call, program))
			opened = true;
		else if (opened && call.entry.nr == SYS_clone3)
			return true;
	}
	return false;
}

TEST(a_file_that_is_replaced_after_it_was_opened_is_not_what_runs)
{
	SCRATCH(directory, "/tmp");
	char program[128];
	int status = 0;
	bool reached;
	pid_t pid;

	scratch_join(&directory, "mine", program);
	CHECK_INT(chmod(directory.path, 0755), 0);
	put_program(directory.path, "mine", 7);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(be_caller(program));
	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	CHECK(ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_TRACESYSGOOD) == 0);
	reached = follow(pid, program);
	put_program(directory.path, "mine", 8);
	CHECK(ptrace(PTRACE_DETACH, pid, NULL, NULL) == 0 || !reached);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(reached);
	CHECK(WIFEXITED(status));
	/* The kernel mounts no file that has lost its name: then nothing runs. */
	CHECK_INT(WEXITSTATUS(status), 104);
	/* And the next run has the new one. */
	{
		const struct remand_spec spec = SPEC(.argv = ARGV(program));
		RESULT result = { 0 };

		CHECK_INT(custody_run(&spec, &result), 0);
		CHECK_INT(result.exit_code, 8);
	}
}
