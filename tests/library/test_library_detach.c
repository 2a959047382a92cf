/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs that go on without their caller. The program of each holds a wire to the test, fd 3, and so
 * does a grandchild in a session of its own: the test's end is at its end when both are dead. A
 * keeper that ends because its supervisor did has the status 0; one that was detached, that of its
 * program, which ends with the status that the wire brings.
 *
 * The test adopts what its callers leave behind (PR_SET_CHILD_SUBREAPER), so that it can wait for
 * all of it; what has not ended when a test ends is killed by custody_end_of().
 */
#include <errno.h>
#include <limits.h>
#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "base.h"
#include "clock.h"
#include "custody.h"
#include "fd.h"
#include "file.h"
#include "message.h"
#include "owner.h"
#include "run.h"
#include "scratch.h"
#include "table.h"

/* Long enough for a machine under load; only a failure waits for it. */
#define PATIENCE_MS 60000

/* Whatever the script does, a grandchild stays. */
#define WIRED(script) SH("setsid sleep 1000 & echo ready >&3; read -r word <&3; " script)
#define ENDS_AS_TOLD  WIRED("exit \"$word\"")

#define DETACHABLE(from, words, pass)                                                       \
	{                                                                                   \
		.size = sizeof(struct remand_spec), .argv = (words), .starter = (from),     \
		.memory_bytes = REMAND_UNLIMITED, .pids = REMAND_UNLIMITED,                 \
		.time_ns = REMAND_UNLIMITED, .wall_ns = REMAND_UNLIMITED, .passes = (pass), \
		.passes_count = 1                                                           \
	}

static bool in_machine(void)
{
	return access("/run/vm-command", F_OK) == 0;
}

static int wait_for_input(int fd)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };

	return poll(&readable, 1, PATIENCE_MS) == 1 ? 0 : -1;
}

/* ---- both ends of a run ---- */

struct wire {
	int ours, theirs;
};

#define WIRE __attribute__((cleanup(wire_done))) struct wire

static void wire_done(struct wire *wire)
{
	fd_close(wire->ours);
	fd_close(wire->theirs);
}

static struct wire wire_new(void)
{
	int ends[2] = { -1, -1 };

	(void)socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
	return (struct wire){ ends[0], ends[1] };
}

static bool wire_tell(const struct wire *wire, const char *text)
{
	return send(wire->ours, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

/* All that comes until everybody at the other end is dead. */
static bool wire_read(const struct wire *wire, char *text, size_t size)
{
	size_t used = 0;
	ssize_t n;

	while (wait_for_input(wire->ours) == 0) {
		n = read(wire->ours, text + used, size - 1 - used);
		/* ECONNRESET: the dead had not read all that they were told. */
		if (n <= 0) {
			text[used] = '\0';
			return n == 0 || errno == ECONNRESET;
		}
		used += (size_t)n;
	}
	return false;
}

static bool wire_ends(const struct wire *wire)
{
	char text[512];

	return wire_read(wire, text, sizeof(text));
}

static bool wire_is_ready(const struct wire *wire)
{
	char text[6];

	return wait_for_input(wire->ours) == 0 &&
	       recv(wire->ours, text, sizeof(text), MSG_WAITALL) == sizeof(text) &&
	       memcmp(text, "ready\n", sizeof(text)) == 0;
}

/* A process like any other that comes along. */
static bool reclaim(void)
{
	const struct remand_spec spec = SPEC(.cpus_milli = REMAND_UNLIMITED);
	CLEANUP_FD int base_fd = -1;
	struct host host;

	if (host_open(&host, NULL) < 0)
		return false;
	(void)base_open(&host, &spec, &base_fd, NULL);
	host_done(&host);
	if (base_fd < 0)
		return false;
	group_reclaim(base_fd);
	return true;
}

/* A directory that was removed has no files any more. */
static bool is_removed(int group_fd)
{
	return faccessat(group_fd, "cgroup.procs", F_OK, 0) < 0;
}

/* Until the exec is known, and then at once. */
static int detach(struct remand **run, int *ret_keeper_fd, struct remand_error *error)
{
	int r;

	while ((r = remand_detach(*run, ret_keeper_fd, error)) == -EAGAIN)
		if (wait_for_input(remand_fd(*run)) < 0)
			return -ETIMEDOUT;
	if (r == 0)
		*run = NULL;
	return r;
}

/* Its exit status, -1: not ended, or killed. How: __WCLONE for a child that is the caller's still,
 * 0 for one that was adopted. */
static int status_of(int keeper_fd, int how)
{
	siginfo_t info = { 0 };

	if (wait_for_input(keeper_fd) < 0 ||
		waitid(P_PIDFD, (id_t)keeper_fd, &info, WEXITED | how) < 0)
		return -1;
	return info.si_code == CLD_EXITED ? info.si_status : -1;
}

/* On every way out of a test, for it fails with runs that nobody else would end. */
static void end_keeper(int *keeper_fd)
{
	siginfo_t info;

	if (*keeper_fd >= 0 && pidfd_send_signal(*keeper_fd, SIGKILL, NULL, 0) == 0)
		(void)waitid(P_PIDFD, (id_t)*keeper_fd, &info, WEXITED | __WALL);
	*keeper_fd = fd_close(*keeper_fd);
}

#define KEEPER __attribute__((cleanup(end_keeper))) int

/* ---- callers that end ---- */

struct caller {
	pid_t pid; /* -1: none, or waited for */
	int to_caller, keeper_fd, group_fd;
};

#define CALLER __attribute__((cleanup(caller_done))) struct caller
#define CALLER_EMPTY                                                        \
	{                                                                   \
		.pid = -1, .to_caller = -1, .keeper_fd = -1, .group_fd = -1 \
	}

static int caller_wait(struct caller *caller)
{
	int status = -1;

	if (caller->pid > 0 && waitpid(caller->pid, &status, 0) == caller->pid)
		caller->pid = -1;
	return status;
}

static int caller_kill(struct caller *caller)
{
	return kill(caller->pid, SIGKILL) < 0 ? -1 : caller_wait(caller);
}

static void caller_done(struct caller *caller)
{
	if (caller->pid > 0)
		(void)caller_kill(caller);
	end_keeper(&caller->keeper_fd);
	/* Its starter, which is ended by the caller's end. */
	while (waitpid(-1, NULL, __WALL) > 0)
		;
	fd_close(caller->to_caller);
	fd_close(caller->group_fd);
}

struct errand {
	bool from_starter, traced;
};

static bool is_executed(struct remand *run)
{
	struct remand_stats stats = { .size = sizeof(stats) };

	while (remand_stats(run, &stats) == 0 && !stats.started)
		if (wait_for_input(remand_fd(run)) < 0 || remand_dispatch(run, NULL) < 0)
			return false;
	return stats.started;
}

/* Tells who its keeper is, and where its group; waits for leave; detaches; tells that it has, and
 * waits for its death. */
_Noreturn static void be_caller(const struct errand *errand, int to_test, int wire)
{
	const struct remand_pass pass = { wire, 3 };
	struct remand_starter *starter = NULL;
	struct message message = { .kind = MESSAGE_TARGET };
	char byte;

	(void)setpgid(0, 0);
	if (errand->from_starter && remand_starter_new(&starter, NULL) < 0)
		_exit(2);
	const struct remand_spec spec = DETACHABLE(starter, ENDS_AS_TOLD, &pass);
	struct remand *run = custody_start(&spec);
	fd_close(wire);
	if (!run || !is_executed(run))
		_exit(3);
	message.raw_status = run->keeper_pid;
	if (message_send(to_test, &message, run->group.fd, NULL) < 0 ||
		recv(to_test, &byte, 1, 0) != 1)
		_exit(4);
	if (errand->traced && (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 || raise(SIGSTOP) != 0))
		_exit(5);
	if (remand_detach(run, NULL, NULL) < 0)
		_exit(6);
	if (send(to_test, &byte, 1, MSG_NOSIGNAL) == 1)
		(void)recv(to_test, &byte, 1, 0);
	_exit(0);
}

/* Its keeper's pidfd is taken while it is its child, dead or alive: the number is the keeper's. */
static bool caller_start(struct caller *caller, const struct errand *errand, struct wire *wire)
{
	struct message message;
	int ends[2];

	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return false;
	caller->pid = fork();
	if (caller->pid == 0) {
		fd_close(ends[0]);
		be_caller(errand, ends[1], wire->theirs);
	}
	fd_close(ends[1]);
	caller->to_caller = ends[0];
	wire->theirs = fd_close(wire->theirs);
	if (caller->pid < 0 || wait_for_input(ends[0]) < 0 ||
		message_receive(ends[0], &message, &caller->group_fd) != 1)
		return false;
	caller->keeper_fd = pidfd_open(message.raw_status, 0);
	return caller->keeper_fd >= 0 && wire_is_ready(wire) && send(ends[0], "", 1, 0) == 1;
}

static bool caller_has_detached(const struct caller *caller)
{
	char byte;

	return wait_for_input(caller->to_caller) == 0 && recv(caller->to_caller, &byte, 1, 0) == 1;
}

/* The group outlives the caller as long as the run does, and no longer. */
static void check_goes_on(const struct errand *errand)
{
	CALLER caller = CALLER_EMPTY;
	WIRE wire = wire_new();

	CHECK(caller_start(&caller, errand, &wire));
	CHECK(caller_has_detached(&caller));
	CHECK_INT(kill(-caller.pid, SIGKILL), 0);
	CHECK_INT(caller_wait(&caller), SIGKILL);
	CHECK(reclaim());
	CHECK(!is_removed(caller.group_fd));
	CHECK(wire_tell(&wire, "7\n"));
	CHECK_INT(status_of(caller.keeper_fd, 0), 7);
	CHECK(wire_ends(&wire));
	/* Elsewhere the runs of other tests reclaim as well. */
	CHECK(!in_machine() || !is_removed(caller.group_fd));
	CHECK(reclaim());
	CHECK(is_removed(caller.group_fd));
}

TEST(a_run_goes_on_when_its_caller_and_all_its_process_group_are_killed)
{
	check_goes_on(&(struct errand){ 0 });
}

TEST(a_run_from_a_starter_goes_on_when_caller_and_starter_are_killed)
{
	check_goes_on(&(struct errand){ .from_starter = true });
}

/* ---- a caller that is killed during the call ---- */

/* The next stop of a traced caller, at the entry or the exit of a system call. false: it has ended.
 */
static bool step(struct caller *caller, struct __ptrace_syscall_info *ret_info)
{
	int status;

	if (ptrace(PTRACE_SYSCALL, caller->pid, 0, 0) < 0 ||
		waitpid(caller->pid, &status, 0) != caller->pid || !WIFSTOPPED(status))
		return false;
	return ptrace(PTRACE_GET_SYSCALL_INFO, caller->pid, sizeof(*ret_info), ret_info) > 0;
}

/* From the first thing that is changed on, so many stops, or until so much was sent: first the
 * order, then word to us that it has detached. Returns whether the order was given. */
static bool step_into(struct caller *caller, int stops, int sends, bool *ret_ordered)
{
	struct __ptrace_syscall_info info = { 0 };
	int status, sent = 0;
	uint64_t call = 0;

	if (waitpid(caller->pid, &status, 0) != caller->pid || !WIFSTOPPED(status) ||
		ptrace(PTRACE_SETOPTIONS, caller->pid, 0,
			PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0)
		return false;
	for (int i = -1; i < stops && sent < sends;) {
		if (!step(caller, &info))
			return false;
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
			call = info.entry.nr;
		if (i >= 0 || call == SYS_fsetxattr)
			i++;
		sent += info.op == PTRACE_SYSCALL_INFO_EXIT && call == SYS_sendto &&
			info.exit.rval > 0;
	}
	*ret_ordered = sent > 0;
	return true;
}

/* If it was not, the keeper ends by itself, or by the hand of who reclaims the group before. */
static void check_killed_after(int stops, int sends, bool *ret_ordered)
{
	const struct errand errand = { .traced = true };
	CALLER caller = CALLER_EMPTY;
	WIRE wire = wire_new();
	int status;

	CHECK(caller_start(&caller, &errand, &wire));
	/* One that sleeps until all of it has happened. */
	CHECK(sends > 1 || pidfd_send_signal(caller.keeper_fd, SIGSTOP, NULL, 0) == 0);
	CHECK(step_into(&caller, stops, sends, ret_ordered));
	CHECK_INT(caller_kill(&caller), SIGKILL);
	CHECK_INT(pidfd_send_signal(caller.keeper_fd, SIGCONT, NULL, 0), 0);
	CHECK(reclaim());
	if (*ret_ordered)
		CHECK(!is_removed(caller.group_fd) && wire_tell(&wire, "7\n"));
	status = status_of(caller.keeper_fd, 0);
	CHECK_INT(status, *ret_ordered ? 7 : status == 128 + SIGKILL ? status : 0);
	CHECK(wire_ends(&wire));
	CHECK(reclaim());
	CHECK(is_removed(caller.group_fd));
}

TEST(whenever_the_caller_is_killed_during_the_call_the_run_is_dead_or_detached_but_never_half)
{
	const int count = (int)custody_scale(40, 14);
	int ordered = 0;

	for (int i = 0; i < count && !check_failed; i++) {
		bool now = false;

		check_killed_after(i, 2, &now);
		ordered += now;
	}
	/* Both happened. */
	CHECK(check_failed || (ordered > 0 && ordered < count));
}

TEST(an_order_that_was_given_counts_also_when_the_keeper_comes_to_it_after_the_death)
{
	bool ordered = false;

	check_killed_after(INT_MAX, 1, &ordered);
	CHECK(check_failed || ordered);
}

/* ---- a caller that lives on ---- */

TEST(a_caller_that_lives_on_can_take_the_keeper_away_and_no_wait_of_its_others_sees_it)
{
	WIRE wire = wire_new();
	const struct remand_pass pass = { wire.theirs, 3 };
	const struct remand_spec spec = DETACHABLE(custody_starter, ENDS_AS_TOLD, &pass);
	RUN *run = custody_start(&spec);
	CLEANUP_FD int group_fd = -1;
	KEEPER keeper_fd = -1;
	siginfo_t info = { 0 };

	CHECK(run);
	wire.theirs = fd_close(wire.theirs);
	group_fd = fcntl(run->group.fd, F_DUPFD_CLOEXEC, 3);
	CHECK_INT(detach(&run, &keeper_fd, NULL), 0);
	CHECK(fcntl(keeper_fd, F_GETFD) & FD_CLOEXEC);
	CHECK(wire_is_ready(&wire));
	CHECK(reclaim());
	CHECK(wire_tell(&wire, "3\n"));
	CHECK(wire_ends(&wire));
	CHECK_INT(wait_for_input(keeper_fd), 0);
	CHECK_INT(waitid(P_ALL, 0, &info, WEXITED | WNOHANG), -1);
	CHECK_INT(errno, ECHILD);
	CHECK_INT(status_of(keeper_fd, __WCLONE), 3);
	CHECK(reclaim());
	CHECK(is_removed(group_fd));
}

TEST(a_detached_run_is_ended_by_a_kill_of_its_keeper)
{
	WIRE wire = wire_new();
	const struct remand_pass pass = { wire.theirs, 3 };
	const struct remand_spec spec = DETACHABLE(custody_starter, ENDS_AS_TOLD, &pass);
	RUN *run = custody_start(&spec);
	KEEPER keeper_fd = -1;

	CHECK(run);
	wire.theirs = fd_close(wire.theirs);
	CHECK_INT(detach(&run, &keeper_fd, NULL), 0);
	CHECK(wire_is_ready(&wire));
	end_keeper(&keeper_fd);
	CHECK(wire_ends(&wire));
}

/* Which of the two is first is left to chance. */
TEST(a_program_that_ends_at_the_same_time_is_told_of_by_the_result_or_by_the_keeper)
{
	const size_t count = custody_scale(100, 6);

	for (size_t i = 0; i < count; i++) {
		struct remand_spec spec = DETACHABLE(custody_starter, SH("exit 9"), NULL);
		RUN *run = NULL;
		RESULT result = { 0 };
		KEEPER keeper_fd = -1;
		int r;

		spec.passes_count = 0;
		run = custody_start(&spec);
		CHECK(run);
		r = detach(&run, &keeper_fd, NULL);
		if (r < 0) {
			CHECK_INT(r, -ESRCH);
			CHECK_INT(custody_finish(run, &result), 0);
			CHECK_INT(result.exit_code, 9);
		} else {
			CHECK_INT(status_of(keeper_fd, __WCLONE), 9);
		}
	}
}

struct helper {
	int control_fd, keeper_fd, signum;
};

/* When the order is in the keeper's socket, and the keeper has not seen it. */
static void *signal_keeper_in_time(void *argument)
{
	const struct helper *helper = argument;
	int unread = 0;

	while (ioctl(helper->control_fd, SIOCOUTQ, &unread) == 0 && unread == 0)
		usleep(1000);
	(void)pidfd_send_signal(helper->keeper_fd, helper->signum, NULL, 0);
	return NULL;
}

static bool is_marked_as_ours(const struct remand *run)
{
	char own[OWNER_MARK_BYTES], text[OWNER_MARK_BYTES] = "";

	return owner_write(own) == 0 &&
	       fgetxattr(run->group.fd, "user.remand.owner", text, sizeof(text) - 1) > 0 &&
	       strcmp(own, text) == 0;
}

/* The keeper is held while the program ends and the order is given. */
static void check_ends_during_the_call(int signum, int exit_code)
{
	WIRE wire = wire_new();
	const struct remand_pass pass = { wire.theirs, 3 };
	const struct remand_spec spec = DETACHABLE(custody_starter, ENDS_AS_TOLD, &pass);
	RUN *run = custody_start(&spec);
	RESULT result = { 0 };
	KEEPER keeper_fd = -1;
	struct helper helper;
	pthread_t thread;
	int r;

	CHECK(run && wire_is_ready(&wire) && is_executed(run));
	CHECK_INT(pidfd_send_signal(run->keeper_fd, SIGSTOP, NULL, 0), 0);
	CHECK(wire_tell(&wire, "9\n"));
	CHECK_INT(wait_for_input(run->target_fd), 0);
	helper = (struct helper){ run->control_fd, run->keeper_fd, signum };
	CHECK_INT(pthread_create(&thread, NULL, signal_keeper_in_time, &helper), 0);
	r = detach(&run, &keeper_fd, NULL);
	pthread_join(thread, NULL);
	CHECK_INT(r, -ESRCH);
	CHECK(is_marked_as_ours(run));
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.exited ? result.exit_code : -1, exit_code);
}

TEST(a_program_that_ends_before_its_keeper_has_the_order_has_its_result)
{
	check_ends_during_the_call(SIGCONT, 9);
}

TEST(a_keeper_that_is_killed_before_it_has_the_order_is_the_end_of_the_run)
{
	check_ends_during_the_call(SIGKILL, -1);
}

/* ---- what still holds ---- */

static uint64_t count_events(int group_fd, const char *file, const char *key)
{
	char text[512];
	uint64_t value = 0;

	if (file_read(group_fd, file, text, sizeof(text)) == 0)
		(void)file_find_u64(text, key, &value);
	return value;
}

struct held {
	const char *script, *events, *key;
	uint64_t memory_bytes, pids;
	int status;
};

static void check_holds(const struct held *held)
{
	WIRE wire = wire_new();
	const struct remand_pass pass = { wire.theirs, 3 };
	struct remand_spec spec = DETACHABLE(custody_starter, SH(held->script), &pass);
	CLEANUP_FD int group_fd = -1;
	KEEPER keeper_fd = -1;
	RUN *run = NULL;

	spec.memory_bytes = held->memory_bytes;
	spec.pids = held->pids;
	run = custody_start(&spec);
	CHECK(run);
	wire.theirs = fd_close(wire.theirs);
	group_fd = fcntl(run->group.fd, F_DUPFD_CLOEXEC, 3);
	CHECK_INT(detach(&run, &keeper_fd, NULL), 0);
	CHECK_INT(count_events(group_fd, held->events, held->key), 0);
	CHECK(wire_tell(&wire, "go\n"));
	CHECK_INT(status_of(keeper_fd, __WCLONE), held->status);
	CHECK(count_events(group_fd, held->events, held->key) > 0);
	CHECK(wire_ends(&wire));
}

TEST(memory_and_processes_of_a_detached_run_are_limited_as_before)
{
	static const struct held rows[] = {
		{ "read -r word <&3; tail /dev/zero", "memory.events", "oom_kill", 48 << 20,
			REMAND_UNLIMITED, 128 + SIGKILL },
		{ "read -r word <&3; for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done",
			"pids.events", "max", REMAND_UNLIMITED, 6, 2 },
	};

	if (!in_machine())
		SKIP("no memory and pids controllers of cgroup v2");
	for (size_t i = 0; i < COUNT_OF(rows) && !check_failed; i++)
		check_holds(&rows[i]);
}

TEST(a_refused_system_call_of_a_detached_run_answers_as_if_there_were_none)
{
	WIRE wire = wire_new();
	const struct remand_pass pass = { wire.theirs, 3 };
	const struct remand_spec spec = DETACHABLE(custody_starter,
		SH("unshare -m true 2>&3; read -r word <&3; unshare -m true 2>&3"), &pass);
	RUN *run = custody_start(&spec);
	KEEPER keeper_fd = -1;
	char text[512];

	CHECK(run);
	wire.theirs = fd_close(wire.theirs);
	CHECK_INT(remand_wait(run, 0, NULL), -ETIMEDOUT);
	/* The first one is answered by us. */
	while (recv(wire.ours, text, 1, MSG_PEEK | MSG_DONTWAIT) < 0)
		CHECK_INT(remand_wait(run, NS_PER_MS, NULL), -ETIMEDOUT);
	CHECK_INT(detach(&run, &keeper_fd, NULL), 0);
	CHECK(wire_tell(&wire, "go\n"));
	CHECK_INT(status_of(keeper_fd, __WCLONE), 1);
	CHECK(wire_read(&wire, text, sizeof(text)));
	CHECK(strstr(text, "Operation not permitted\n"));
	CHECK(strstr(text, "Function not implemented\n"));
}

/* ---- what stands in the way ---- */

/* Refused with a sentence that says why, as often as it is asked; and nothing has changed. false:
 * it was detached, or for another reason not. */
static bool is_refused(struct remand **run, int r, const char *why)
{
	for (int i = 0; i < 2; i++) {
		struct remand_error error = { 0 };
		KEEPER keeper_fd = -1;
		const int got = detach(run, &keeper_fd, &error);

		if (got == r && keeper_fd == -1 && strstr(error.message, why))
			continue;
		printf("# %d, '%s', not %d, '%s'\n", got, error.message, r, why);
		return false;
	}
	return true;
}

/* A spec of which one thing is in the way. */
static void check_in_the_way(const struct remand_spec *wanted, const char *why)
{
	WIRE wire = wire_new();
	const struct remand_pass pass = { wire.theirs, 3 };
	struct remand_spec spec = *wanted;
	RUN *run = NULL;
	RESULT result = { 0 };

	spec.passes = &pass;
	run = custody_start(&spec);
	CHECK(run && is_executed(run));
	CHECK(is_refused(&run, -EBUSY, why));
	CHECK(wire_tell(&wire, "5\n"));
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.exit_code, 5);
	CHECK_INT(result.verdict, REMAND_VERDICT_EXIT);
}

TEST(what_needs_its_caller_is_not_detached_and_goes_on_as_it_was)
{
	static const char data[200000];
	static const struct remand_collect collect = { "nothing", "/dev/null" };
	static const struct remand_rule kill = { REMAND_ACTION_KILL, "swapon" },
					log = { REMAND_ACTION_LOG, "swapon" };
	const struct remand_spec spec = DETACHABLE(custody_starter, ENDS_AS_TOLD, NULL);
	struct remand_spec all[12];
	static const char *const why[COUNT_OF(all)] = { "CPU time (time_ns)", "wall time (wall_ns)",
		"idles (idle_ns)", "stdin", "stdout", "stdout", "stderr", "files (collects)",
		"kill or log", "kill or log", "kill or log", "pid namespace" };

	for (size_t i = 0; i < COUNT_OF(all); i++)
		all[i] = spec;
	all[0].time_ns = all[1].wall_ns = all[2].idle_ns = 300 * NS_PER_S;
	all[3].input = (struct remand_stream){
		.kind = REMAND_STREAM_BYTES, .data = data, .length = sizeof(data)
	};
	all[4].output.kind = REMAND_STREAM_CAPTURE;
	all[5].output.kind = REMAND_STREAM_PIPE;
	all[6].error = (struct remand_stream){ .kind = REMAND_STREAM_PATH, .path = "/dev/null" };
	all[7].collects = &collect;
	all[8].rules = &kill;
	all[9].rules = &log;
	all[7].collects_count = all[8].rules_count = all[9].rules_count = 1;
	all[10].log_allowed = true;
	all[11].isolation = REMAND_ISOLATION_NONE;
	for (size_t i = 0; i < COUNT_OF(all) && !check_failed; i++)
		check_in_the_way(&all[i], why[i]);
}

TEST(limits_that_are_watched_for_want_of_a_controller_or_end_the_run_are_in_the_way)
{
	struct remand_spec spec = DETACHABLE(custody_starter, ENDS_AS_TOLD, NULL);

	if (in_machine()) {
		spec.pids = 100;
		spec.pids_fatal = true;
		check_in_the_way(&spec, "refused fork (pids_fatal)");
	} else {
		spec.memory_bytes = UINT64_C(1) << 30;
		spec.best_effort = true;
		check_in_the_way(&spec, "no cgroup limits");
	}
}

static bool has_loan(const struct remand *run)
{
	for (size_t i = 0; i < run->loans_count; i++)
		if (run->loans[i].fd >= 0)
			return true;
	return false;
}

/* It depends on the file system; in the machine /var/tmp is one without idmapped mounts. */
TEST(a_work_directory_is_in_the_way_where_its_files_are_lent_and_not_where_they_are_mapped)
{
	SCRATCH(scratch, "/var/tmp");
	WIRE wire = wire_new();
	const struct remand_pass pass = { wire.theirs, 3 };
	struct remand_spec spec =
		DETACHABLE(custody_starter, WIRED("echo >written; exit \"$word\""), &pass);
	RUN *run = NULL;
	RESULT result = { 0 };
	KEEPER keeper_fd = -1;

	spec.work = scratch.path;
	run = custody_start(&spec);
	CHECK(run && wire_is_ready(&wire));
	CHECK(has_loan(run) || !in_machine());
	if (has_loan(run)) {
		CHECK(is_refused(&run, -EBUSY, "nobody would: give the files"));
		CHECK(wire_tell(&wire, "5\n"));
		CHECK_INT(custody_finish(run, &result), 0);
		CHECK_INT(result.exit_code, 5);
	} else {
		CHECK_INT(detach(&run, &keeper_fd, NULL), 0);
		CHECK(wire_tell(&wire, "5\n"));
		CHECK_INT(status_of(keeper_fd, __WCLONE), 5);
	}
	CHECK_INT(faccessat(scratch.fd, "written", F_OK, 0), 0);
}

TEST(all_that_is_in_the_way_is_named_at_once)
{
	struct remand_spec spec =
		SPEC(.argv = SH("exec sleep 1000"), .output = { .kind = REMAND_STREAM_CAPTURE });
	RUN *run = custody_start(&spec);

	CHECK(run);
	CHECK(is_refused(&run, -EBUSY,
		"nobody would: watch its CPU time (time_ns), watch its wall time (wall_ns), take "
		"its stdout;"));
}

TEST(a_run_that_is_suspended_or_being_ended_or_has_ended_is_not_detached)
{
	const struct remand_step step = { SIGCONT, REMAND_ROOT, 300 * NS_PER_S };
	WIRE wire = wire_new();
	const struct remand_pass pass = { wire.theirs, 3 };
	const struct remand_spec spec = DETACHABLE(custody_starter, ENDS_AS_TOLD, &pass);
	RUN *run = custody_start(&spec);
	RESULT result = { 0 };

	CHECK(run && wire_is_ready(&wire) && is_executed(run));
	CHECK_INT(remand_suspend(run, NULL), 0);
	CHECK(is_refused(&run, -EBUSY, "nobody would: resume it;"));
	CHECK_INT(remand_resume(run, NULL), 0);
	CHECK_INT(remand_stop(run, &step, 1), 0);
	CHECK(is_refused(&run, -EBUSY, "nobody would: go on with ending it;"));
	CHECK(wire_tell(&wire, "5\n"));
	CHECK_INT(remand_wait(run, REMAND_UNLIMITED, NULL), 0);
	CHECK(is_refused(&run, -ESRCH, "has ended"));
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.exit_code, 5);
	CHECK_INT(result.verdict, REMAND_VERDICT_CANCELLED);
}

/* Until the last copy of the failure pipe is closed, the exec is not known to have succeeded. */
TEST(a_run_is_not_detached_before_its_program_is_executed)
{
	WIRE wire = wire_new();
	const struct remand_pass pass = { wire.theirs, 3 };
	const struct remand_spec spec = DETACHABLE(custody_starter, ENDS_AS_TOLD, &pass);
	RUN *run = custody_start(&spec);
	struct remand_error error = { 0 };
	KEEPER keeper_fd = -1;
	char path[48];
	int copy, r;

	CHECK(run);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", run->failure_fd);
	copy = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(copy >= 0 && wire_is_ready(&wire));
	r = remand_detach(run, &keeper_fd, &error);
	fd_close(copy);
	if (r == 0)
		run = NULL;
	CHECK_INT(r, -EAGAIN);
	CHECK_INT(detach(&run, &keeper_fd, NULL), 0);
	CHECK(strstr(error.message, "not executed yet"));
}

TEST(a_program_that_cannot_be_executed_is_a_result_and_not_detached)
{
	struct remand_spec spec = DETACHABLE(custody_starter, ARGV("/none/such"), NULL);
	RUN *run = NULL;
	RESULT result = { 0 };

	spec.passes_count = 0;
	run = custody_start(&spec);
	CHECK(run);
	CHECK(is_refused(&run, -ESRCH, "has ended"));
	CHECK_INT(custody_finish(run, &result), 0);
	CHECK_INT(result.verdict, REMAND_VERDICT_NOT_STARTED);
}
