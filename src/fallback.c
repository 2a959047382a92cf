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

/* Whether the base has what the limits need that `missing` leaves. What is not yet enabled on the
 * way to it counts as well: to open it enables them. */
static bool has_base(
	const struct host *host, const struct remand_spec *spec, const struct fallback *missing)
{
	CLEANUP_FD int fd = -1;
	struct remand_spec held;

	fallback_held(missing, spec, &held);
	held.cpuset = NULL;
	return base_open(host, &held, &fd, NULL) == 0;
}

static void note_missing(
	struct fallback *fallback, const struct host *host, const struct remand_spec *spec)
{
	const struct fallback memory = { .pids = true, .cpus = true };
	const struct fallback pids = { .memory = true, .cpus = true };
	const struct fallback cpus = { .memory = true, .pids = true };

	fallback->memory = spec->memory_bytes != REMAND_UNLIMITED && !has_base(host, spec, &memory);
	fallback->pids = spec->pids != REMAND_UNLIMITED && !has_base(host, spec, &pids);
	fallback->cpus = spec->cpus_milli != REMAND_UNLIMITED && !has_base(host, spec, &cpus);
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
	struct fallback fallback = { .group = true };
	struct remand_spec held;
	int r;

	fallback.own_nproc = (isolation->namespaces & CLONE_NEWUSER) || isolation->separate_ids;
	r = base_open(host, spec, ret_base_fd, spec->best_effort ? NULL : error);
	*ret = fallback;
	if (r == 0 || !spec->best_effort)
		return r;
	note_missing(&fallback, host, spec);
	fallback_held(&fallback, spec, &held);
	r = base_open(host, &held, ret_base_fd, error);
	fallback.group = r == 0;
	/* Found possible one by one, and not together: then nothing of it is so. */
	if (r < 0) {
		fallback.memory = spec->memory_bytes != REMAND_UNLIMITED;
		fallback.pids = spec->pids != REMAND_UNLIMITED;
		fallback.cpus = spec->cpus_milli != REMAND_UNLIMITED;
	}
	*ret = fallback;
	if (r < 0 && (isolation->namespaces & CLONE_NEWPID))
		return refuse_cpuset(spec, error);
	return r;
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
