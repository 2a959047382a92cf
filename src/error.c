/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors as sentences: what failed, on what, why, and what to do about it. */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name; /* in the report */
	const char *verb; /* in the sentence "cannot <verb> <object>" */
} stages[] = {
	[REMAND_STAGE_NONE] = { "none", "continue" },
	[REMAND_STAGE_SPEC] = { "spec", "accept" },
	[REMAND_STAGE_POLICY] = { "policy", "read the policy" },
	[REMAND_STAGE_HOST] = { "host", "use this host" },
	[REMAND_STAGE_GROUP] = { "group", "set up the cgroup" },
	[REMAND_STAGE_CLONE] = { "clone", "create the process" },
	[REMAND_STAGE_ID_MAP] = { "id-map", "map user ids" },
	[REMAND_STAGE_CELL] = { "cell", "build the cell's file system at" },
	[REMAND_STAGE_NETWORK] = { "network", "set up the network" },
	[REMAND_STAGE_SESSION] = { "session", "set up the session" },
	[REMAND_STAGE_STDIO] = { "stdio", "connect" },
	[REMAND_STAGE_RLIMIT] = { "rlimit", "set the resource limit" },
	[REMAND_STAGE_SCHEDULE] = { "schedule", "set the scheduling" },
	[REMAND_STAGE_CHDIR] = { "chdir", "enter the directory" },
	[REMAND_STAGE_CREDENTIALS] = { "credentials", "drop privileges" },
	[REMAND_STAGE_LANDLOCK] = { "landlock", "apply Landlock" },
	[REMAND_STAGE_SECCOMP] = { "seccomp", "load the system call filter" },
	[REMAND_STAGE_EXEC] = { "exec", "execute" },
	[REMAND_STAGE_SUPERVISE] = { "supervise", "watch the run" },
	[REMAND_STAGE_COLLECT] = { "collect", "collect" },
	[REMAND_STAGE_REPORT] = { "report", "write the report" },
};

/* What to do, where errno alone would leave a tired operator guessing. */
static const struct {
	enum remand_stage stage;
	int errnum;
	const char *hint;
} hints[] = {
	{ REMAND_STAGE_GROUP, EACCES, "the cgroup is not delegated to this user" },
	{ REMAND_STAGE_GROUP, EROFS, "the cgroup file system is mounted read-only here" },
	{ REMAND_STAGE_GROUP, EBUSY,
		"processes live in that cgroup itself; cgroup v2 wants them in leaves" },
	{ REMAND_STAGE_GROUP, EAGAIN, "cgroup.max.descendants of a parent cgroup is reached" },
	{ REMAND_STAGE_GROUP, ENOSPC, "the kernel has no cgroup ids left" },
	{ REMAND_STAGE_CLONE, ENOSYS,
		"clone3 is hidden, probably by a container's seccomp profile" },
	{ REMAND_STAGE_CLONE, EPERM,
		"user namespaces are forbidden here; see user.max_user_namespaces, "
		"kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns "
		"and the container's seccomp profile" },
	{ REMAND_STAGE_CLONE, EACCES,
		"a user can start processes only below a cgroup.procs of his own: start remand "
		"itself inside the tree that --cgroup names" },
	{ REMAND_STAGE_CLONE, ENOSPC,
		"a limit on namespaces is reached; see the sysctls user.max_*_namespaces" },
	{ REMAND_STAGE_NETWORK, ENOSPC,
		"a limit on namespaces is reached; see the sysctl user.max_net_namespaces" },
	{ REMAND_STAGE_CLONE, EAGAIN,
		"a limit on processes is reached; see ulimit -u and pids.max" },
	{ REMAND_STAGE_CELL, ENOSPC, "see the sysctl fs.mount-max, and the disk limit" },
	{ REMAND_STAGE_CELL, EPERM,
		"the file system refuses mounts in a user namespace; in a container "
		"the usual cause is a masked /proc" },
	{ REMAND_STAGE_CELL, ESTALE,
		"the file was removed or replaced while the run was starting" },
	{ REMAND_STAGE_EXEC, ENOEXEC, "neither a program for this machine nor a script with #!" },
	{ REMAND_STAGE_EXEC, EACCES, "not a file with execute permission" },
	{ REMAND_STAGE_RLIMIT, EPERM, "above the hard limit of the caller" },
	{ REMAND_STAGE_SCHEDULE, EACCES, "a negative nice value needs privilege" },
};

const char *remand_stage_name(enum remand_stage stage)
{
	return stages[stage].name;
}

static const char *hint_for(enum remand_stage stage, int errnum)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].stage == stage && hints[i].errnum == errnum)
			return hints[i].hint;
	return NULL;
}

static void append(struct remand_error *error, const char *separator, const char *text)
{
	size_t used = strlen(error->message);

	snprintf(error->message + used, sizeof(error->message) - used, "%s%s", separator, text);
}

static void begin(struct remand_error *error, enum remand_stage stage, int r)
{
	memset(error, 0, sizeof(*error));
	error->stage = stage;
	error->errnum = -r;
}

static void finish(struct remand_error *error)
{
	char text[128];
	const char *hint = hint_for(error->stage, error->errnum);

	/* The GNU strerror_r: thread-safe, may return a static string. */
	append(error, ": ", strerror_r(error->errnum, text, sizeof(text)));
	if (hint)
		append(error, "; ", hint);
}

int error_say(struct remand_error *error, enum remand_stage stage, int r, const char *format, ...)
{
	va_list ap;

	if (!error)
		return r;
	begin(error, stage, r);
	va_start(ap, format);
	vsnprintf(error->message, sizeof(error->message), format, ap);
	va_end(ap);
	return r;
}

int error_errno(struct remand_error *error, enum remand_stage stage, int r, const char *format, ...)
{
	va_list ap;

	if (!error)
		return r;
	begin(error, stage, r);
	va_start(ap, format);
	vsnprintf(error->message, sizeof(error->message), format, ap);
	va_end(ap);
	finish(error);
	return r;
}

void error_from_failure(struct remand_error *error, const struct failure *failure)
{
	bool known = (size_t)failure->stage < sizeof(stages) / sizeof(stages[0]);

	begin(error, known ? failure->stage : REMAND_STAGE_SUPERVISE, -failure->errnum);
	snprintf(error->message, sizeof(error->message), "cannot %s%s%.*s",
		stages[error->stage].verb, failure->object[0] ? " " : "",
		(int)sizeof(failure->object), failure->object);
	finish(error);
}
