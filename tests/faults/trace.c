/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One run under ptrace(2). Every process of it is followed from its birth, so that "none is left"
 * is known for certain: wait(2) answers ECHILD. A filter of the subject (SECCOMP_RET_TRACE) stops
 * only the one system call that the fault is about.
 *
 * Only processes that were seized here, and were not reaped yet, are ever signalled: their pids
 * cannot have been reused.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "faults.h"

#define PROCESSES 64
#define CALLS     512
#define HELD      256

struct tracee {
	pid_t pid; /* 0: free */
	enum role role;
	bool waiting; /* stopped at birth until its parent has told its role */
	bool known;
	bool leaving; /* the next stop is the exit of a call that is to fail late */
	unsigned int counts[CALLS];
	uint32_t context;
};

struct trace {
	const struct stage *stage;
	const struct fault *fault;
	struct points *points;
	struct outcome *outcome;
	struct tracee tracees[PROCESSES];
	bool ended; /* the command returned; what follows is the harness's own */
	uint64_t killed_ns;
	int held[HELD]; /* descriptors of the victim's that outlive it */
	size_t held_count;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static struct tracee *find(struct trace *trace, pid_t pid)
{
	struct tracee *unused = NULL;

	for (size_t i = 0; i < PROCESSES; i++) {
		if (trace->tracees[i].pid == pid)
			return &trace->tracees[i];
		if (!trace->tracees[i].pid && !unused)
			unused = &trace->tracees[i];
	}
	if (!unused) {
		fprintf(stderr, "faults: more than %d processes\n", PROCESSES);
		abort();
	}
	*unused = (struct tracee){ .pid = pid };
	return unused;
}

static void go_on(struct tracee *tracee, int signum)
{
	/* ESRCH: killed meanwhile. */
	(void)ptrace(tracee->leaving ? PTRACE_SYSCALL : PTRACE_CONT, tracee->pid, NULL,
		(void *)(intptr_t)signum);
}

/* As a fork of the caller that never execs would: no end of a socket or pipe tells of its death. */
static void hold_descriptors(struct trace *trace, pid_t pid)
{
	int pidfd = pidfd_open(pid, 0);

	for (int fd = 3; pidfd >= 0 && fd < HELD; fd++) {
		int held = pidfd_getfd(pidfd, fd, 0);

		if (held >= 0)
			trace->held[trace->held_count++] = held;
	}
	close(pidfd);
}

static void kill_role(struct trace *trace, enum role role)
{
	for (size_t i = 0; i < PROCESSES; i++) {
		const struct tracee *tracee = &trace->tracees[i];

		if (!tracee->pid || tracee->role != role || !tracee->known)
			continue;
		if (trace->fault->forked)
			hold_descriptors(trace, tracee->pid);
		trace->killed_ns = now_ns();
		trace->outcome->reached = true;
		kill(tracee->pid, SIGKILL);
	}
}

static void kill_all(struct trace *trace)
{
	for (size_t i = 0; i < PROCESSES; i++)
		if (trace->tracees[i].pid)
			kill(trace->tracees[i].pid, SIGKILL);
}

static void kill_groups(struct trace *trace)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.kill", trace->stage->base);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "1", 1) != 1)
		perror("faults: cgroup.kill");
	close(fd);
	trace->outcome->reached = true;
}

/* ---- limits of the group at the moment in which the program begins ---- */

static void append_limit(int group, const char *name, char *text, size_t size)
{
	char value[64] = "-";
	int fd = openat(group, name, O_RDONLY | O_CLOEXEC);
	size_t used = strlen(text);
	ssize_t n = fd < 0 ? 0 : read(fd, value, sizeof(value) - 1);

	if (n > 0)
		value[n - 1] = '\0';
	if (fd >= 0)
		close(fd);
	snprintf(text + used, size - used, "%s %s\n", name, value);
}

static void see_limits(struct trace *trace)
{
	static const char *const names[] = { "memory.max", "memory.swap.max", "memory.oom.group",
		"pids.max", "cpu.max", "cpuset.cpus" };
	struct outcome *outcome = trace->outcome;
	DIR *base = opendir(trace->stage->base);

	outcome->executed = true;
	for (struct dirent *entry; base && (entry = readdir(base));) {
		int group;

		if (strncmp(entry->d_name, "run-", 4) != 0)
			continue;
		group = openat(dirfd(base), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			append_limit(group, names[i], outcome->limits, sizeof(outcome->limits));
		close(group);
	}
	if (base)
		closedir(base);
}

/* ---- stops ---- */

static void record(struct trace *trace, const struct tracee *tracee, int nr)
{
	struct points *points = trace->points;

	if (points->count == points->capacity) {
		points->capacity = points->capacity * 2 + 256;
		points->all = reallocarray(points->all, points->capacity, sizeof(*points->all));
		if (!points->all)
			abort();
	}
	points->all[points->count++] =
		(struct point){ tracee->role, nr, tracee->counts[nr], tracee->context };
}

/* x86-64: the call is skipped when its number is -1, and answers what is in rax: ptrace(2),
 * PTRACE_EVENT_SECCOMP. */
static void fail_call(const struct tracee *tracee, int errnum)
{
	struct user_regs_struct registers;

	if (ptrace(PTRACE_GETREGS, tracee->pid, NULL, &registers) < 0)
		return;
	registers.orig_rax = (unsigned long long)-1;
	registers.rax = (unsigned long long)-errnum;
	(void)ptrace(PTRACE_SETREGS, tracee->pid, NULL, &registers);
}

static void strike(struct trace *trace, struct tracee *tracee, int nr)
{
	const struct fault *fault = trace->fault;

	switch (fault->kind) {
	case FAULT_ERROR:
		trace->outcome->reached = true;
		if (errnos_are_late(nr))
			tracee->leaving = true;
		else
			fail_call(tracee, fault->errnum);
		break;
	case FAULT_KILL:
		kill_role(trace, fault->victim);
		break;
	case FAULT_KILL_GROUPS:
		kill_groups(trace);
		break;
	case FAULT_NONE:
	case FAULT_RECORD:
	case FAULT_HIDDEN:
		break;
	}
}

static void on_call(struct trace *trace, struct tracee *tracee)
{
	struct __ptrace_syscall_info info;
	int nr;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, sizeof(info), &info) <= 0)
		return;
	nr = (int)info.seccomp.nr;
	if (nr == SYS_prctl && info.seccomp.args[0] == SUBJECT_END_MARK)
		trace->ended = true;
	if (tracee->role == ROLE_PROGRAM || nr < 0 || nr >= CALLS || trace->ended)
		return;
	/* The last three calls: the rounds of a loop have the same. */
	tracee->context = (tracee->context << 9 ^ (uint32_t)nr) & 0x7ffffff;
	if (trace->fault->kind == FAULT_RECORD)
		record(trace, tracee, nr);
	else if (tracee->role == trace->fault->at.role && nr == trace->fault->at.nr &&
		 tracee->counts[nr] == trace->fault->at.nth)
		strike(trace, tracee, nr);
	tracee->counts[nr]++;
}

/* By what it was cloned with: the keeper has a process namespace of its own. */
static enum role role_of_child(const struct tracee *parent)
{
	struct user_regs_struct registers;
	long flags;

	if (parent->role == ROLE_KEEPER)
		return ROLE_TARGET;
	if (parent->role != ROLE_SUPERVISOR)
		return ROLE_PROGRAM;
	errno = 0;
	if (ptrace(PTRACE_GETREGS, parent->pid, NULL, &registers) < 0)
		return ROLE_HELPER;
	flags = ptrace(PTRACE_PEEKDATA, parent->pid, (void *)registers.rdi, NULL);
	return errno == 0 && (flags & CLONE_NEWPID) ? ROLE_KEEPER : ROLE_HELPER;
}

static void on_birth(struct trace *trace, struct tracee *parent)
{
	unsigned long pid = 0;
	struct tracee *child;

	if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &pid) < 0 || !pid)
		return;
	child = find(trace, (pid_t)pid);
	child->role = role_of_child(parent);
	child->known = true;
	if (child->waiting)
		go_on(child, 0);
	child->waiting = false;
}

static void on_late_error(struct trace *trace, struct tracee *tracee)
{
	struct user_regs_struct registers;

	tracee->leaving = false;
	if (ptrace(PTRACE_GETREGS, tracee->pid, NULL, &registers) < 0)
		return;
	registers.rax = (unsigned long long)-trace->fault->errnum;
	(void)ptrace(PTRACE_SETREGS, tracee->pid, NULL, &registers);
}

static void on_stop(struct trace *trace, struct tracee *tracee, int status)
{
	int signum = 0;

	switch (status >> 16) {
	case PTRACE_EVENT_SECCOMP:
		on_call(trace, tracee);
		break;
	case PTRACE_EVENT_CLONE:
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
		on_birth(trace, tracee);
		break;
	case PTRACE_EVENT_EXEC:
		tracee->role = ROLE_PROGRAM;
		see_limits(trace);
		break;
	case PTRACE_EVENT_STOP:
		if (!tracee->known) {
			tracee->waiting = true;
			return;
		}
		break;
	default:
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
			on_late_error(trace, tracee);
		else
			signum = WSTOPSIG(status);
		break;
	}
	go_on(tracee, signum);
}

/* A parent that dies between the birth and its own stop cannot tell the child's role any more. */
static void release_orphans(struct trace *trace)
{
	for (size_t i = 0; i < PROCESSES; i++) {
		struct tracee *tracee = &trace->tracees[i];

		if (!tracee->pid || !tracee->waiting)
			continue;
		tracee->waiting = false;
		tracee->known = true;
		tracee->role = ROLE_HELPER;
		go_on(tracee, 0);
	}
}

static void on_signal(int signum)
{
	(void)signum; /* interrupts wait */
}

static void follow(struct trace *trace, pid_t supervisor)
{
	const struct sigaction action = { .sa_handler = on_signal }; /* no SA_RESTART */

	const uint64_t began_ns = now_ns();

	sigaction(SIGALRM, &action, NULL);
	alarm(trace->stage->patience_s);
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno == EINTR) {
			trace->outcome->hung = true;
			kill_all(trace);
			alarm(10);
			continue;
		}
		if (pid < 0)
			break;
		if (WIFSTOPPED(status)) {
			on_stop(trace, find(trace, pid), status);
			continue;
		}
		if (pid == supervisor)
			trace->outcome->status = status;
		*find(trace, pid) = (struct tracee){ 0 };
		release_orphans(trace);
	}
	alarm(0);
	trace->outcome->run_ns = now_ns() - began_ns;
	if (trace->killed_ns)
		trace->outcome->death_ns = now_ns() - trace->killed_ns;
}

static void take_text(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	close(fd);
}

void trace_run(const struct stage *stage, const struct scene *scene, const struct fault *fault,
	struct points *points, struct outcome *ret_outcome)
{
	static struct trace trace;
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE |
			     PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;
	struct subject subject = { stage, scene, fault, -1, memfd_create("output", 0),
		memfd_create("complaint", 0), memfd_create("report", 0) };
	int gate[2];
	struct tracee *first;
	pid_t pid;

	memset(&trace, 0, sizeof(trace));
	memset(ret_outcome, 0, sizeof(*ret_outcome));
	trace.stage = stage;
	trace.fault = fault;
	trace.points = points;
	trace.outcome = ret_outcome;
	ret_outcome->reached = fault->kind == FAULT_HIDDEN;
	if (pipe(gate) < 0)
		abort();
	subject.gate_fd = gate[0];
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		subject_main(&subject);
	if (pid < 0 || ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) < 0) {
		perror("faults: cannot trace");
		abort();
	}
	first = find(&trace, pid);
	first->role = ROLE_SUPERVISOR;
	first->known = true;
	if (write(gate[1], "", 1) != 1)
		abort();
	close(gate[0]);
	close(gate[1]);
	follow(&trace, pid);
	while (trace.held_count > 0)
		close(trace.held[--trace.held_count]);
	take_text(subject.output_fd, ret_outcome->output, sizeof(ret_outcome->output));
	take_text(subject.complaint_fd, ret_outcome->complaint, sizeof(ret_outcome->complaint));
	take_text(subject.report_fd, ret_outcome->report, sizeof(ret_outcome->report));
}
