/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is weaker than a group, and how much:
 *
 *   memory  RLIMIT_DATA of each process, and a watch that adds up all members and ends the run. Not
 *           RLIMIT_AS: JVM, Go, Node, GHC and the sanitizers reserve terabytes that they never
 *           touch, while what a process writes to is data. Between two looks the limit can be
 *           passed, and memory that no process has mapped (memfd, pipes) is not seen.
 *   pids    RLIMIT_NPROC, which counts per user and per user namespace (Linux 5.14), so exactly
 *           this run where it has either of its own.
 *   time    cpu.stat needs no controller; without any group the members are added up, to a clock
 *           tick each. Children whose parent ignores SIGCHLD are lost from that sum when they end.
 *   cpus    nothing.
 */
#include "fallback.h"

#include <errno.h>
#include <sched.h>

#include "base.h"
#include "controllers.h"
#include "error.h"
#include "fd.h"

static void note_missing(struct fallback *fallback, const struct remand_spec *spec, int base_fd)
{
	const bool any = base_fd >= 0;

	fallback->group = any;
	fallback->memory = spec->memory_bytes != REMAND_UNLIMITED &&
			   !(any && controllers_has(base_fd, "memory"));
	fallback->pids =
		spec->pids != REMAND_UNLIMITED && !(any && controllers_has(base_fd, "pids"));
	fallback->cpus =
		spec->cpus_milli != REMAND_UNLIMITED && !(any && controllers_has(base_fd, "cpu"));
}

/* Where CPUs may be named, others must not be used: that is no wish but a promise. */
static int refuse_cpuset(const struct remand_spec *spec, struct remand_error *error)
{
	return spec->cpuset ? error_say(error, REMAND_STAGE_HOST, -EOPNOTSUPP,
				      "--cpuset %s needs a cgroup with the controller cpuset, and "
				      "nothing else can hold it; leave it out, or see remand check",
				      spec->cpuset)
			    : 0;
}

int fallback_open_base(const struct host *host, const struct remand_spec *spec,
	const struct isolation *isolation, struct fallback *ret, int *ret_base_fd,
	struct remand_error *error)
{
	struct fallback fallback = { .group = true, .memory = true, .pids = true, .cpus = true };
	CLEANUP_FD int bare_fd = -1;
	struct remand_spec held;
	int r;

	fallback.own_nproc = (isolation->namespaces & CLONE_NEWUSER) || isolation->separate_ids;
	if (!spec->best_effort) {
		fallback.memory = fallback.pids = fallback.cpus = false;
		*ret = fallback;
		return base_open(host, spec, ret_base_fd, error);
	}
	fallback_held(&fallback, spec, &held);
	held.cpuset = NULL;
	r = base_open(host, &held, &bare_fd, error);
	if (r < 0 && !(isolation->namespaces & CLONE_NEWPID))
		return r;
	note_missing(&fallback, spec, bare_fd);
	*ret = fallback;
	if (!fallback.group)
		return refuse_cpuset(spec, error);
	fallback_held(&fallback, spec, &held);
	return base_open(host, &held, ret_base_fd, error);
}

void fallback_held(const struct fallback *fallback, const struct remand_spec *spec,
	struct remand_spec *ret_held)
{
	*ret_held = *spec;
	if (fallback->memory)
		ret_held->memory_bytes = REMAND_UNLIMITED;
	if (fallback->pids)
		ret_held->pids = REMAND_UNLIMITED;
	if (fallback->cpus)
		ret_held->cpus_milli = REMAND_UNLIMITED;
}

/* A limit of that name that the caller set himself stays. */
static void lower(struct rlimit_entry *entry, uint64_t value)
{
	if (!entry->wanted)
		*entry = (struct rlimit_entry){ { value, value }, true };
}

void fallback_rlimits(const struct fallback *fallback, const struct remand_spec *spec,
	struct rlimit_entry limits[RLIM_NLIMITS])
{
	if (fallback->memory)
		lower(&limits[RLIMIT_DATA], spec->memory_bytes);
	if (fallback->pids && fallback->own_nproc)
		lower(&limits[RLIMIT_NPROC], spec->pids);
}

enum remand_enforcer fallback_enforcer(const struct fallback *fallback, enum remand_limit limit)
{
	switch ((int)limit) {
	case REMAND_LIMIT_TIME:
		return fallback->group ? REMAND_ENFORCER_CGROUP : REMAND_ENFORCER_WATCH;
	case REMAND_LIMIT_MEMORY:
		return fallback->memory ? REMAND_ENFORCER_WATCH : REMAND_ENFORCER_CGROUP;
	case REMAND_LIMIT_PIDS:
		if (!fallback->pids)
			return REMAND_ENFORCER_CGROUP;
		return fallback->own_nproc ? REMAND_ENFORCER_RLIMIT : REMAND_ENFORCER_NONE;
	case REMAND_LIMIT_CPUS:
		return fallback->cpus ? REMAND_ENFORCER_NONE : REMAND_ENFORCER_CGROUP;
	default:
		return REMAND_ENFORCER_NONE;
	}
}
