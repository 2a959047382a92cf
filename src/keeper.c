/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PID 1 of the cell. It never execs: exec would set its exit signal back to SIGCHLD and make it
 * visible to the caller's own wait loops. It is a fork of the caller, so everything here is
 * async-signal-safe. Its life:
 *
 *   1. Makes the run's network namespace, closes all that it does not need and waits for its ids
 *      to be mapped.
 *   2. Clones the target into the group, at once: CLONE_INTO_CGROUP checks the right to write
 *      cgroup.procs with our ids, which are still the caller's. A function is forked (function.h)
 *      and joins the group by itself.
 *   3. Becomes the cell's own id, builds the file system, tells the target to go on.
 *   4. Gives up every capability, then reaps orphans until the supervisor says end (or is gone):
 *      keeper_watch.c.
 * When it exits, the kernel kills whatever is left in the pid namespace: pid_namespaces(7).
 *
 * Out of the target's reach: not dumpable, other ids, not in the group, invisible in /proc
 * (hidepid), and as PID 1 immune to signals from inside. It reads nothing from the target.
 */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fd.h"
#include "file.h"
#include "keeper_watch.h"
#include "message.h"
#include "syscalls.h"
#include "target.h"

struct keeper {
	const struct plan *plan;
	int target_fd; /* pidfd */
	pid_t target_pid;
	struct id_map_inside ids;
	struct rlimit files;
	int go_fd;
	int signal_fd;
	struct failure failure;
};

_Noreturn static void give_up(const struct keeper *keeper)
{
	(void)!write(keeper->plan->failure_fd, &keeper->failure, sizeof(keeper->failure));
	_exit(125);
}

_Noreturn static void fail(struct keeper *keeper, enum remand_stage stage, const char *object)
{
	keeper->failure.stage = stage;
	keeper->failure.errnum = errno;
	strncpy(keeper->failure.object, object, sizeof(keeper->failure.object) - 1);
	give_up(keeper);
}

/* The end of the socket alone would not tell of a supervisor's death: a fork of it, by another of
 * its threads just now, may hold the other end. */
static void wait_for_go(struct keeper *keeper)
{
	struct pollfd fds[] = {
		{ .fd = keeper->plan->control_fd, .events = POLLIN },
		{ .fd = keeper->plan->supervisor_fd, .events = POLLIN },
	};
	struct keeper_order order;
	ssize_t n = -1;

	while (n < 0) {
		int ready = poll(fds, 2, -1);

		if ((ready < 0 && errno != EINTR) || (ready > 0 && fds[1].revents))
			_exit(125);
		if (ready > 0)
			n = recv(keeper->plan->control_fd, &order, sizeof(order), 0);
		if (ready > 0 && n < 0 && errno != EINTR)
			_exit(125);
	}
	/* EOF: the supervisor gave up and knows why. */
	if (n != sizeof(order))
		_exit(125);
	keeper->ids = order.ids;
	keeper->files = order.files;
}

/* Our own process attributes, before anything is built or born. */
static void settle(struct keeper *keeper)
{
	sigset_t child;

	/* An ignored SIGCHLD, inherited, would make the kernel reap the target for us. All other
	 * signals stay blocked, as the supervisor left them around clone3. */
	(void)signal(SIGCHLD, SIG_DFL);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	keeper->signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	if (keeper->signal_fd < 0)
		fail(keeper, REMAND_STAGE_CLONE, "(signalfd)");
	/* Inherited by the target. Raising is always allowed; lowering a positive value is not, and
	 * is not needed: proc(5), oom_score_adj. */
	(void)file_write(AT_FDCWD, "/proc/self/oom_score_adj", "0");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		fail(keeper, REMAND_STAGE_CREDENTIALS, "(dumpable)");
	/* Refused only where our own is lower already. */
	(void)setrlimit(RLIMIT_NOFILE, &keeper->files);
	/* PID 1 gets the orphans anyway. */
	if (!(keeper->plan->isolation.namespaces & CLONE_NEWPID) &&
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		fail(keeper, REMAND_STAGE_CREDENTIALS, "(subreaper)");
}

/* Where the supervisor is gone nobody hears the failure either. Else memory is out, and a run whose
 * supervisor misses a descriptor or the status cannot go on: the end of the keeper ends it. */
static void tell(struct keeper *keeper, const struct message *message, int fd)
{
	int r = message_send(keeper->plan->control_fd, message, fd, NULL);

	errno = -r;
	if (r < 0)
		fail(keeper, REMAND_STAGE_SUPERVISE, "(telling the supervisor)");
}

static pid_t clone_target(struct keeper *keeper, struct target_birth *birth)
{
	const int group_fd = keeper->plan->group_fd;
	struct clone_args args = {
		.flags = CLONE_PIDFD | CLONE_INTO_CGROUP,
		.pidfd = (uintptr_t)&keeper->target_fd,
		.exit_signal = SIGCHLD,
		.cgroup = (unsigned int)group_fd,
	};
	pid_t pid;

	/* No group: nothing to be born in, nothing to join. */
	birth->in_group = group_fd < 0;
	if (keeper->plan->function.call) {
		birth->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
		return function_fork(&keeper->target_fd);
	}
	if (group_fd < 0)
		args.flags &= ~(uint64_t)CLONE_INTO_CGROUP;
	pid = syscall_clone3(&args);
	if (pid >= 0 || errno != ENOSYS) {
		birth->in_group = true;
		return pid;
	}
	args.flags &= ~(uint64_t)CLONE_INTO_CGROUP;
	return syscall_clone(&args);
}

static void start_target(struct keeper *keeper)
{
	struct message message = { .kind = MESSAGE_TARGET };
	struct target_birth birth = { .ids = &keeper->ids };
	int go[2];

	/* The reading end where the target's dup2 cannot hit it. */
	if (pipe2(go, O_CLOEXEC) < 0 ||
		(go[0] = fcntl(go[0], F_DUPFD_CLOEXEC, keeper->plan->floor)) < 0)
		fail(keeper, REMAND_STAGE_CLONE, "(pipe)");
	keeper->target_pid = clone_target(keeper, &birth);
	if (keeper->target_pid < 0)
		fail(keeper, REMAND_STAGE_CLONE, "in its cgroup");
	if (keeper->target_pid == 0) {
		close(go[1]);
		birth.go_fd = go[0];
		target_main(keeper->plan, &birth);
	}
	close(go[0]);
	keeper->go_fd = go[1];
	tell(keeper, &message, keeper->target_fd);
}

static void become_keeper(struct keeper *keeper)
{
	const struct id_map_inside *ids = &keeper->ids;
	const uid_t id = ids->keeper_id;

	if (!ids->change_keeper)
		return;
	/* Where root becomes somebody else among the host's ids, the capabilities to build the cell
	 * with must stay: capabilities(7), "Effect of user ID changes". */
	if (keeper->plan->isolation.cell &&
		prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) < 0)
		fail(keeper, REMAND_STAGE_CREDENTIALS, "(securebits of the keeper)");
	/* Raw calls: glibc's would want to synchronise threads that exist only in the caller. */
	if (ids->may_set_groups && !ids->keep_groups && syscall(SYS_setgroups, 0, NULL) < 0)
		fail(keeper, REMAND_STAGE_CREDENTIALS, "(supplementary groups of the keeper)");
	if (syscall(SYS_setresgid, id, id, id) < 0 || syscall(SYS_setresuid, id, id, id) < 0)
		fail(keeper, REMAND_STAGE_CREDENTIALS, "(ids of the keeper)");
}

/* A new network namespace has a loopback device, which is down. netdevice(7). */
int keeper_make_network(const struct isolation *isolation)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	CLEANUP_FD int fd = -1;

	if (!(isolation->namespaces & CLONE_NEWNET))
		return 0;
	if (unshare(CLONE_NEWNET) < 0)
		return errno;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? errno : 0;
}

static void send_box(struct keeper *keeper)
{
	struct message message = { .kind = MESSAGE_BOX };
	CLEANUP_FD int fd = open("/box", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		fail(keeper, REMAND_STAGE_CELL, "/box");
	tell(keeper, &message, fd);
}

/* In a mount namespace of the same user namespace, mounts that are shared (systemd shares all)
 * still belong to the peer groups of the host's: what we mount would appear there, a new root on
 * top of the host's. mount_namespaces(7), "Restrictions": a new user namespace has made them
 * slaves. */
static void part_from_host(struct keeper *keeper)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		fail(keeper, REMAND_STAGE_CELL, "(private mounts)");
}

static void build(struct keeper *keeper)
{
	const struct plan *plan = keeper->plan;
	const struct id_map_inside *ids = &keeper->ids;

	if ((plan->isolation.namespaces & CLONE_NEWUTS) &&
		sethostname(plan->hostname, strlen(plan->hostname)) < 0)
		fail(keeper, REMAND_STAGE_CELL, "(host name)");
	if (plan->isolation.cell && !(plan->isolation.namespaces & CLONE_NEWUSER))
		part_from_host(keeper);
	if (plan->isolation.cell &&
		cell_build(&plan->cell, ids->target_uid, ids->target_gid, &keeper->failure) < 0)
		give_up(keeper);
	if (plan->send_box)
		send_box(keeper);
}

static void give_up_privilege(struct keeper *keeper)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall_capset_none() < 0)
		fail(keeper, REMAND_STAGE_CREDENTIALS, "(capabilities of the keeper)");
}

/* The target's own descriptors must not live on in us: a pipe ends when its last writer is gone. */
static void release(struct keeper *keeper)
{
	const int keep[] = { keeper->plan->control_fd, keeper->plan->supervisor_fd,
		keeper->target_fd, keeper->signal_fd, keeper->go_fd, keeper->plan->kill_fd };

	if (fd_close_all_but(keep, sizeof(keep) / sizeof(keep[0]), NULL) < 0)
		fail(keeper, REMAND_STAGE_STDIO, "(close_range)");
}

_Noreturn void keeper_main(const struct plan *plan, int network_errnum)
{
	struct keeper keeper = { .plan = plan, .target_fd = -1 };

	if (fd_close_all_but(plan->keep, plan->keep_count, NULL) < 0)
		fail(&keeper, REMAND_STAGE_STDIO, "(close_range)");
	wait_for_go(&keeper);
	errno = network_errnum;
	if (errno)
		fail(&keeper, REMAND_STAGE_NETWORK, "");
	settle(&keeper);
	start_target(&keeper);
	become_keeper(&keeper);
	build(&keeper);
	give_up_privilege(&keeper);
	/* Before the target goes on: its exec must be the end of the failure pipe. */
	release(&keeper);
	(void)!write(keeper.go_fd, "", 1);
	fd_close(keeper.go_fd);
	keeper_watch(&(struct keeper_watch){
		.control_fd = plan->control_fd,
		.target_fd = keeper.target_fd,
		.supervisor_fd = plan->supervisor_fd,
		.kill_fd = plan->kill_fd,
		.signal_fd = keeper.signal_fd,
		.target_pid = keeper.target_pid,
	});
}
