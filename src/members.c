/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A walk down the tree of children. Numbers are only read: each process is asked for its parent,
 * and one that names another than it was found under has taken a number over and is not ours. A
 * walk takes time, so what it adds up is a watch and no wall.
 */
#include "members.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "directory.h"
#include "fd.h"
#include "file.h"
#include "syscalls.h"

/* More than any pids limit that RLIMIT_NPROC could stand for. */
#define MEMBERS_MAX 65536

struct member {
	pid_t pid, parent;
};

struct walk {
	struct member *members;
	size_t count, capacity;
	uint64_t shared_most;
	struct members_usage usage;
};

static int find(struct walk *walk, pid_t pid, pid_t parent)
{
	if (walk->count == walk->capacity) {
		size_t capacity = walk->capacity * 2 + 64;
		struct member *grown = reallocarray(walk->members, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		walk->members = grown;
		walk->capacity = capacity;
	}
	if (walk->count == MEMBERS_MAX)
		return -E2BIG;
	walk->members[walk->count++] = (struct member){ pid, parent };
	return 0;
}

/* proc(5), /proc/pid/task/tid/children: numbers and blanks. */
static int find_children_of_thread(struct walk *walk, int task_fd, const char *tid, pid_t pid)
{
	char path[300], *text = NULL;
	CLEANUP_FREE char *line = NULL;
	size_t size = 0;
	FILE *file;
	int fd, r = 0;

	snprintf(path, sizeof(path), "%s/children", tid);
	fd = openat(task_fd, path, O_RDONLY | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "re");
	if (!file) {
		r = errno == ENOENT || errno == ESRCH ? 0 : syscall_errno();
		fd_close(fd);
		return r;
	}
	if (getdelim(&line, &size, '\0', file) > 0)
		text = line;
	while (r == 0 && text) {
		char *end;
		pid_t child = (pid_t)strtol(text, &end, 10);

		if (end == text)
			break;
		text = end;
		r = find(walk, child, pid);
	}
	fclose(file);
	return r;
}

static int find_children(struct walk *walk, int directory, pid_t pid)
{
	int task_fd = openat(directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *tasks = task_fd < 0 ? NULL : fdopendir(task_fd);
	const struct dirent *entry;
	int r = 0;

	if (!tasks) {
		r = errno == ENOENT || errno == ESRCH ? 0 : syscall_errno();
		fd_close(task_fd);
		return r;
	}
	while (r == 0 && (r = directory_next(tasks, &entry)) > 0)
		r = entry->d_name[0] == '.'
			    ? 0
			    : find_children_of_thread(walk, task_fd, entry->d_name, pid);
	closedir(tasks);
	return r;
}

/* proc(5), /proc/pid/stat: what follows the name, which may hold anything, in parentheses. */
struct stat_times {
	int parent;
	unsigned long own, reaped; /* in clock ticks */
};

static int read_times(int directory, struct stat_times *ret)
{
	char text[1024];
	unsigned long user, system;
	long reaped_user, reaped_system;
	const char *rest;
	int r = file_read(directory, "stat", text, sizeof(text));

	if (r < 0)
		return r;
	rest = strrchr(text, ')');
	if (!rest || sscanf(rest + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld",
			     &ret->parent, &user, &system, &reaped_user, &reaped_system) != 5)
		return -EIO;
	ret->own = user + system;
	ret->reaped = (unsigned long)(reaped_user + reaped_system);
	return 0;
}

/* proc(5), /proc/pid/statm: size resident shared, in pages. */
static void add_memory(struct walk *walk, int directory)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t resident = 0, shared = 0;
	char text[256];

	if (file_read(directory, "statm", text, sizeof(text)) < 0 ||
		sscanf(text, "%*u %" SCNu64 " %" SCNu64, &resident, &shared) != 2)
		return;
	if (resident > shared)
		walk->usage.memory_bytes += (resident - shared) * page;
	if (shared * page > walk->shared_most)
		walk->shared_most = shared * page;
}

static int measure(struct walk *walk, size_t i)
{
	const struct member member = walk->members[i];
	const uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	struct stat_times times;
	CLEANUP_FD int directory = -1;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", member.pid);
	directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return errno == ENOENT && i > 0 ? 0 : syscall_errno();
	/* It ended meanwhile, or its number is somebody else's by now. */
	if (read_times(directory, &times) < 0 || (i > 0 && times.parent != member.parent))
		return 0;
	walk->usage.cpu_ns += times.reaped * tick_ns;
	/* The keeper's own is ours and not the program's. */
	if (i > 0) {
		walk->usage.cpu_ns += times.own * tick_ns;
		walk->usage.count++;
		add_memory(walk, directory);
	}
	return find_children(walk, directory, member.pid);
}

int members_measure(pid_t keeper_pid, struct members_usage *ret_usage)
{
	struct walk walk = { 0 };
	int r = find(&walk, keeper_pid, 0);

	for (size_t i = 0; r == 0 && i < walk.count; i++)
		r = measure(&walk, i);
	free(walk.members);
	walk.usage.memory_bytes += walk.shared_most;
	if (r == 0)
		*ret_usage = walk.usage;
	return r;
}
