/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run in the supervisor's hands: all that is open, known and due. */
#ifndef RUN_H
#define RUN_H

#include "box.h"
#include <sys/resource.h>

#include "clock.h"
#include "denial.h"
#include "fallback.h"
#include "group.h"
#include "keeper.h"
#include "plan.h"
#include "remand.h"
#include "streams.h"
#include "target.h"
#include "verdict.h"
#include "work.h"

/* What the epoll set of a run watches; also the user data of its entries. */
enum watch {
	WATCH_TIMER,
	WATCH_FAILURE, /* the target is ready for exec, or a failure record */
	WATCH_CONTROL, /* messages of the keeper */
	WATCH_KEEPER,  /* its pidfd: it ended */
	WATCH_MEMORY,  /* memory.events */
	WATCH_PIDS,    /* pids.events */
	WATCH_GROUP,   /* cgroup.events */
	WATCH_DENIAL,  /* the target's filter: a call that ends the run */
	WATCH_PUMPS,   /* from here on two for each of the three pumps: from, to */
	WATCH_COUNT = WATCH_PUMPS + 6,
};

enum run_phase {
	RUN_STARTING, /* until exec */
	RUN_RUNNING,
	RUN_ENDING, /* killed or ended by itself; waiting for the group to be empty */
	RUN_DONE,
};

struct remand {
	struct remand_spec given; /* what was asked for, before the defaults */
	struct remand_spec spec;  /* resolved; borrowed pointers are only valid during the start */
	struct plan plan;         /* released once the keeper has its copy */
	struct streams streams;
	struct fallback fallback;
	struct group group; /* its fd is -1 where there can be none */
	struct box box;
	unsigned int cpus; /* that the group may use at once */
	int base_fd;
	struct work_loan *loans;
	size_t loans_count;
	struct path_hostile hostile; /* the work directory, for what is opened after the run */
	int box_fd;                  /* the cell's /box, for collecting */
	int namespace_fd;            /* the cell's user namespace, if its files are a sub-id's */
	int epoll_fd, timer_fd;
	pid_t keeper_pid;              /* only to read /proc, until keeper_fd tells that it ended */
	struct rusage keeper_usage;    /* of all that it reaped too, once it ended */
	uint64_t keeper_cpu_ns;        /* its own part of that */
	uint64_t watched_cpu_ns;       /* last that was seen; only without a group */
	uint64_t watched_memory_bytes; /* most that was seen; only where members are watched */
	int control_fd, failure_fd, keeper_fd, target_fd, listener_fd;
	uint32_t watched[WATCH_COUNT]; /* events registered for each watch */
	int watched_fd[WATCH_COUNT];
	bool control_ended;
	bool keeper_due; /* ordered from a starter that has not answered yet */
	int spare_fd;    /* the place of keeper_fd meanwhile: without it nobody could reap it */

	enum run_phase phase;
	uint64_t launched_ns, started_ns, ended_ns;
	uint64_t wall_deadline_ns, cpu_check_ns, idle_check_ns, memory_check_ns, stop_deadline_ns,
		stuck_deadline_ns, freeze_deadline_ns; /* NEVER: no step of a stop waits for that */
	uint64_t armed_ns;                             /* what timer_fd is set to */
	uint64_t idle_since_ns, idle_cpu_ns;

	struct target_ready ready; /* all zero: not yet */
	bool have_status;
	int raw_status;
	struct rusage root_usage;
	struct denials denials;
	enum verdict_cause cause;
	struct remand_step stop[REMAND_STEPS_MAX]; /* how it is being ended, step by step */
	size_t stop_count, stop_next;              /* stop_next 0: it is not */
	bool suspended;                            /* by order of the caller */
	bool detached;                             /* the keeper goes on without us */
	struct remand_error start_error, internal_error;

	struct group_usage usage;        /* when the group was empty */
	bool intruded;                   /* somebody was put in after the kill */
	struct remand_collect *collects; /* own copy, with own strings */
	size_t collects_count;
	bool ok_codes[256];

	struct remand_result result;
	bool result_taken;
};

/* launch.c: order the keeper of a run that has a starter; its answer is due from then on. */
int launch_order(struct remand *run, const struct isolation *isolation, const struct host *host,
	struct remand_error *error);
/* Have keeper_fd, or the reason why there is none. */
int launch_await_keeper(struct remand *run, struct remand_error *error);
/* From a planned run to a keeper that goes. Closes what only the children need. */
int launch(struct remand *run, struct remand_error *error);

/* supervise.c */
int supervise_begin(struct remand *run, struct remand_error *error);
/* 1: done, 0: not yet, -errno. */
int supervise_dispatch(struct remand *run, struct remand_error *error);
/* The caller's order to end, or a limit's: kill now, or after the grace time. */
void supervise_end(struct remand *run, enum verdict_cause cause);

/* Remand itself failed while watching: the verdict will be internal-error. */
void supervise_fail(struct remand *run, int r, const char *what);
/* Kill the group, order the keeper to end; from here on it is only waited for. */
void supervise_finish(struct remand *run);
/* What the keeper has said meanwhile. */
void supervise_hear(struct remand *run);
/* cgroup.kill, now. */
void supervise_kill(struct remand *run);
/* The group is empty and the keeper, with all of its pid namespace, is gone. */
bool supervise_all_dead(const struct remand *run);

/* run.c: where nobody could take the caller's end of a PIPE. */
int run_refuse_pipes(const struct remand_spec *spec, struct remand_error *error);

/* run.c: release the handle alone, of a run that is over or somebody else's now. */
void run_release(struct remand *run);

/* run.c: give back what was lent; the first failure. */
int run_return_loans(struct remand *run);

/* orders.c: begin to end it step by step, whatever other steps were under way; the next step, the
 * last of which is the kill; what a step under way can do now. */
void stop_begin(struct remand *run, const struct remand_step *steps, size_t count);
void stop_next(struct remand *run);
void stop_check(struct remand *run, uint64_t now);

/* conclude.c: when everything is dead, measure the group and remove it. false: somebody was put in
 * meanwhile, and is now killed too; cgroup.events tells of his end. Then fill run->result from all
 * that is known. */
bool conclude_group(struct remand *run);
void conclude(struct remand *run);

/* collect.c: copy files out of /box; failures go into the result, never to the caller. */
void collect(struct remand *run);

#endif
