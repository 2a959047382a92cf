/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor under sabotage: the command itself, in a fork of the harness, so that neither the
 * dynamic linker nor anything before the first line of remand is in the way. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "faults.h"

#define FDS 256

#define LOAD(field)    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (action))

/* Only the call in question stops for the tracer, so that the rest runs at full speed. */
static void install_filter(const struct fault *fault)
{
	const bool all = fault->kind == FAULT_RECORD;
	const unsigned int action = fault->kind == FAULT_HIDDEN
					    ? SECCOMP_RET_ERRNO | (unsigned int)fault->errnum
					    : SECCOMP_RET_TRACE;
	struct sock_filter code[] = {
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
		LOAD(args[0]),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SUBJECT_END_MARK, 0, 1),
		RETURN(SECCOMP_RET_TRACE),
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)fault->at.nr, 0, 1),
		RETURN(action),
		RETURN(all ? SECCOMP_RET_TRACE : SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	/* With CAP_SYS_ADMIN no_new_privs is not needed, and what remand does itself stays seen. */
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
		perror("faults: cannot install the filter");
		_exit(SUBJECT_BROKEN);
	}
}

static void take_place(int fd, int place)
{
	if (dup2(fd, place) < 0)
		_exit(SUBJECT_BROKEN);
}

static void connect(const struct subject *subject)
{
	char byte;

	take_place(open("/dev/null", O_RDONLY), 0);
	take_place(subject->output_fd, 1);
	take_place(subject->complaint_fd, 2);
	take_place(subject->report_fd, SUBJECT_FD_REPORT);
	if (read(subject->gate_fd, &byte, 1) != 1)
		_exit(SUBJECT_BROKEN);
	for (int fd = 3; fd < FDS; fd++)
		if (fd != SUBJECT_FD_REPORT)
			close(fd);
	if (chdir(subject->stage->scratch) < 0)
		_exit(SUBJECT_BROKEN);
}

static void see_fds(bool open[FDS])
{
	for (int fd = 0; fd < FDS; fd++)
		open[fd] = fcntl(fd, F_GETFD) >= 0;
}

static int run_command(const struct scene *scene)
{
	int argc = 0;

	while (scene->argv[argc])
		argc++;
	optind = 0; /* glibc: begin anew */
	return command_run(argc, (char **)(uintptr_t)scene->argv);
}

static int find_leaks(const bool before[FDS], size_t used_before, int status)
{
	siginfo_t info;
	bool after[FDS];

	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | __WALL) == 0) {
		fprintf(stderr, "a child is left\n");
		return SUBJECT_LEFT_CHILD;
	}
	see_fds(after);
	for (int fd = 0; fd < FDS; fd++)
		if (before[fd] != after[fd]) {
			fprintf(stderr, "descriptor %d is %s\n", fd, after[fd] ? "left" : "gone");
			return SUBJECT_LEAKED_FD;
		}
	if (mallinfo2().uordblks != used_before) {
		fprintf(stderr, "%zd bytes of memory are left\n",
			(ssize_t)(mallinfo2().uordblks - used_before));
		return SUBJECT_LEAKED_MEMORY;
	}
	return status;
}

_Noreturn void subject_main(const struct subject *subject)
{
	bool fds[FDS];
	size_t used;
	int status;

	connect(subject);
	see_fds(fds);
	used = mallinfo2().uordblks;
	install_filter(subject->fault);
	status = run_command(subject->scene);
	prctl(SUBJECT_END_MARK, 0, 0, 0, 0);
	_exit(find_leaks(fds, used, status));
}

void subject_warm_up(const struct scene *scene)
{
	const int places[] = { 1, 2, SUBJECT_FD_REPORT };
	int kept[3], nowhere = memfd_create("warm-up", 0);
	sigset_t mask;

	fflush(stdout);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int i = 0; i < 3; i++) {
		kept[i] = fcntl(places[i], F_DUPFD_CLOEXEC, FDS);
		take_place(nowhere, places[i]);
	}
	(void)run_command(scene);
	for (int i = 0; i < 3; i++) {
		if (kept[i] < 0 || dup2(kept[i], places[i]) < 0)
			close(places[i]);
		if (kept[i] >= 0)
			close(kept[i]);
	}
	close(nowhere);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}
