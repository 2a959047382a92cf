/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sabotage of remand: one run in which one system call fails, or one process is killed. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum role {
	ROLE_SUPERVISOR, /* the command: remand run */
	ROLE_KEEPER,
	ROLE_TARGET,  /* until it is executed */
	ROLE_HELPER,  /* a process that lives only while a namespace is made */
	ROLE_PROGRAM, /* the target once executed, and whatever it starts */
	ROLE_COUNT,
};

/* An instant of a run: just before a process makes a system call for the nth time. */
struct point {
	enum role role;
	int nr;
	unsigned int nth;
	uint32_t context; /* the same for the rounds of one loop */
};

enum fault_kind {
	FAULT_NONE,
	FAULT_RECORD,      /* none, but write down every point */
	FAULT_ERROR,       /* the call at the point answers errnum and has no effect */
	FAULT_HIDDEN,      /* no process has that system call: errnum, each time */
	FAULT_KILL,        /* SIGKILL for the victim at the point */
	FAULT_KILL_GROUPS, /* all that is in the base's groups, as who ends the unit would do */
};

struct fault {
	enum fault_kind kind;
	struct point at;
	int errnum;
	enum role victim;
	bool forked; /* a fork of the victim holds all that it had open */
};

#define TEXT_BYTES 32768

struct outcome {
	bool reached;      /* the fault happened */
	bool hung;         /* somebody was still alive after the patience; killed by us */
	bool executed;     /* the target became the program */
	int status;        /* of the supervisor, as wait(2) gives it */
	uint64_t death_ns; /* from the kill to the end of the last process */
	uint64_t run_ns;   /* all of it */
	char limits[512];  /* of the group, when the program began */
	char output[TEXT_BYTES], complaint[4096], report[8192];
};

struct points {
	struct point *all;
	size_t count, capacity;
};

/* What is run, again and again. */
struct scene {
	const char *name;
	const char *const *argv; /* of command_run() */
	int status;              /* its exit status when nothing fails */
};

struct stage {
	char base[256];    /* directory of the cgroup below which all runs of ours are */
	char scratch[256]; /* and the directory that holds their files */
	unsigned int patience_s;
};

/* trace.c: points may be NULL. */
void trace_run(const struct stage *stage, const struct scene *scene, const struct fault *fault,
	struct points *points, struct outcome *ret_outcome);

/* subject.c: the supervisor's whole life. Its exit statuses beyond those of remand. */
enum {
	SUBJECT_BROKEN = 200,
	SUBJECT_LEAKED_FD,
	SUBJECT_LEAKED_MEMORY,
	SUBJECT_LEFT_CHILD
};
#define SUBJECT_FD_REPORT 20
#define SUBJECT_END_MARK  0x46415554 /* an option of prctl(2) that does not exist */

struct subject {
	const struct stage *stage;
	const struct scene *scene;
	const struct fault *fault;
	int gate_fd; /* readable: go */
	int output_fd, complaint_fd, report_fd;
};
_Noreturn void subject_main(const struct subject *subject);
/* Once, so that what libraries keep for ever is not taken for a leak. */
void subject_warm_up(const struct scene *scene);

/* remains.c: what a run left behind. Returns a sentence or NULL. */
const char *remains_find(const struct stage *stage);
/* Before the first run. */
void remains_begin(const struct stage *stage);
/* What the next remand would do. */
void remains_reclaim(const struct stage *stage);
/* Remove what a test has found. */
void remains_clear(const struct stage *stage);

/* errnos.c: what a system call can really answer, terminated by 0; NULL: it cannot fail, or its
 * failure means nothing. */
const int *errnos_of(int nr);
/* Such an error is reported only after the call did its work: close(2). */
bool errnos_are_late(int nr);
const char *errnos_name(int errnum);
const char *errnos_call(int nr);
/* Newer than the rest, or often hidden by seccomp profiles. Terminated by -1. */
extern const int errnos_hidden[];

/* judge.c: NULL: as it should be, else a sentence. */
const char *judge(const struct scene *scene, const struct fault *fault,
	const struct outcome *baseline, const struct outcome *outcome);

#endif
