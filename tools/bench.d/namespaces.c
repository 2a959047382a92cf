/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* namespaces [net]: the kernel's share of a run: a process in new namespaces that ends at once. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned long flags =
		CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD;
	int status;
	long pid;

	if (argc > 1 && strcmp(argv[1], "net") == 0)
		flags |= CLONE_NEWNET;
	pid = syscall(SYS_clone, flags, NULL, NULL, NULL, 0);
	if (pid == 0)
		_exit(0);
	return pid < 0 || waitpid((pid_t)pid, &status, 0) != pid;
}
