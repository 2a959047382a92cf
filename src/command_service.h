/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A service as its verbs share it: a directory of its own, in which
 *
 *   lock      is locked by the supervisor while the service runs. This lock is the only truth: it
 *             goes with the supervisor, however that dies, and whatever files lie there prove
 *             nothing. A second lock on it is the process's own, of which the kernel tells whose
 *             it is.
 *   socket    is where the supervisor listens.
 *   command   is how it was started, for restart and status.
 *   result    is the report of the last run.
 */
#ifndef COMMAND_SERVICE_H
#define COMMAND_SERVICE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "clock.h"
#include "command.h"
#include "remand.h"

#define SERVICE_NOT_RUNNING 1
/* Of `status`, as in the Linux Standard Base. */
#define SERVICE_STATUS_STOPPED 3
#define SERVICE_STATUS_UNKNOWN 4

/* Of a stop: from SIGTERM to the kill. */
#define SERVICE_GRACE_NS (10 * NS_PER_S)
/* Requests and answers are texts of at most so many bytes, one a packet. */
#define SERVICE_MESSAGE_MAX 1024

bool service_is_name(const char *name);

/* Say what failed for the service, and, where r is -errno, why. */
void service_complain(const char *name, const char *what, int r);
/* The same; the exit status. Inline, so that who analyses a caller sees that it is not 0. */
static inline int service_fail(const char *name, const char *what, int r)
{
	service_complain(name, what, r);
	return COMMAND_FAILED;
}

/* The directory of all services, and that of one: an fd or -errno, which was said; -ENOENT, nothing
 * is said: there is none, and it was not to be made. */
int service_open_all(bool make);
int service_open(const char *name, bool make);

/* An fd that holds the lock. -EAGAIN: another has it. */
int service_lock(int dir_fd);
/* 1: somebody holds the lock, 0: nobody does, -errno. It is never taken for that, since a start
 * would find it taken. */
int service_is_running(int dir_fd);

/* By the supervisor itself, which must close no other fd of the lock as long as it supervises. */
int service_sign(int lock_fd);
/* A pidfd of who has signed. -ESRCH: nobody. */
int service_open_supervisor(int dir_fd);

/* A supervisor answers at once; one that is stopped or starved does not. */
#define SERVICE_ANSWER_SECONDS 60

/* The supervisor's socket, and one that leads there; -EAGAIN of the latter, and of what is sent and
 * received there: not within so many seconds. -errno. */
int service_listen(int dir_fd);
int service_connect(int dir_fd, int patience_seconds);

/* One request and its answer, ended by NUL: its length, 0: none, -errno. */
int service_ask(int dir_fd, const char *request, int patience_seconds,
	char ret_answer[SERVICE_MESSAGE_MAX]);

/* A whole file or, after a crash, the one before. */
int service_write(int dir_fd, const char *file, const char *data, size_t length);
/* Caller frees; a NUL follows the data. NULL and errno: cannot be had. */
char *service_read(int dir_fd, const char *file, size_t *ret_length);

/* How a service was started. */
struct service_command {
	char *directory;
	char **words; /* options and program */
	size_t words_count;
	char **environment; /* NULL-terminated */
	char *data;         /* which all of these are in */
};

/* -errno; -ENOENT: it was never started. */
int service_read_command(int dir_fd, struct service_command *ret);
void service_command_done(struct service_command *command);
/* The same as what is read; of this process. Caller frees. NULL: out of memory. */
char *service_describe_command(char **words, size_t count, size_t *ret_length);

/* A file that others may find the supervisor by. */
struct service_pidfile {
	const char *path; /* NULL: none is wanted */
	dev_t device;     /* of what was written */
	ino_t inode;      /* 0: nothing was */
};

/* By the supervisor, who holds the lock. -errno, and the error has the sentence. */
int service_write_pidfile(struct service_pidfile *file, struct remand_error *error);
void service_remove_pidfile(const struct service_pidfile *file);

/* What `start` has in hand when it becomes two processes. */
struct service_start {
	const char *name;
	struct remand_spec spec;
	int ready_fd; /* of the service: it writes a newline there; -1: nobody asks */
	struct service_pidfile pidfile;
	char *command;
	size_t command_length;
	int dir_fd, lock_fd, listen_fd;
	int starter_fd; /* to where `start` waits for a struct service_started */
};

/* What `start` says in the end. */
struct service_started {
	int status;
	char message[SERVICE_MESSAGE_MAX + 256];
};

/* Of one that runs, as JSON; a `state` of running may turn out to be frozen. Caller frees. NULL:
 * out of memory, or it has just ended. */
char *service_describe(const struct remand *run, const char *state, time_t since);

/* Hold the service until its end: the rest of the life of the supervising process. */
void service_supervise(struct service_start *start);

#endif
