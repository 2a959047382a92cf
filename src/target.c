/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The target before it is the target: born in its group as a fork of the keeper, it takes its
 * privileges off in the one correct order and becomes the program. Async-signal-safe throughout.
 *
 * Why this order:
 *   group        before anything else, where clone3 could not do it
 *   session      then, so that no terminal is at hand for anything that follows
 *   stdio        before the table of open files is closed behind it
 *   rlimits      before ids change, while nothing yet counts against them
 *   capabilities bounding set and securebits while CAP_SETPCAP is still held; forty calls, made
 *                while the keeper builds the cell
 *   cell         waits for the keeper: from here on paths mean the cell's
 *   credentials  groups, gid, uid (CAP_SETGID, CAP_SETUID), then all capabilities at once
 *   Landlock     needs no_new_privs, and the cell's root as working directory
 *   directory    entered with the target's own rights, inside the new root
 *   filter       as late as can be: every earlier stage uses calls that it refuses; the calls of
 *                the later ones carry a permit (permit.h)
 *   open files   after the filter, whose listener is the last descriptor that we need
 * What a function needs in the place of exec: function.h.
 */
#include "target.h"

#include <errno.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/ioprio.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "fd.h"
#include "file.h"
#include "landlock.h"
#include "message.h"
#include "path.h"
#include "syscalls.h"

struct target {
	const struct plan *plan;
	const struct target_birth *birth;
	struct failure failure;
};

static int fail(struct target *target, enum remand_stage stage, const char *object)
{
	target->failure.stage = stage;
	target->failure.errnum = errno;
	if (object)
		strncpy(target->failure.object, object, sizeof(target->failure.object) - 1);
	return -1;
}

/* "0" is whoever writes: cgroup-v2.rst, cgroup.procs. */
static int enter_group(struct target *target)
{
	if (target->birth->in_group)
		return 0;
	errno = -file_write(target->plan->group_fd, "cgroup.procs", "0");
	return errno ? fail(target, REMAND_STAGE_GROUP, "(cgroup.procs)") : 0;
}

/* Before the cell hides /proc. */
static int leave_shared_memory(struct target *target)
{
	return target->plan->function.call
		       ? function_leave_shared_memory(target->birth->proc_fd, &target->failure)
		       : 0;
}

static int enter_session(struct target *target)
{
	if (setsid() < 0)
		return fail(target, REMAND_STAGE_SESSION, "(setsid)");
	/* Now, not at birth: CLONE_INTO_CGROUP needs the namespace of the caller, and a cgroup
	 * namespace takes the group in which it is made as its root. */
	if (target->plan->isolation.cell && unshare(CLONE_NEWCGROUP) < 0)
		return fail(target, REMAND_STAGE_SESSION, "(cgroup namespace)");
	/* A trusted program keeps its caller's. */
	if (target->plan->isolation.confined) {
		umask(022);
		if (personality(PER_LINUX) < 0)
			return fail(target, REMAND_STAGE_SESSION, "(personality)");
	}
	return child_reset_signals() < 0 ? fail(target, REMAND_STAGE_SESSION, "(signals)") : 0;
}

static int set_stdio(struct target *target)
{
	static const char *const names[] = { "stdin", "stdout", "stderr" };

	for (int i = 0; i < 3; i++)
		if (dup2(target->plan->stdio[i], i) < 0)
			return fail(target, REMAND_STAGE_STDIO, names[i]);
	/* Not closed but marked, because we still need some of them until exec. */
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return fail(target, REMAND_STAGE_STDIO, "(close_range)");
	/* All sources lie above all places (passes.c): none is overwritten, and each dup2 is a real
	 * one, whose copy stays open. */
	for (size_t i = 0; i < target->plan->passes_count; i++)
		if (dup2(target->plan->passes[i].fd, target->plan->passes[i].target_fd) < 0)
			return fail(target, REMAND_STAGE_STDIO, "(a descriptor passed on)");
	return 0;
}

/* A default above the caller's own hard limit becomes that limit; what was asked for must be had.
 */
static int set_rlimit(struct target *target, int resource)
{
	const struct rlimit_entry *entry = &target->plan->rlimits[resource];
	const struct permit *permit = &target->plan->permit;
	struct rlimit value = entry->value, current;

	if (!entry->wanted &&
		permit_syscall(permit, SYS_prlimit64, 0, resource, 0, (long)&current) == 0) {
		if (value.rlim_max > current.rlim_max)
			value.rlim_max = current.rlim_max;
		if (value.rlim_cur > value.rlim_max)
			value.rlim_cur = value.rlim_max;
	}
	if (permit_syscall(permit, SYS_prlimit64, 0, resource, (long)&value, 0) < 0)
		return fail(target, REMAND_STAGE_RLIMIT, rlimits_name(resource));
	return 0;
}

static int set_rlimits(struct target *target)
{
	for (int i = 0; i < (int)RLIM_NLIMITS; i++)
		if (i != RLIMIT_NOFILE && set_rlimit(target, i) < 0)
			return -1;
	return 0;
}

/* When we need no further descriptor ourselves. */
static int limit_files(struct target *target)
{
	return set_rlimit(target, RLIMIT_NOFILE);
}

/* What the caller's own class and nice value let us have: the supervisor has raised the keeper, and
 * us with it, as far as its rights go (launch.c). The default is a wish, a value asked for is not.
 */
static int set_schedule(struct target *target)
{
	const struct sched_param zero = { 0 };

	if (sched_setscheduler(0, SCHED_OTHER, &zero) < 0 && errno != EPERM)
		return fail(target, REMAND_STAGE_SCHEDULE, "(scheduling class)");
	if (setpriority(PRIO_PROCESS, 0, target->plan->nice) < 0 && target->plan->nice != 0)
		return fail(target, REMAND_STAGE_SCHEDULE, "(nice)");
	if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
		    IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0)) < 0)
		return fail(target, REMAND_STAGE_SCHEDULE, "(I/O priority)");
	return 0;
}

/* EOF means that the keeper failed and has said why, before us on the same pipe, or was killed. */
static int wait_for_cell(struct target *target)
{
	char byte;
	ssize_t n;

	do
		n = read(target->birth->go_fd, &byte, 1);
	while (n < 0 && errno == EINTR);
	errno = EPIPE;
	if (n != 1)
		return fail(target, REMAND_STAGE_CELL, "(the keeper is gone)");
	/* The old working directory is on the host; pivot_root changed only the root. */
	return target->plan->isolation.cell && chdir("/") < 0
		       ? fail(target, REMAND_STAGE_CHDIR, "/")
		       : 0;
}

/* Empty: where the caller is. */
static int enter_directory(struct target *target)
{
	const char *directory = target->plan->directory;

	return directory[0] && chdir(directory) < 0 ? fail(target, REMAND_STAGE_CHDIR, directory)
						    : 0;
}

/* Ambient and bounding set, and the rule that uid 0 or a setuid change never means capabilities. */
static int shut_capabilities(struct target *target)
{
	const struct isolation *isolation = &target->plan->isolation;
	const unsigned long securebits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
					 SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED |
					 SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
					 SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

	/* Without a user namespace an ordinary user has no right to do so, and, having no
	 * capability and getting none by no_new_privs, no need. */
	if (!isolation->confined || !(isolation->cell || isolation->separate_ids))
		return 0;
	if (prctl(PR_SET_SECUREBITS, securebits, 0, 0, 0) < 0)
		return fail(target, REMAND_STAGE_CREDENTIALS, "(securebits)");
	if (cap_reset_ambient() < 0)
		return fail(target, REMAND_STAGE_CREDENTIALS, "(ambient capabilities)");
	/* Up to the first number that this kernel does not know. */
	for (int cap = 0; cap_drop_bound(cap) == 0; cap++)
		;
	return errno == EINVAL ? 0 : fail(target, REMAND_STAGE_CREDENTIALS, "(bounding set)");
}

static int change_ids(struct target *target)
{
	const struct id_map_inside *ids = target->birth->ids;
	const uid_t uid = ids->target_uid;
	const gid_t gid = ids->target_gid;

	/* The raw calls, because glibc's setuid family wants to signal all threads of the caller.
	 */
	if (ids->may_set_groups && syscall(SYS_setgroups, 0, NULL) < 0)
		return fail(target, REMAND_STAGE_CREDENTIALS, "(supplementary groups)");
	if (ids->change_target && syscall(SYS_setresgid, gid, gid, gid) < 0)
		return fail(target, REMAND_STAGE_CREDENTIALS, "(group id)");
	if (ids->change_target && syscall(SYS_setresuid, uid, uid, uid) < 0)
		return fail(target, REMAND_STAGE_CREDENTIALS, "(user id)");
	return 0;
}

static int drop_credentials(struct target *target)
{
	if (change_ids(target) < 0)
		return -1;
	if (!target->plan->isolation.confined)
		return 0;
	/* A session keyring of its own; a kernel without keys has nothing to hide. */
	if (syscall_keyctl_join_session() < 0 && errno != ENOSYS)
		return fail(target, REMAND_STAGE_CREDENTIALS, "(session keyring)");
	if (syscall_capset_none() < 0)
		return fail(target, REMAND_STAGE_CREDENTIALS, "(capabilities)");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(target, REMAND_STAGE_CREDENTIALS, "(no_new_privs)");
	return 0;
}

/* From the root, where the cell's steps are relative paths; the working directory comes after. */
static int raise_landlock(struct target *target)
{
	const struct plan *plan = target->plan;

	if (plan->isolation.landlock_abi == 0)
		return 0;
	return landlock_apply(&plan->cell, &plan->isolation, &target->failure) < 0 ? -1 : 0;
}

/*
 * SPEC_ALLOW: the store bypass mitigation, which comes with a filter before Linux 5.16 or by
 * spec_store_bypass_disable=seccomp, slows interpreters by up to 1.8 times and protects a program
 * only from itself; the wall between processes is not made of it.
 */
static long seccomp_filter(const struct filter_program *filter, unsigned int flags)
{
	struct sock_fprog program = { .len = filter->count, .filter = filter->instructions };

	return syscall_seccomp(
		SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW | flags, &program);
}

static int settle_function(struct target *target)
{
	return target->plan->function.call ? function_settle(target->plan, &target->failure) : 0;
}

static int load_filter(struct target *target)
{
	const struct plan *plan = target->plan;
	const struct message message = { .kind = MESSAGE_LISTENER };
	int listener;

	if (!plan->isolation.confined)
		return 0;
	/* Once it was heard, a call waits for its answer, and no signal starts it over (5.19). */
	listener = (int)seccomp_filter(&plan->watched_filter,
		SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	if (listener < 0 && errno == EINVAL)
		listener = (int)seccomp_filter(
			&plan->watched_filter, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	/* EBUSY: a container's filter above us has a listener already, and there can be one only.
	 * Then the kernel kills, and nobody learns for which call. */
	if (listener < 0 && errno == EBUSY)
		return seccomp_filter(&plan->filter, 0) < 0 ? fail(target, REMAND_STAGE_SECCOMP, "")
							    : 0;
	if (listener < 0)
		return fail(target, REMAND_STAGE_SECCOMP, "");
	errno = -message_send(plan->control_fd, &message, listener, &plan->permit);
	return errno ? fail(target, REMAND_STAGE_SECCOMP, "(handing the listener over)") : 0;
}

/* From here on time is the program's: measured here, not when the supervisor gets to run. */
static int declare_ready(struct target *target)
{
	const struct permit *permit = &target->plan->permit;
	struct timespec cpu;
	struct target_ready ready = { .monotonic_ns = clock_now_ns() };

	(void)permit_syscall(permit, SYS_getrusage, RUSAGE_SELF, (long)&ready.usage, 0, 0);
	if (permit_syscall(permit, SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, (long)&cpu, 0, 0) ==
		0)
		ready.cpu_ns = (uint64_t)cpu.tv_sec * NS_PER_S + (uint64_t)cpu.tv_nsec;
	return permit_syscall(permit, SYS_write, target->plan->failure_fd, (long)&ready,
		       sizeof(ready), 0) == sizeof(ready)
		       ? 0
		       : fail(target, REMAND_STAGE_SUPERVISE, "(telling the supervisor)");
}

/* The function, or the first path that can be executed; EACCES is remembered as execvp(3) does. */
static int execute(struct target *target)
{
	const struct plan *plan = target->plan;
	const char *refused = NULL, *last = NULL;

	if (plan->function.call)
		return function_begin(plan, &target->failure);
	for (char **path = plan->programs; *path; path++) {
		last = *path;
		(void)permit_syscall(&plan->permit, SYS_execve, (long)*path, (long)plan->argv,
			(long)plan->env, 0);
		if (errno == EACCES)
			refused = *path;
		else if (errno != ENOENT && errno != ENOTDIR)
			return fail(target, REMAND_STAGE_EXEC, *path);
	}
	if (refused) {
		errno = EACCES;
		return fail(target, REMAND_STAGE_EXEC, refused);
	}
	/* Of several, the name that was looked for: argv[0] may be another. */
	return fail(
		target, REMAND_STAGE_EXEC, plan->programs[1] ? path_last_component(last) : last);
}

_Noreturn void target_main(const struct plan *plan, const struct target_birth *birth)
{
	static int (*const stages[])(struct target *) = {
		enter_group,
		leave_shared_memory,
		enter_session,
		set_stdio,
		set_rlimits,
		set_schedule,
		shut_capabilities,
		wait_for_cell,
		drop_credentials,
		raise_landlock,
		enter_directory,
		settle_function,
		load_filter,
		limit_files,
		declare_ready,
		execute,
	};
	struct target target = { .plan = plan, .birth = birth };

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
		if (stages[i](&target) < 0)
			break;
	(void)permit_syscall(&plan->permit, SYS_write, plan->failure_fd, (long)&target.failure,
		sizeof(target.failure), 0);
	_exit(125);
}
