/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mark is "boot-id pid-namespace pid start-time". A pid alone may have been reused; together
 * with the start time (proc(5), stat field 22, in ticks since boot) and the boot id it is unique.
 * A mark from another pid namespace cannot be judged from here, so its group is left alone.
 */
#include "owner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "syscalls.h"

#define ATTRIBUTE "user.remand.owner"

/* Between making and marking a group lie microseconds. */
#define UNMARKED_S 60

struct owner {
	char boot_id[40];
	unsigned long pid_namespace;
	int pid;
	unsigned long long start_time;
};

static int read_start_time(const char *stat_path, unsigned long long *ret)
{
	char text[1024], *field;
	int r = file_read(AT_FDCWD, stat_path, text, sizeof(text));

	if (r < 0)
		return r;
	/* The command name may hold blanks and parentheses; the fields go on after its last ")". */
	field = strrchr(text, ')');
	for (int i = 2; field && i < 22; i++)
		field = strchr(field + 1, ' ');
	if (!field)
		return -EIO;
	*ret = strtoull(field + 1, NULL, 10);
	return 0;
}

static int describe_self(struct owner *ret)
{
	struct owner owner = { .pid = getpid() };
	struct stat st;
	int r = file_read(
		AT_FDCWD, "/proc/sys/kernel/random/boot_id", owner.boot_id, sizeof(owner.boot_id));

	if (r < 0)
		return r;
	if (stat("/proc/self/ns/pid", &st) < 0)
		return syscall_errno();
	owner.pid_namespace = st.st_ino;
	r = read_start_time("/proc/self/stat", &owner.start_time);
	if (r < 0)
		return r;
	*ret = owner;
	return 0;
}

int owner_mark(int group_fd)
{
	struct owner self;
	char text[128];
	int r = describe_self(&self);

	if (r < 0)
		return r;
	r = snprintf(text, sizeof(text), "%s %lu %d %llu", self.boot_id, self.pid_namespace,
		self.pid, self.start_time);
	return fsetxattr(group_fd, ATTRIBUTE, text, (size_t)r, 0) < 0 ? syscall_errno() : 0;
}

/* The fields of a mark, each ended by one blank or the end of the text. */
static int parse_mark(const char *text, struct owner *ret)
{
	size_t length = strcspn(text, " ");
	char *end;

	if (length != 36 || text[length] == '\0') /* a UUID */
		return -EINVAL;
	memcpy(ret->boot_id, text, length);
	ret->boot_id[length] = '\0';
	ret->pid_namespace = strtoul(text + length, &end, 10);
	if (*end != ' ')
		return -EINVAL;
	ret->pid = (int)strtol(end, &end, 10);
	if (*end != ' ')
		return -EINVAL;
	ret->start_time = strtoull(end, &end, 10);
	return *end == '\0' && ret->pid > 0 ? 0 : -EINVAL;
}

static int read_mark(int group_fd, struct owner *ret)
{
	char text[128];
	ssize_t n = fgetxattr(group_fd, ATTRIBUTE, text, sizeof(text) - 1);

	if (n < 0)
		return syscall_errno();
	text[n] = '\0';
	return parse_mark(text, ret);
}

bool owner_is_gone(int group_fd)
{
	struct owner owner, self;
	unsigned long long start_time;
	char path[32];
	int r;

	if (read_mark(group_fd, &owner) < 0 || describe_self(&self) < 0)
		return false;
	if (strcmp(owner.boot_id, self.boot_id) != 0)
		return true;
	if (owner.pid_namespace != self.pid_namespace)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/stat", owner.pid);
	r = read_start_time(path, &start_time);
	/* ENOENT: no such process; ESRCH: it ended between open and read. */
	return r == -ENOENT || r == -ESRCH || (r == 0 && start_time != owner.start_time);
}

bool owner_is_missing(int group_fd)
{
	struct timespec now;
	struct stat st;
	char text[1];

	/* ERANGE: there is one. */
	if (fgetxattr(group_fd, ATTRIBUTE, text, sizeof(text)) >= 0 || errno != ENODATA)
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	return fstat(group_fd, &st) == 0 && now.tv_sec - st.st_ctime > UNMARKED_S;
}
