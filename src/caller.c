/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See caller.h. credentials(7), clone(2) and the list in fork(2) say what is inherited. */
#include "caller.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fd.h"
#include "file.h"
#include "rlimits.h"
#include "syscalls.h"

/* Lines of proc(5), /proc/PID/status. Not the masks of CPUs and memory nodes, which depend on the
 * cgroup. */
static bool is_identity(const char *line)
{
	static const char *const keys[] = { "Uid:", "Gid:", "Groups:", "CapInh:", "CapPrm:",
		"CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:", "Seccomp:", "Seccomp_filters:" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strncmp(line, keys[i], strlen(keys[i])) == 0)
			return true;
	return false;
}

/* All of it, however many groups there are. Caller frees. */
static int read_status(int thread_fd, char **ret_text)
{
	for (size_t size = 8192;; size *= 2) {
		CLEANUP_FREE char *text = malloc(size);
		int r = text ? file_read(thread_fd, "status", text, size) : -ENOMEM;

		if (r == -EFBIG)
			continue;
		if (r == 0) {
			*ret_text = text;
			text = NULL;
		}
		return r;
	}
}

static int write_status(int thread_fd, FILE *lines, mode_t *ret_umask)
{
	CLEANUP_FREE char *text = NULL;
	char *rest = NULL;
	unsigned int mask;
	int r = read_status(thread_fd, &text);

	if (r < 0)
		return r;
	r = -ENODATA;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (is_identity(line))
			fprintf(lines, "%s\n", line);
		if (sscanf(line, "Umask: %o", &mask) == 1) {
			*ret_umask = (mode_t)mask;
			r = 0;
		}
	}
	return r;
}

static int write_namespaces(int thread_fd, FILE *lines)
{
	static const char *const names[] = { "user", "mnt", "pid_for_children", "net", "ipc", "uts",
		"cgroup", "time_for_children" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[32], target[64];
		ssize_t n;

		snprintf(path, sizeof(path), "ns/%s", names[i]);
		n = readlinkat(thread_fd, path, target, sizeof(target));
		if (n < 0 && errno != ENOENT)
			return syscall_errno();
		fprintf(lines, "namespace %s: %.*s\n", names[i], n < 0 ? 0 : (int)n, target);
	}
	return 0;
}

/* The same directory mounted elsewhere has other mounts in it. */
static int write_root(FILE *lines)
{
	struct statx root;

	if (statx(AT_FDCWD, "/", 0, STATX_INO | STATX_MNT_ID, &root) < 0)
		return syscall_errno();
	fprintf(lines, "root directory: %u:%u:%ju of mount %ju\n", root.stx_dev_major,
		root.stx_dev_minor, (uintmax_t)root.stx_ino, (uintmax_t)root.stx_mnt_id);
	return 0;
}

static int write_identity(int thread_fd, FILE *lines, mode_t *ret_umask)
{
	char label[1024];
	int r = write_status(thread_fd, lines, ret_umask);

	if (r == 0)
		r = write_namespaces(thread_fd, lines);
	if (r == 0)
		r = write_root(lines);
	if (r < 0)
		return r;
	fprintf(lines, "securebits: %d\n", prctl(PR_GET_SECUREBITS));
	fprintf(lines, "personality: %d\n", personality(0xffffffff));
	/* EINVAL: no security module has labels. */
	if (file_read(thread_fd, "attr/current", label, sizeof(label)) == 0)
		fprintf(lines, "security label: %s\n", label);
	return 0;
}

/* The line of the v2 tree, cgroups(7); empty where there is none. */
static int read_cgroup(int thread_fd, char **ret_cgroup)
{
	char text[16384], *rest = NULL;
	const char *path = "";
	int r = file_read(thread_fd, "cgroup", text, sizeof(text));

	if (r < 0)
		return r;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "0::", 3) == 0)
			path = line + 3;
	*ret_cgroup = strdup(path);
	return *ret_cgroup ? 0 : -ENOMEM;
}

/* Threads of one process may be different callers: unshare(2), capabilities(7). */
int caller_read(struct caller *ret_caller, struct caller_identity *ret_identity)
{
	CLEANUP_FD int thread_fd = open("/proc/thread-self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct caller_identity identity = { 0 };
	struct caller caller = { 0 };
	FILE *lines;
	size_t size;
	int r;

	if (thread_fd < 0)
		return syscall_errno();
	lines = open_memstream(&identity.lines, &size);
	r = lines ? write_identity(thread_fd, lines, &caller.umask) : -ENOMEM;
	if (lines && fclose(lines) != 0 && r == 0)
		r = -ENOMEM;
	if (r == 0)
		r = read_cgroup(thread_fd, &identity.cgroup);
	caller.dumpable = prctl(PR_GET_DUMPABLE) == 1;
	if (r < 0) {
		caller_identity_done(&identity);
		return r;
	}
	*ret_caller = caller;
	*ret_identity = identity;
	return 0;
}

void caller_identity_done(struct caller_identity *identity)
{
	free(identity->lines);
	free(identity->cgroup);
	*identity = (struct caller_identity){ 0 };
}

int caller_compare(const struct caller_identity *before, const struct caller_identity *now,
	struct remand_error *error)
{
	const char *a = before->lines, *b = now->lines;

	while (*a && *b) {
		const size_t a_length = strcspn(a, "\n"), b_length = strcspn(b, "\n");

		if (a_length != b_length || memcmp(a, b, a_length) != 0)
			return error_say(error, REMAND_STAGE_CLONE, -EPERM,
				"the starter was made by a caller with '%.*s', and the caller is "
				"now one with '%.*s'; make a new one with remand_starter_new()",
				(int)a_length, a, (int)b_length, b);
		a += a_length + 1;
		b += b_length + 1;
	}
	return 0;
}

/* The plan's descriptors may be on their way to it: lowered by itself, at the order to go. */
static int leave_room(pid_t pid, struct rlimit *files)
{
	struct rlimit its;

	if (prlimit(pid, RLIMIT_NOFILE, NULL, &its) < 0)
		return -1;
	if (files->rlim_max < its.rlim_max)
		files->rlim_max = its.rlim_max;
	files->rlim_cur = files->rlim_max;
	return 0;
}

static int give_rlimits(pid_t pid, struct remand_error *error)
{
	for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
		const __rlimit_resource_t resource = (__rlimit_resource_t)i;
		struct rlimit own;

		if (getrlimit(resource, &own) < 0 ||
			(i == RLIMIT_NOFILE && leave_room(pid, &own) < 0) ||
			prlimit(pid, resource, &own, NULL) < 0)
			return error_errno(error, REMAND_STAGE_RLIMIT, syscall_errno(),
				"cannot give the keeper the caller's own limit %s",
				rlimits_name(i));
	}
	return 0;
}

int caller_give(pid_t keeper_pid, struct remand_error *error)
{
	unsigned long cpus[128]; /* 8192 CPUs, the most that Linux knows */
	long size = syscall(SYS_sched_getaffinity, 0, sizeof(cpus), cpus);

	if (size < 0 || syscall(SYS_sched_setaffinity, keeper_pid, (size_t)size, cpus) < 0)
		return error_errno(error, REMAND_STAGE_SCHEDULE, syscall_errno(),
			"cannot give the keeper the caller's own CPUs");
	/* A lower value may be refused, and is not missed: launch.c raises what must be. */
	(void)setpriority(PRIO_PROCESS, (id_t)keeper_pid, getpriority(PRIO_PROCESS, 0));
	return give_rlimits(keeper_pid, error);
}
