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

static int write_status(FILE *lines, mode_t *ret_umask)
{
	FILE *file = fopen("/proc/thread-self/status", "re");
	CLEANUP_FREE char *line = NULL;
	unsigned int mask;
	size_t size = 0;
	int r = -ENODATA;

	if (!file)
		return syscall_errno();
	while (getline(&line, &size, file) > 0) {
		if (is_identity(line))
			fputs(line, lines);
		if (sscanf(line, "Umask: %o", &mask) == 1) {
			*ret_umask = (mode_t)mask;
			r = 0;
		}
	}
	fclose(file);
	return r;
}

static int write_namespaces(FILE *lines)
{
	static const char *const names[] = { "user", "mnt", "pid_for_children", "net", "ipc", "uts",
		"cgroup", "time_for_children" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64], target[64];
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/thread-self/ns/%s", names[i]);
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0 && errno != ENOENT)
			return syscall_errno();
		fprintf(lines, "namespace %s: %.*s\n", names[i], n < 0 ? 0 : (int)n, target);
	}
	return 0;
}

static int write_identity(FILE *lines, mode_t *ret_umask)
{
	char label[1024];
	struct stat root;
	int r = write_status(lines, ret_umask);

	if (r == 0)
		r = write_namespaces(lines);
	if (r < 0)
		return r;
	if (stat("/", &root) < 0)
		return syscall_errno();
	fprintf(lines, "root directory: %ju:%ju\n", (uintmax_t)root.st_dev, (uintmax_t)root.st_ino);
	fprintf(lines, "securebits: %d\n", prctl(PR_GET_SECUREBITS));
	fprintf(lines, "personality: %d\n", personality(0xffffffff));
	/* EINVAL: no security module has labels. */
	if (file_read(AT_FDCWD, "/proc/thread-self/attr/current", label, sizeof(label)) == 0)
		fprintf(lines, "security label: %s\n", label);
	return 0;
}

/* The line of the v2 tree, cgroups(7); empty where there is none. */
static int read_cgroup(char **ret_cgroup)
{
	FILE *file = fopen("/proc/thread-self/cgroup", "re");
	CLEANUP_FREE char *line = NULL;
	size_t size = 0;
	int r = 0;

	if (!file)
		return syscall_errno();
	while (r == 0 && !*ret_cgroup && getline(&line, &size, file) > 0)
		if (strncmp(line, "0::", 3) == 0 && !(*ret_cgroup = strdup(line + 3)))
			r = -ENOMEM;
	fclose(file);
	if (r == 0 && !*ret_cgroup && !(*ret_cgroup = strdup("")))
		r = -ENOMEM;
	return r;
}

int caller_read(struct caller *ret_caller, struct caller_identity *ret_identity)
{
	struct caller_identity identity = { 0 };
	struct caller caller = { 0 };
	size_t size;
	FILE *lines = open_memstream(&identity.lines, &size);
	int r = lines ? write_identity(lines, &caller.umask) : -ENOMEM;

	if (lines && fclose(lines) != 0 && r == 0)
		r = -ENOMEM;
	if (r == 0)
		r = read_cgroup(&identity.cgroup);
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

static int give_rlimits(pid_t pid, struct remand_error *error)
{
	for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
		const __rlimit_resource_t resource = (__rlimit_resource_t)i;
		struct rlimit own;

		if (getrlimit(resource, &own) < 0 || prlimit(pid, resource, &own, NULL) < 0)
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
