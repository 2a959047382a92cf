/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libremand: run one untrusted program in custody and learn what happened, why, and how we know.
 *
 * Conventions
 *   - Functions return 0 or a negative errno and fill a caller-owned struct remand_error. A program
 *     that was killed by a limit is a *result*, never an error: an error means that remand could
 * not do its job.
 *   - Structs start with `size`; set it to sizeof the struct and zero the rest. Zero means the
 *     safe default everywhere. Pointers in a spec are borrowed for the duration of the call only.
 *   - Times are nanoseconds, sizes are bytes, and names carry the unit.
 *   - The library installs no signal handler, starts no thread, prints nothing, never exits, keeps
 * no global state. Every function may be called from any thread; one handle belongs to one thread
 *     at a time.
 */
#ifndef REMAND_H
#define REMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A process from which runs are started; see remand_starter_new(). */
struct remand_starter;

/* "No limit", where a limit may be switched off. */
#define REMAND_UNLIMITED UINT64_MAX
/* "Could not be measured" in a result; null in the JSON report. Never confused with 0. */
#define REMAND_UNKNOWN UINT64_MAX

/* The step at which something of ours failed. remand_stage_name() gives the word of the report. */
enum remand_stage {
	REMAND_STAGE_NONE,
	REMAND_STAGE_SPEC,        /* what was asked for makes no sense */
	REMAND_STAGE_POLICY,      /* a policy file or rule */
	REMAND_STAGE_HOST,        /* this host cannot enforce it */
	REMAND_STAGE_GROUP,       /* making the cgroup or writing its limits */
	REMAND_STAGE_CLONE,       /* creating keeper or target */
	REMAND_STAGE_ID_MAP,      /* uid_map, gid_map of the user namespace */
	REMAND_STAGE_CELL,        /* building the file system the target sees */
	REMAND_STAGE_NETWORK,     /* bringing up loopback */
	REMAND_STAGE_SESSION,     /* setsid, keyring, umask, signals */
	REMAND_STAGE_STDIO,       /* stdin, stdout, stderr */
	REMAND_STAGE_RLIMIT,      /* resource limits of the process */
	REMAND_STAGE_SCHEDULE,    /* nice, scheduling class, oom_score_adj */
	REMAND_STAGE_CHDIR,       /* working directory */
	REMAND_STAGE_CREDENTIALS, /* ids, capabilities, no_new_privs */
	REMAND_STAGE_LANDLOCK,
	REMAND_STAGE_SECCOMP,
	REMAND_STAGE_EXEC,      /* execve itself: 126 and 127 come from here */
	REMAND_STAGE_SUPERVISE, /* watching the run */
	REMAND_STAGE_COLLECT,   /* copying files out of the cell */
	REMAND_STAGE_REPORT,    /* writing the report */
};

/* What went wrong, as a sentence. Caller-owned plain data; every function accepts NULL for it. */
struct remand_error {
	enum remand_stage stage;
	int errnum;         /* positive errno, 0 when no system call was involved */
	char message[1024]; /* a whole sentence: what failed, on what, why, what to do */
};

/* Where one of the target's standard streams leads. */
enum remand_stream_kind {
	REMAND_STREAM_DEFAULT, /* stdin: null; stdout and stderr: null */
	REMAND_STREAM_NULL,    /* /dev/null */
	REMAND_STREAM_INHERIT, /* the caller's own fd 0, 1 or 2, never handed to an untrusted target
				* where it could be used for more than reading or writing */
	REMAND_STREAM_FD,      /* `fd`, which stays the caller's; read or written like INHERIT */
	REMAND_STREAM_PATH, /* `path`, opened by the supervisor; output truncates and creates 0666
			     */
	REMAND_STREAM_CAPTURE, /* outputs only: kept for the result, at most the output limit */
	REMAND_STREAM_MERGE,   /* stderr only: wherever stdout goes, in order */
	REMAND_STREAM_PIPE,    /* a pipe whose other end remand_take_stream() gives to the caller */
	REMAND_STREAM_BYTES,   /* stdin only: `data`, then end of file */
};

struct remand_stream {
	enum remand_stream_kind kind;
	int fd;           /* FD */
	const char *path; /* PATH */
	const void *data; /* BYTES: copied, fed as the target reads */
	size_t length;
	/* CAPTURE: what is more than this goes to an unlinked file in /var/tmp or /tmp instead of
	 * memory; default 1 MiB, REMAND_UNLIMITED: never. */
	uint64_t memory_bytes;
};

/*
 * A descriptor of the caller's that the target gets as it is: the one exception from the rule that
 * a target never holds what its caller holds. Both share one open file description, with its
 * offset, its flags and all that can be done with it: a terminal takes ioctls, a socket carries
 * other descriptors, a directory can lead out of the cell. What the target writes there is neither
 * counted nor limited, and a reader of it sees the end only when the caller has closed its own.
 */
struct remand_pass {
	int fd;        /* the caller's, and stays so */
	int target_fd; /* its number in the target: 3 to open_files - 1 */
};

/* A host directory or file seen inside the cell. */
struct remand_bind {
	const char *source;
	const char *destination; /* absolute, NULL: same as source */
	bool writable;           /* default: read-only */
};

struct remand_tmpfs {
	const char *destination; /* absolute */
	uint64_t bytes;          /* 0: the disk limit */
	uint64_t inodes; /* files and directories in it; 0: one for each 4 KiB and 4096 more, or a
			  * million where bytes has no limit */
};

/* A host file seen read-only in /box under NAME. */
struct remand_file {
	const char *source;
	const char *name; /* one path component, NULL: the last component of source */
};

/* A file that is copied out of /box after the run. */
struct remand_collect {
	const char *name; /* path below /box */
	const char
		*path; /* where to on the host, NULL: last component of name, current directory */
};

struct remand_rlimit {
	int resource;        /* RLIMIT_* */
	uint64_t soft, hard; /* REMAND_UNLIMITED: RLIM_INFINITY */
};

enum remand_network {
	REMAND_NETWORK_NONE, /* an own, empty network: loopback only */
	REMAND_NETWORK_HOST, /* the caller's network, with all that listens there */
};

enum remand_action {
	REMAND_ACTION_ALLOW,
	REMAND_ACTION_DENY, /* fails with EPERM, or the errno that the rule names */
	REMAND_ACTION_KILL, /* ends the run: denied */
	REMAND_ACTION_LOG,  /* allowed, and counted in the result */
};

/* What happens to some system calls, written as in remand(1), SYSTEM CALLS. */
struct remand_rule {
	enum remand_action action;
	const char *calls; /* e.g. "@mount, ioctl(1: TIOCSTI)" */
};

/* How much of a wall is built. A run never gets less than was asked for, but with best_effort. */
enum remand_isolation {
	/* A cell: namespaces, a file system of its own, Landlock, no capabilities, a filter. */
	REMAND_ISOLATION_FULL,
	/* For hosts that forbid user namespaces: the host's own file system, of which Landlock
	 * shows the system directories, the run's box and what was named; no sockets, no
	 * capabilities, a stricter filter, and the group. Paths are the host's. */
	REMAND_ISOLATION_LANDLOCK,
	/* For programs that are trusted but must end: the group and its limits, nothing else. */
	REMAND_ISOLATION_NONE,
};

/* Parts of the wall, as bits of remand_result.missing_walls. remand_wall_name() gives the word. */
enum remand_wall {
	REMAND_WALL_USER_NAMESPACE = 1 << 0,
	REMAND_WALL_PID_NAMESPACE = 1 << 1,
	REMAND_WALL_MOUNT_NAMESPACE = 1 << 2,
	REMAND_WALL_NETWORK_NAMESPACE = 1 << 3,
	REMAND_WALL_IPC_NAMESPACE = 1 << 4,
	REMAND_WALL_UTS_NAMESPACE = 1 << 5,
	REMAND_WALL_CGROUP_NAMESPACE = 1 << 6,
	REMAND_WALL_OWN_IDS = 1 << 7, /* host ids that the caller has not */
	REMAND_WALL_CAPABILITIES = 1 << 8,
	REMAND_WALL_LANDLOCK = 1 << 9,
	REMAND_WALL_SECCOMP = 1 << 10,
};
#define REMAND_WALL_COUNT 11

/* What can run in a program's place; the value is its exit status (& 255). */
typedef int (*remand_function)(void *argument);

/* Who the target is, by the ids that it sees itself. */
struct remand_user {
	bool given; /* false: 1000 in a cell, elsewhere the caller or ids of the run's own */
	uint32_t uid, gid;
};

/*
 * What to run. Zero is the default of every field; the defaults of limits are those of the policy
 * `default` and are finite. REMAND_UNLIMITED switches a limit off.
 */
struct remand_spec {
	size_t size; /* sizeof(struct remand_spec) */

	/* The program and its arguments, NULL-terminated, required but with a function. argv[0]
	 * with a slash that exists for the caller is shown read-only in /box and run there, unless
	 * the cell shows the same file under the same path anyway; a bare name is looked up in the
	 * cell's PATH. */
	const char *const *argv;
	/* What the program sees as its argv[0]; default: argv[0], in a cell under its path there.
	 * It does not change which file is run. A script with #! does not see it: execve(2). */
	const char *argv0;
	/* NAME=VALUE strings, NULL-terminated, on top of PATH, HOME=/box and LANG=C.UTF-8. */
	const char *const *env;
	bool inherit_env;      /* start from the caller's environment instead */
	const char *directory; /* working directory in the cell, default /box */
	/* Exit codes (0 to 255) with which the program counts as a success: verdict `ok`. Default:
	 * 0 alone; where others are given and 0 is not among them, 0 is a failure too. */
	const unsigned char *ok_codes;
	size_t ok_codes_count;

	/* Limits of the whole group. */
	uint64_t time_ns;      /* CPU time, user + system, of all processes; default 10 s */
	uint64_t wall_ns;      /* from exec; default 30 s */
	uint64_t idle_ns;      /* wall time in which the group uses no CPU; default none */
	uint64_t memory_bytes; /* all kinds of memory, swap excluded by having none; default 512 MiB
				*/
	uint64_t pids;         /* processes and threads; default 64 */
	bool pids_fatal;       /* a fork refused by the pids limit ends the run: pids-limit */
	uint64_t cpus_milli;   /* CPU bandwidth in thousandths of one CPU; default none */
	const char *cpuset;    /* CPUs it may run on, as in "0-1,3"; default all */
	uint64_t grace_ns; /* time between SIGTERM and the kill when a limit ends it; default 0 */

	/* Limits of each process, stream or file. */
	uint64_t output_bytes; /* each of stdout, stderr and any one file; default 64 MiB */
	uint64_t disk_bytes;   /* written to the cell's own file system; default 64 MiB */
	uint64_t open_files;   /* file descriptors; default 256 */
	uint64_t stack_bytes;  /* default 8 MiB */
	const struct remand_rlimit *rlimits; /* override the above, in order */
	size_t rlimits_count;
	int nice;

	/* The wall. */
	enum remand_isolation isolation;
	/* Where this host cannot build all of the wall, or enforce a limit, in the way that was
	 * asked for: do what it can, and say in the result what that was. Default: refuse. */
	bool best_effort;
	struct remand_user user;

	/* The cell. */
	/* Host directory whose entries are seen read-only in / instead of the host's system
	 * directories and files of /etc; an absolute argv[0] is looked up there. Nothing is made in
	 * it: box, dev, file, proc, run, sys and tmp are the cell's own or absent. */
	const char *root;
	const char *work; /* host directory seen read-write as /box; default: an empty tmpfs */
	const struct remand_file *files;
	size_t files_count;
	const struct remand_bind *binds;
	size_t binds_count;
	const struct remand_tmpfs *tmpfs;
	size_t tmpfs_count;
	const struct remand_collect *collects;
	size_t collects_count;
	enum remand_network network;
	const char *hostname; /* default "remand" */

	/* System calls: the profile or, without one, the rules of the policy `default`, and then
	 * these rules, of which the last that fits a call decides. */
	const char *seccomp; /* file with an OCI seccomp profile */
	const struct remand_rule *rules;
	size_t rules_count;
	bool log_allowed; /* count every call that is allowed in the result, as by LOG: slow */
	/* Name of the policy for the report, default "default". It changes nothing: what a
	 * policy says is in the fields; remand_options_load_policy() puts it there. */
	const char *policy;

	/* Where the run's group is made; default: found, see remand(1) THE GROUP. */
	const char *cgroup;
	/* Where no cgroup is delegated to the caller and systemd runs: ask it for a transient scope
	 * with Delegate=yes and move the whole calling process there, with all its threads. This
	 * changes the caller, so that without it such a host is refused. */
	bool enter_scope;

	struct remand_stream input, output, error;
	const struct remand_pass *passes; /* further descriptors; no two with one target_fd */
	size_t passes_count;
	bool devpts; /* /dev/pts and /dev/ptmx of the cell's own; default: there are none */

	/* Where the run is started from; default: the calling process itself. */
	struct remand_starter *starter;

	/*
	 * A function of the caller's, run in a program's place; argv, argv0 and starter must be
	 * NULL then. It is called in a copy of the calling process, behind the same walls, limits
	 * and streams as a program, and has what exec would leave one: the descriptors that were
	 * passed on and no other, no handler, timer or capability of the caller's, the environment
	 * of the spec. What it returns (& 255) is the exit status.
	 *
	 * It has one thing that no program has: a copy of the caller's memory, with every secret
	 * and address that is there (madvise(2), MADV_DONTFORK and MADV_WIPEONFORK, keep some out).
	 * The copy is private: memory that the caller shares with anybody and that can be written
	 * (MAP_SHARED, shmat, rings of io_uring) is not mapped in it; use passes. /proc/self/exe is
	 * the caller's program still, and the thread has its name. The copy counts for the
	 * memory limit when the function changes it, and for RLIMIT_DATA, RLIMIT_AS and wherever
	 * best_effort makes the memory limit a watch, from the beginning. Files that the C library
	 * opens late (locales, shared objects) are those of the cell.
	 *
	 * The function may call anything, start threads, fork and exec as its policy allows. It
	 * begins with what the caller had in stdin, stdout and stderr forgotten, and what it leaves
	 * in stdout is written when it returns; no other stream is flushed and no handler of
	 * atexit(3) is run, nor were those of pthread_atfork(3). It must leave by return or
	 * _exit(2): exit(3) runs the caller's handlers and flushes the caller's files, and a
	 * longjmp or an exception ends in frames of the caller's, which are there as well. It is
	 * not dumpable: others of the run cannot trace it, and refused calls are told without their
	 * strings unless the caller is privileged.
	 *
	 * A caller with more than one thread is refused, -EDEADLK: a lock that another thread holds
	 * at that moment, of malloc for one, would never be released in the copy. What cannot be
	 * known is whether a signal handler calls, which has interrupted malloc: do not.
	 */
	remand_function function;
	void *function_argument;
	/* The promise that the function makes only calls which signal-safety(7) lists: then other
	 * threads are no obstacle, stdio is left alone, and nothing of it is written at the end. */
	bool function_signal_safe;
};

/* The one-word outcome. remand_verdict_name() gives the word of the report. */
enum remand_verdict {
	REMAND_VERDICT_OK,           /* exited with one of the spec's ok_codes */
	REMAND_VERDICT_EXIT,         /* any other exit status */
	REMAND_VERDICT_SIGNAL,       /* died by a signal that was not ours */
	REMAND_VERDICT_TIME_LIMIT,   /* CPU time */
	REMAND_VERDICT_WALL_LIMIT,   /* wall time */
	REMAND_VERDICT_IDLE_LIMIT,   /* no CPU used for so long */
	REMAND_VERDICT_MEMORY_LIMIT, /* the kernel's OOM killer acted in the group */
	REMAND_VERDICT_OUTPUT_LIMIT,
	REMAND_VERDICT_PIDS_LIMIT, /* only with pids_fatal */
	REMAND_VERDICT_DENIED,     /* killed for a forbidden system call */
	REMAND_VERDICT_CANCELLED,  /* by the caller */
	REMAND_VERDICT_NOT_STARTED,
	REMAND_VERDICT_INTERNAL_ERROR,
};

/* What enforced a limit. */
enum remand_enforcer {
	REMAND_ENFORCER_NONE, /* nothing: the limit was switched off */
	REMAND_ENFORCER_CGROUP,
	REMAND_ENFORCER_RLIMIT,
	REMAND_ENFORCER_WATCH, /* the supervisor's own clock or counter */
	REMAND_ENFORCER_TMPFS, /* the size of the cell's file system */
};

enum remand_limit {
	REMAND_LIMIT_TIME,
	REMAND_LIMIT_WALL,
	REMAND_LIMIT_IDLE,
	REMAND_LIMIT_MEMORY,
	REMAND_LIMIT_PIDS,
	REMAND_LIMIT_CPUS,
	REMAND_LIMIT_OUTPUT,
	REMAND_LIMIT_DISK,
	REMAND_LIMIT_OPEN_FILES,
	REMAND_LIMIT_STACK,
	REMAND_LIMIT_COUNT,
};

struct remand_limit_report {
	uint64_t limit; /* in the unit of the spec's field, REMAND_UNLIMITED when off */
	enum remand_enforcer enforced_by;
};

/* One observation that the verdict rests on, e.g. "memory.events.oom_kill" = 1. */
struct remand_evidence {
	const char *name; /* static string */
	uint64_t value;
};

#define REMAND_EVIDENCE_MAX 8

/* Calls of one kind that the rules refused, or were to log. */
struct remand_denial {
	enum remand_action action; /* DENY, KILL or LOG */
	int errnum;                /* DENY: what they failed with */
	int64_t syscall;
	uint32_t architecture; /* AUDIT_ARCH_* of the ABI */
	uint64_t count;
	/* Of the first of them. */
	uint64_t arguments[6];
	uint64_t program_counter;
	char call[192];  /* in words, as far as its arguments can be read */
	char place[112]; /* the instruction: file+0xoffset, empty: unknown */
};

/* Bytes captured from a stream; data is owned by the result and followed by a NUL. */
struct remand_capture {
	char *data;
	size_t length;
	bool mapped; /* data is a private mapping of an unlinked file */
};

/* What one process used, and those of its children that it has waited for itself, added up:
 * wait4(2), getrusage(2). Descendants that nobody waited for are missing here; the group's usage
 * has all. */
struct remand_usage {
	uint64_t user_ns, system_ns;
	/* Resident, of the largest of these processes; unknown where it was not larger than the
	 * copy of the caller that became the program. */
	uint64_t memory_peak_bytes;
	uint64_t minor_faults, major_faults;
	uint64_t voluntary_switches, involuntary_switches;
	uint64_t read_bytes, written_bytes; /* to and from block devices, in blocks of 512 */
};

/* What happened. By value; remand_result_clear() releases the captures. */
struct remand_result {
	char id[40];       /* also the name of the run's group */
	char program[128]; /* the end of the spec's argv[0], "(function)", empty: unknown */
	enum remand_verdict verdict;
	char reason[256]; /* one line in words */
	struct remand_evidence evidence[REMAND_EVIDENCE_MAX];
	size_t evidence_count;

	bool started; /* execve of the target succeeded, or the function was called; else see
			 start_error */
	struct remand_error start_error;
	bool exited;   /* the program itself ended by exit: exit_code holds */
	int exit_code; /* 0..255 */
	int signal;    /* the signal that ended the program, 0 none */
	bool core_dumped;
	int64_t raw_status; /* as wait(2) gives it, -1 unknown */

	/* Usage of the whole group; REMAND_UNKNOWN where it could not be measured. */
	uint64_t cpu_ns, user_ns, system_ns, wall_ns;
	uint64_t memory_peak_bytes, pids_peak;
	uint64_t stdout_bytes, stderr_bytes; /* written by the program, also beyond the limit */
	/* Of the root process alone, the program itself. All of it is REMAND_UNKNOWN where its end
	 * was not seen, and before exec there is none. */
	struct remand_usage root;
	struct remand_limit_report limits[REMAND_LIMIT_COUNT];

	/* Time in which something in the group stood waiting for the resource. */
	uint64_t pressure_cpu_ns, pressure_memory_ns, pressure_io_ns;
	int trustworthy_time; /* 1 yes, 0 the machine was too contended, -1 unknown */

	/* The forbidden system call that it was killed for, -1 none. */
	int64_t denied_syscall;
	uint32_t denied_architecture; /* AUDIT_ARCH_* of the ABI it was made in */
	uint64_t denied_arguments[6];

	/* What was refused or logged, each kind of call once. Not those that answer ENOSYS: they
	 * are as absent as on an older kernel. Owned. */
	struct remand_denial *denials;
	size_t denials_count;
	uint64_t denials_more; /* calls that were not kept, the list being full */
	bool denials_known;    /* else a filter above ours kept us from hearing of them */

	bool network_host;               /* the target had the caller's network */
	char policy[128];                /* the end of its name, empty: unknown */
	enum remand_isolation isolation; /* in effect */
	uint32_t missing_walls; /* REMAND_WALL_* that this host did not give, or the isolation has
				   not */
	struct remand_capture output, error;
	char collect_failed[256]; /* first file that could not be collected and why, empty: none */
};

/* A run that was started. */
struct remand;

/* ---- running ---- */

/* Start, wait, fill *ret_result, release everything. Feeds and captures at the same time, however
 * much there is to be fed: BYTES and CAPTURE never wait for each other. */
int remand_run(const struct remand_spec *spec, struct remand_result *ret_result,
	struct remand_error *error);

/* Start and return at once. Failures of the target's own start (exec) are not errors here but a
 * result with the verdict not-started. On success *ret_run is to be released by remand_free(). */
int remand_start(
	const struct remand_spec *spec, struct remand **ret_run, struct remand_error *error);

/* A pollable fd, owned by the handle: readable means that remand_dispatch() has work to do. Take it
 * out of an epoll set (EPOLL_CTL_DEL) before remand_free(): its end there is the last close, and a
 * child that is just being started holds a copy for a moment, epoll(7). */
int remand_fd(const struct remand *run);

/*
 * Do what is due. 1: the result is ready, 0: not yet, negative errno: the run cannot be watched any
 * more (no memory), and is ended by remand_free().
 *
 * It never blocks: it waits for no process, whether it dies, stands still or is held by a debugger,
 * and for nobody at the other end of a stream. What it does takes microseconds, but for
 *   - the end of a run: to copy what is to be collected, at most output_bytes a file; to remove
 *     what the program left in its directory (isolation landlock), and to give back what was lent
 *     (a writable directory on a file system without idmapped mounts), some 10 us a file each; and,
 *     where files to be collected belong to an id of /etc/subuid, one clone of the caller for each;
 *   - the first refused or logged call of each kind: it is put into words with the program's memory
 *     map, of which 512 KiB are read, and a path of its memory: a few ms;
 *   - a run without a group, whose processes are looked at one by one: some 50 us each.
 *
 * Files are read and written as by read(2) and write(2): regular files as streams, the file of a
 * large capture, what is collected, and pages of files that the program has mapped, where a call is
 * put into words, take as long as their file system does; one of a server that is gone has no end.
 * Pipes, sockets and terminals of the caller's are opened anew, so as not to block. Of those that
 * may not be, another user's, pipes and sockets do not block all the same (pipes: since Linux 6.4);
 * others are asked by poll(2) first, which does not help when another process is faster or a
 * terminal has room for less than PIPE_BUF.
 */
int remand_dispatch(struct remand *run, struct remand_error *error);

/* Dispatch until the result is ready (0) or timeout_ns passed (-ETIMEDOUT, the run goes on).
 * REMAND_UNLIMITED waits for ever. */
int remand_wait(struct remand *run, uint64_t timeout_ns, struct remand_error *error);

/* Hand out the result; once it was taken the captures belong to *ret_result. -EAGAIN: not ready. */
int remand_result(struct remand *run, struct remand_result *ret_result);

/* The caller's end of the PIPE that is the target's fd 0, 1 or 2. From now on it is the caller's to
 * close; it is close-on-exec and blocking. Closed, it is the end of the target's input, or of its
 * readers: SIGPIPE for the target. What the target wrote stays readable after remand_free(), and
 * ends there. Output moves on in remand_dispatch() and remand_wait() only, and the target waits
 * when nobody reads; the result waits for nobody. A write to a target that reads no more is EPIPE
 * and SIGPIPE for the caller, as with every pipe. -EINVAL: not a PIPE, or taken already. */
int remand_take_stream(struct remand *run, int target_fd);

/* Whom an order is for. */
enum remand_scope {
	REMAND_ROOT, /* the target itself */
	REMAND_ALL,  /* every process of the group, whatever session it fled to */
};

/* Send a signal, by pidfd. To ALL it goes while the group stands still, so that nobody forks away
 * from under it; the call waits for that, which takes milliseconds, and -ETIMEDOUT says that it
 * could not be had within a second and nobody got the signal. A SIGKILL is not the caller's order
 * to end (remand_cancel()): the verdict will be `signal`. -ESRCH: it is gone or not yet there.
 * -EINVAL: no such signal. */
int remand_signal(struct remand *run, int signum, enum remand_scope scope);

#define REMAND_STEPS_MAX 8

/* One step of a stop: a signal, and how long to wait for the end before the next step. */
struct remand_step {
	int signum;
	enum remand_scope scope;
	uint64_t wait_ns; /* finite */
};

/* End the run by a schedule, e.g. { { SIGINT, REMAND_ROOT, 2 s }, { SIGTERM, REMAND_ALL, 5 s } };
 * who is left after the last step is killed. Returns at once; the result comes as always, with the
 * verdict `cancelled`. A run that has not begun, or is suspended, is killed or resumed first. No
 * limit but memory and output acts any more. A signal to ALL is sent by remand_dispatch(), when
 * they stand still, or after a second to those who are there, if somebody cannot be held (in the
 * kernel, uninterruptible); the wait of the step begins then. New steps take the place of what is
 * left of others that are under way. -ESRCH: it is ending already. -EINVAL: no such signal, no end
 * of the waiting, no steps or too many. */
int remand_stop(struct remand *run, const struct remand_step *steps, size_t count);

/* Hold every process of the group, and let them go on. Their CPU time stands still, and the idle
 * limit with it; the wall limit goes on. It takes effect within milliseconds; remand_stats() tells
 * when. The end of the run needs no resuming. Only while the target runs: else -ESRCH. */
int remand_suspend(struct remand *run, struct remand_error *error);
int remand_resume(struct remand *run, struct remand_error *error);

/* What the group uses while it runs; REMAND_UNKNOWN where it cannot be measured. */
struct remand_stats {
	size_t size;    /* sizeof(struct remand_stats), to be set before the call */
	bool started;   /* the program itself runs: its exec is known to have succeeded */
	bool suspended; /* every process stands still */
	uint64_t cpu_ns, user_ns, system_ns, wall_ns;
	uint64_t memory_bytes, memory_peak_bytes;
	uint64_t pids, pids_peak;
	uint64_t stdout_bytes, stderr_bytes;
};

/* -ESRCH: it has ended, and the result has it all. -EINVAL: the size is wrong. */
int remand_stats(const struct remand *run, struct remand_stats *ret_stats);

/* End the run: the whole group is killed, at once or, where the spec has a grace time, after
 * SIGTERM and that time; a second call kills at once. The verdict will be `cancelled`. */
int remand_cancel(struct remand *run);

/* Kill what still runs, reap it, remove the group, release the handle. It waits for the end, which
 * is a matter of milliseconds, and for who is stuck in the kernel at most 20 s; after the result
 * there is nothing to wait for. NULL is fine. Returns NULL. */
struct remand *remand_free(struct remand *run);

/*
 * Let the run go on without the caller, also when that ends or is killed. What holds it from then
 * on is what the kernel and the keeper do by themselves: the limits memory_bytes, pids, cpus_milli,
 * cpuset, disk_bytes and those of each process and file, the cell and the filter. Success frees the
 * handle; a failure changes nothing.
 *
 * *ret_keeper_fd: a pidfd of the run's first process, close-on-exec and the caller's. It is
 * readable when the program has ended, and all that it left behind. To end the run send SIGKILL
 * there (pidfd_send_signal(2)). The process is a child of the caller that no ordinary wait sees:
 * waitid(P_PIDFD, fd, &info, WEXITED | __WCLONE) takes it away when it has ended, with the
 * program's exit status or 128 + signal. Else, and where ret_keeper_fd is NULL, it is a zombie as
 * long as the caller lives. The run's group, empty then, is removed by a later start.
 *
 * System calls that the rules deny fail with ENOSYS from then on. They wait instead as long as a
 * fork of the caller lives that was made during the run and has executed nothing: it holds a copy
 * of what they wait for.
 *
 * -EAGAIN: the program is not executed yet; try again when remand_fd() is readable (later than it
 * might be where a fork as above was made while the run was started). -ESRCH: it has
 * ended, and the result comes as always. -EBUSY: the spec asked for what only a caller can do, and
 * the sentence says what: a limit that is watched (time_ns, wall_ns, idle_ns, pids_fatal, and
 * memory_bytes without a cgroup: REMAND_UNLIMITED switches them off), a stream that is carried (all
 * but NULL, MERGE into it, an input that is a PIPE, or a file that everybody may read; passes are
 * not carried), files to collect or to give back, rules that kill or log, another isolation than
 * FULL; or it is suspended, or being ended by steps.
 */
int remand_detach(struct remand *run, int *ret_keeper_fd, struct remand_error *error);

/* The result of a run that remand_start() refused, for the report: not-started, with the error. */
void remand_result_refused(const struct remand_error *error, struct remand_result *ret_result);

void remand_result_clear(struct remand_result *result);

/* Open (create, truncate) a file of the caller's for output beside a run, such as its report: below
 * spec->work, where an earlier target may have planted links, none is followed. Returns an fd that
 * is the caller's, or -errno. */
int remand_open_output(const struct remand_spec *spec, const char *path);

/* ---- starts from a large process ---- */

/*
 * To start a run is to clone the calling process, and the kernel then copies the page tables of all
 * its memory, 25 to 50 ms for each GiB. A starter is a process that is cloned once, early, and has
 * stayed small; runs whose spec names it are started from there, and are the caller's all the same.
 *
 * Make it before the caller grows, before it has threads where that can be, and before it holds
 * secrets in memory: the starter keeps a copy of all that was there, though it is not dumpable. It
 * holds no descriptor of the caller's, ends with the caller, and is invisible to its waits.
 *
 * A run finds working directory, umask, resource limits, nice value, CPUs and cgroup of the caller
 * as they are when the run is started. Other user or group ids, capabilities, securebits,
 * namespaces, root directory, personality, security label, no_new_privs or seccomp filters than
 * those that the starter was made with are an error (-EPERM). Not noticed, and as they were:
 * Landlock rules, the memory policy, version 1 cgroups, the session, and the session keyring of
 * programs without isolation.
 *
 * Any number of threads may start runs from one starter at the same time. -ECONNRESET: somebody
 * killed it; runs that it has started go on. In a fork of the caller it is of no use: -EINVAL.
 */
int remand_starter_new(struct remand_starter **ret_starter, struct remand_error *error);

/* End the process, release the handle; runs go on. While no start is under way. NULL is fine.
 * Returns NULL. */
struct remand_starter *remand_starter_free(struct remand_starter *starter);

/* ---- many runs ---- */

#define REMAND_PARALLEL_MAX 65536

/* Runs that go on at the same time, at most `parallel` of them, in the thread of the caller. */
struct remand_batch;

int remand_batch_new(size_t parallel, struct remand_batch **ret_batch, struct remand_error *error);
/* Kill what still runs, release everything. NULL is fine. Returns NULL. */
struct remand_batch *remand_batch_free(struct remand_batch *batch);

/* Start a run; `tag` is the caller's own and comes back with the result. -EAGAIN: as many as may be
 * are under way, take a result first. Any other error: this run could not be started. The kinds of
 * stream that a caller must serve, PIPE, are refused. */
int remand_batch_submit(struct remand_batch *batch, const struct remand_spec *spec, uint64_t tag,
	struct remand_error *error);

/* The next result, in the order in which runs end, and its tag. -ETIMEDOUT: none within timeout_ns
 * (0: none now; REMAND_UNLIMITED waits for ever). -ENOENT: no run is under way. */
int remand_batch_next(struct remand_batch *batch, uint64_t timeout_ns, uint64_t *ret_tag,
	struct remand_result *ret_result, struct remand_error *error);

/* A pollable fd, owned by the batch: readable means that remand_batch_next(), with a timeout of 0,
 * has work to do. That blocks as little as remand_dispatch(); but a run that cannot be watched any
 * more is freed there. */
int remand_batch_fd(const struct remand_batch *batch);

/* How many are under way, their results not yet taken. */
size_t remand_batch_running(const struct remand_batch *batch);

/* remand_cancel() for each run under way; the results come as always. */
void remand_batch_cancel(struct remand_batch *batch);

/* ---- pipelines ---- */

#define REMAND_PIPELINE_MAX 64

/*
 * Programs that feed each other: the stdout of each stage is the stdin of the next; or, duplex, two
 * that talk to each other. What one writes is carried to the other through the supervisor: a pipe
 * that both held would let each change the other's end (its size, its flags), and nobody could tell
 * who closed first.
 */
struct remand_pipeline_spec {
	size_t size; /* sizeof(struct remand_pipeline_spec) */
	/* What runs, each in a cell and a group of its own, with its own limits. The streams that
	 * join stages, and cgroup and enter_scope, must be left 0; no stream may be a PIPE. */
	const struct remand_spec *const *stages;
	size_t stages_count; /* 1 to REMAND_PIPELINE_MAX; 2 when duplex */
	bool duplex;
	/* Limits of all stages together, that of the group around theirs; defaults as in struct
	 * remand_spec. No stage may have a higher one for itself. */
	uint64_t memory_bytes, pids, cpus_milli;
	const char *cpuset;
	const char *cgroup; /* where the group around them is made, as in struct remand_spec */
	bool enter_scope;
	/* Where the host cannot hold limits of all together, or has no group for us: go without
	 * them, and say so in the result. The stages have a flag of their own. Default: refuse. */
	bool best_effort;
	uint64_t transcript_bytes; /* keep so much of who said what when; default 0: nothing */
};

struct remand_pipeline_stage {
	struct remand_result result;
	/* It did not do what it was meant to: not ok, and not because of another. That SIGPIPE
	 * ended a stage whose reader had ended before is ok: its result says so. */
	bool failed;
};

struct remand_pipeline_result {
	char id[40]; /* also the name of the group around those of the stages */
	enum remand_verdict verdict;
	char reason[256]; /* one line in words */
	/* Stages by index, -1 none. */
	int stage;        /* whose verdict it is; none: of all together */
	int failed_stage; /* the first that failed */
	int closed_first; /* duplex: the side that ended, or closed its stdin or stdout, first */
	int blamed;       /* duplex: who should have spoken or read when both waited */
	/* Of all together; REMAND_UNKNOWN where it could not be measured. */
	uint64_t cpu_ns, wall_ns, memory_peak_bytes, pids_peak;
	/* Limits of all together: by their group, or by nothing. Those of each are in its result.
	 */
	struct remand_limit_report memory, pids, cpus;
	struct remand_pipeline_stage *stages;
	size_t stages_count;
	/* One JSON object a line, see remand(1), PIPELINES. */
	struct remand_capture transcript;
};

/* Programs that were started together. */
struct remand_pipeline;

/* Start all stages. Any error: none runs (any more). A stage whose program cannot be executed is a
 * result; it ends the others. */
int remand_pipeline_start(const struct remand_pipeline_spec *spec,
	struct remand_pipeline **ret_pipeline, struct remand_error *error);

/* As remand_fd(), remand_dispatch(), remand_wait() and remand_cancel(), for all stages; for the fd
 * goes what goes for that of one run. A stage that cannot be watched any more is freed there. */
int remand_pipeline_fd(const struct remand_pipeline *pipeline);
int remand_pipeline_dispatch(struct remand_pipeline *pipeline, struct remand_error *error);
int remand_pipeline_wait(
	struct remand_pipeline *pipeline, uint64_t timeout_ns, struct remand_error *error);
void remand_pipeline_cancel(struct remand_pipeline *pipeline);

/* Hand out the result, once; it is to be released by remand_pipeline_result_clear(). -EAGAIN: not
 * ready, or taken already. */
int remand_pipeline_result(
	struct remand_pipeline *pipeline, struct remand_pipeline_result *ret_result);

/* Kill what still runs, remove the groups, release the handle; waits as remand_free(), also for who
 * was put into the group around the stages. NULL is fine. Returns NULL. */
struct remand_pipeline *remand_pipeline_free(struct remand_pipeline *pipeline);

void remand_pipeline_result_clear(struct remand_pipeline_result *result);
/* One JSON object, in which each stage has its own report. Caller frees. NULL: out of memory. */
char *remand_pipeline_result_json(const struct remand_pipeline_result *result);
/* One line for people, without newline. Caller frees. NULL: out of memory. */
char *remand_pipeline_result_text(const struct remand_pipeline_result *result);
/* The exit status of `remand pipe`: as remand_result_status(), of the stage whose verdict it is. */
int remand_pipeline_result_status(const struct remand_pipeline_result *result);

/* ---- results as text ---- */

/* The report, schema 1, one JSON object. Caller frees. NULL: out of memory. */
char *remand_result_json(const struct remand_result *result);

/* One line for people, without newline: verdict, exit code or signal, usage, and the program once
 * it was started (a failure to start names it anyway). Caller frees. NULL: out of memory. */
char *remand_result_text(const struct remand_result *result);

/* What the root process used, one line for people, without newline. Caller frees. NULL: out of
 * memory, or nothing of it is known. */
char *remand_usage_text(const struct remand_usage *usage);

/* The verdict is `ok`: the program was started, ended by itself within its limits, and with one of
 * the codes that are ok. */
bool remand_result_ok(const struct remand_result *result);

/* The exit status of `remand run`: 0 for `ok`, the program's own for `exit` (1 where that is 0 and
 * not among the spec's ok_codes), 124, 125, 126, 127 or 128+signal. */
int remand_result_status(const struct remand_result *result);

const char *remand_verdict_name(enum remand_verdict verdict);
const char *remand_stage_name(enum remand_stage stage);
const char *remand_enforcer_name(enum remand_enforcer enforcer);
/* "EX_USAGE" for 64 and so on, as in sysexits.h. NULL: the code has no name there. */
const char *remand_sysexit_name(int exit_code);

/* ---- beside runs ---- */

/* Two ends of a channel with message boundaries (a SOCK_SEQPACKET pair, close-on-exec), both the
 * caller's: one for itself, one to be passed on (struct remand_pass) and then closed. When one side
 * is gone the other reads an end of file. 0 or -errno. */
int remand_channel(int ret_fds[2]);
const char *remand_isolation_name(enum remand_isolation isolation);
/* NULL: no wall has this bit. */
const char *remand_wall_name(uint32_t bit);

/* ---- specs from words ---- */

/* Words as a shell would split them: blanks separate, quotes and backslashes protect, and nothing
 * is ever expanded. *ret_words is NULL-terminated and one piece: the caller frees it with free().
 * -EINVAL: a quote is not closed or a backslash ends the text; the error says at which byte. */
int remand_split(const char *text, char ***ret_words, struct remand_error *error);

/* "256M", "1.5GiB", "10KB", "max": bytes. -EINVAL on anything else, also trailing junk. */
int remand_parse_size(const char *text, uint64_t *ret_bytes);
/* "1.5s", "300ms", "2m", "10", "max": nanoseconds. */
int remand_parse_time(const char *text, uint64_t *ret_ns);

/* A spec that is being put together from option words, as on the command line, in a policy file or
 * in a JSON job. Owns all that its spec points to. */
struct remand_options;

/* One row of the option table. */
struct remand_option {
	const char *name;     /* long name without dashes */
	char letter;          /* short option or 0 */
	const char *argument; /* placeholder, NULL: takes none */
	const char *section;  /* heading in --help */
	const char *help;
	bool command_only; /* belongs to the command (report, verbosity), not to a spec */
	bool repeats;      /* a list: each value counts, not only the last */
	const char
		*verb; /* the only verb of the command that takes it, NULL: all that run programs */
};

int remand_options_new(struct remand_options **ret_options);
struct remand_options *remand_options_free(struct remand_options *options);
/* Set one option by its long name; value NULL for options without argument. */
int remand_options_set(struct remand_options *options, const char *name, const char *value,
	struct remand_error *error);
/* Read the policy that was set, if one was: its lines come before all that was set by word, in
 * whatever order they came. Call it after the last remand_options_set(). */
int remand_options_load_policy(struct remand_options *options, struct remand_error *error);
/* The spec so far, without argv; valid until the next call with these options. NULL: a policy was
 * set and is not loaded. */
const struct remand_spec *remand_options_spec(const struct remand_options *options);
/* The plan of a run as JSON, see remand(1), SHOW: what each value is and who said so. argv may be
 * NULL. Starts nothing. The caller frees *ret_json. */
int remand_options_show(const struct remand_options *options, const char *const *argv,
	char **ret_json, struct remand_error *error);
/* The words given for a command_only option: its value, "" for a flag, NULL when not given. */
const char *remand_options_text(const struct remand_options *options, const char *name);
/* Row i of the table, NULL past its end. */
const struct remand_option *remand_option_at(size_t i);

/* ---- policies ---- */

/* The policies that a name finds, one a line: name, whose directory, file. Caller frees *ret_text.
 */
int remand_policy_list(char **ret_text, struct remand_error *error);

/* What a policy says, found as by the option `policy`, or the members of a group of system calls
 * ("@mount"). Control characters come out as '?'. Caller frees *ret_text. */
int remand_policy_show(const char *name, char **ret_text, struct remand_error *error);

/* What a filter answers to a system call. */
struct remand_answer {
	bool allowed;  /* whatever the arguments are that were not given */
	char text[32]; /* "allow", "EPERM", "kill", "by arguments" and so on */
};

/* Ask the filter that a run of this spec in a cell would have, without making the call: "openat",
 * or "socket(AF_INET, SOCK_STREAM, 0)". Of the spec, only the rules count. -EINVAL: no such call.
 */
int remand_policy_test(const struct remand_spec *spec, const char *call,
	struct remand_answer *ret_answer, struct remand_error *error);

/* The text of a policy that denies, on top of `default`, the calls that a run did not use. The
 * result is of a run of this spec with log_allowed. Caller frees *ret_text. -EINVAL: it did not
 * run, or not all of its calls are known. */
int remand_policy_learn(const struct remand_spec *spec, const struct remand_result *result,
	char **ret_text, struct remand_error *error);

/* ---- the host ---- */

/* What a fact about the host means for runs; the order is that of gravity. */
enum remand_fact_state {
	REMAND_FACT_OK,
	REMAND_FACT_NOTE,    /* every guarantee holds; something optional is missing, or unsteady */
	REMAND_FACT_WEAK,    /* a guarantee cannot be kept: runs need --best-effort */
	REMAND_FACT_MISSING, /* no run can be held here */
};

/* One thing that was found out about the host. Owned by the probe. */
struct remand_fact {
	const char *section, *name;
	const char *since; /* the Linux version that brought it, NULL: no such */
	enum remand_fact_state state;
	const char *found; /* what is there, in words */
	const char *
		mend; /* where the state is not ok: the command or unit file line, NULL: in found */
};

/* What this host can enforce for the caller. A snapshot; opaque. */
struct remand_probe;

/* Look at the host by asking its kernel (features are tried, versions are not compared), and at
 * what makes times vary on it. Changes nothing. cgroup: as remand_spec.cgroup, NULL: found as for a
 * run. Takes some milliseconds and, for user namespaces, two short-lived children that no wait of
 * the caller sees. On success *ret_probe is to be released by remand_probe_free(). */
int remand_probe(const char *cgroup, struct remand_probe **ret_probe, struct remand_error *error);

/* Kill and remove the groups that dead supervisors left in the base that was found, and add a fact
 * that names them. Returns how many there were, or -errno. */
int remand_probe_reclaim(struct remand_probe *probe);

/* Fact i, NULL past the last. Valid until the probe is freed. */
const struct remand_fact *remand_probe_at(const struct remand_probe *probe, size_t i);

/* The exit status of `remand check`: 0 all guarantees can be kept, 1 only with --best-effort, 2 not
 * at all. */
int remand_probe_status(const struct remand_probe *probe);

/* All facts as one JSON object. Caller frees. NULL: out of memory. */
char *remand_probe_json(const struct remand_probe *probe);

/* NULL is fine. Returns NULL. */
struct remand_probe *remand_probe_free(struct remand_probe *probe);

/* "ok", "note", "weak", "missing". */
const char *remand_fact_state_name(enum remand_fact_state state);

#ifdef __cplusplus
}
#endif

#endif
