/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The run's own cgroup v2 directory: create, limit, kill, measure, remove. */
#ifndef GROUP_H
#define GROUP_H

#include "clock.h"
#include "remand.h"

struct group {
	char name[40]; /* run-<id> */
	int base_fd;   /* the directory it is in; borrowed */
	int fd;        /* the group itself; every access goes through it */
	int events_fd; /* cgroup.events: populated */
	int memory_fd; /* memory.events, -1 without the controller */
	int pids_fd;   /* pids.events, -1 without the controller */
};

struct group_usage {
	uint64_t cpu_ns, user_ns, system_ns;
	uint64_t memory_peak_bytes, pids_peak;
	uint64_t oom, oom_kill, memory_max_events, pids_max_events;
	uint64_t pressure_cpu_ns, pressure_memory_ns, pressure_io_ns;
};

#define GROUP_EMPTY                                                                      \
	{                                                                                \
		.fd = -1, .base_fd = -1, .events_fd = -1, .memory_fd = -1, .pids_fd = -1 \
	}

/* The id of a run, also of one without a group. */
int group_draw_name(struct group *group, struct remand_error *error);

/* Make the group below base_fd, mark its owner, write every limit and read each back. */
int group_create(struct group *ret_group, int base_fd, const struct remand_spec *spec,
	struct remand_error *error);

/* Kill every process in it, however many and however hidden. cgroup-v2.rst "cgroup.kill". */
int group_kill(const struct group *group);

/* Let all stand still, or go on. */
int group_freeze(const struct group *group, bool frozen);
/* 1: every process stands still, 0: not, or not yet. */
int group_frozen(const struct group *group);
/* After group_freeze(): 1: somebody moves still, 0: nobody, or nobody is left; -errno. Looks
 * through events_fd, which tells of the next change. */
int group_moves(const struct group *group);

/* A process can be in the kernel, in the middle of something that cannot be frozen: longer nobody
 * waits for it to stand still. */
#define GROUP_FREEZE_NS NS_PER_S

/* To all that are there; who is born meanwhile, where they do not stand still, may be missed.
 * -ESRCH: nobody got it. */
int group_signal_members(const struct group *group, int signum);
/* The same while they stand still, which is waited for; then all is as it was. -ETIMEDOUT: they do
 * not, and nobody got it. */
int group_signal(const struct group *group, int signum);

/* 1: processes live in it, 0: none but zombies, or -errno. */
int group_populated(const struct group *group);

/* After a kill everybody dies in milliseconds; who is stuck in the kernel is not waited for. */
#define GROUP_DYING_NS (20 * NS_PER_S)

/* After group_kill(): return when nobody is left, or when somebody will not die until then. */
void group_await_empty(const struct group *group, uint64_t deadline_ns);

/* CPU time so far; -errno when it cannot be read. */
int group_cpu_ns(const struct group *group, uint64_t *ret_cpu_ns);

/* A counter of memory.events or pids.events; 0 without the controller. */
uint64_t group_oom_kills(const struct group *group);
uint64_t group_fork_refusals(const struct group *group);

/* Bytes in use, processes and threads; REMAND_UNKNOWN without the controller. */
uint64_t group_memory_bytes(const struct group *group);
uint64_t group_pids(const struct group *group);

/* All that can be measured; what cannot is REMAND_UNKNOWN. */
void group_measure(const struct group *group, struct group_usage *ret_usage);

/* Without removing it. */
void group_close(struct group *group);
/* Remove the (empty) directory and close everything. -EBUSY: somebody lives there, or it has groups
 * below, and it stays open. */
int group_remove_empty(struct group *group);
/* The same; who lives there is killed and waited for, and what cannot be removed is closed. */
int group_remove(struct group *group);

/* Kill and remove the groups below base_fd whose owners are gone. */
void group_reclaim(int base_fd);

#endif
