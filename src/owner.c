/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mark is "boot-id pid-namespace pid start-time". A pid alone may have been reused; together
 * with the start time (proc(5), stat field 22, in ticks since boot) and the boot id it is unique.
 * A mark from another pid namespace cannot be judged from here, so its group is left alone.
 *
 * Between making and marking a group its maker can be killed. So the name too says who made it, as
 * far as a name can: "run-" and, in hexadecimal digits, pid namespace (8), pid (6), random (10).
 */
#include "owner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fd.h"
#include "file.h"
#include "syscalls.h"

#define ATTRIBUTE "user.remand.owner"

#define NAME_PREFIX "run-"
#define NAME_DIGITS 24

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

static int read_own_namespace(unsigned long *ret)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) < 0)
		return syscall_errno();
	*ret = st.st_ino;
	return 0;
}

/* Where our pid is one, and until when; not who we are there. */
static int describe_place(struct owner *ret)
{
	int r = file_read(
		AT_FDCWD, "/proc/sys/kernel/random/boot_id", ret->boot_id, sizeof(ret->boot_id));

	return r < 0 ? r : read_own_namespace(&ret->pid_namespace);
}

static int write_mark(pid_t pid, const char *stat_path, char text[OWNER_MARK_BYTES])
{
	struct owner owner = { .pid = pid };
	int r = describe_place(&owner);

	if (r == 0)
		r = read_start_time(stat_path, &owner.start_time);
	if (r == 0)
		snprintf(text, OWNER_MARK_BYTES, "%s %lu %d %llu", owner.boot_id,
			owner.pid_namespace, owner.pid, owner.start_time);
	return r;
}

int owner_write(char text[OWNER_MARK_BYTES])
{
	return write_mark(getpid(), "/proc/self/stat", text);
}

/* In a /proc of another pid namespace, /proc/PID is somebody else. */
static bool has_own_proc(void)
{
	char own[16], link[16];
	int length = snprintf(own, sizeof(own), "%d", getpid());

	return readlink("/proc/self", link, sizeof(link)) == length &&
	       memcmp(own, link, (size_t)length) == 0;
}

static int put_mark(int group_fd, const char *text)
{
	return fsetxattr(group_fd, ATTRIBUTE, text, strlen(text), 0) < 0 ? syscall_errno() : 0;
}

int owner_mark(int group_fd)
{
	char text[OWNER_MARK_BYTES];
	int r = owner_write(text);

	return r < 0 ? r : put_mark(group_fd, text);
}

int owner_mark_as(int group_fd, pid_t pid)
{
	char text[OWNER_MARK_BYTES], path[32];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	r = has_own_proc() ? write_mark(pid, path, text) : -ENXIO;
	return r < 0 ? r : put_mark(group_fd, text);
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

/* pidfd_open(2) knows our own pid namespace, whichever /proc is mounted here. A zombie is alive. */
static bool is_dead(int pid)
{
	CLEANUP_FD int fd = pidfd_open(pid, 0);

	return fd < 0 && errno == ESRCH;
}

static bool read_mark(int group_fd, char text[OWNER_MARK_BYTES])
{
	ssize_t n = fgetxattr(group_fd, ATTRIBUTE, text, OWNER_MARK_BYTES - 1);

	if (n < 0)
		return false;
	text[n] = '\0';
	return true;
}

bool owner_has_mark(int group_fd, const char *mark)
{
	char text[OWNER_MARK_BYTES];

	return read_mark(group_fd, text) && strcmp(text, mark) == 0;
}

bool owner_is_gone(int group_fd)
{
	char text[OWNER_MARK_BYTES];

	/* Whom it named may have handed the group over to another before it ended: detach.c. Who
	 * has ended hands nothing over, so that a mark that still names it is final. */
	return read_mark(group_fd, text) && owner_mark_is_gone(text) &&
	       owner_has_mark(group_fd, text);
}

bool owner_mark_is_gone(const char *text)
{
	struct owner owner, here;
	unsigned long long start_time;
	char path[32];

	if (parse_mark(text, &owner) < 0 || describe_place(&here) < 0)
		return false;
	if (strcmp(owner.boot_id, here.boot_id) != 0)
		return true;
	if (owner.pid_namespace != here.pid_namespace)
		return false;
	if (is_dead(owner.pid))
		return true;
	snprintf(path, sizeof(path), "/proc/%d/stat", owner.pid);
	/* What cannot be read may be hidden from us (proc(5), hidepid): that proves nothing. */
	return has_own_proc() && read_start_time(path, &start_time) == 0 &&
	       start_time != owner.start_time;
}

int owner_name(char name[OWNER_NAME_BYTES])
{
	unsigned long pid_namespace;
	uint64_t random;
	int r = read_own_namespace(&pid_namespace);

	if (r < 0)
		return r;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return syscall_errno();
	snprintf(name, OWNER_NAME_BYTES, NAME_PREFIX "%08lx%06x%010" PRIx64,
		pid_namespace & 0xffffffff, (unsigned int)getpid() & 0xffffff,
		random & 0xffffffffff);
	return 0;
}

/* Who made a group of that name. */
static int parse_name(const char *name, unsigned long *ret_namespace, unsigned int *ret_pid)
{
	const char *digits = name + sizeof(NAME_PREFIX) - 1;

	if (strncmp(name, NAME_PREFIX, sizeof(NAME_PREFIX) - 1) != 0 ||
		strspn(digits, "0123456789abcdef") != NAME_DIGITS || digits[NAME_DIGITS] != '\0')
		return -EINVAL;
	return sscanf(digits, "%8lx%6x", ret_namespace, ret_pid) == 2 ? 0 : -EINVAL;
}

bool owner_died_before_mark(int group_fd, const char *name)
{
	unsigned long namespace, own_namespace;
	unsigned int pid;
	char text[1];

	/* ERANGE: there is one. */
	if (fgetxattr(group_fd, ATTRIBUTE, text, sizeof(text)) >= 0 || errno != ENODATA)
		return false;
	return parse_name(name, &namespace, &pid) == 0 && read_own_namespace(&own_namespace) == 0 &&
	       namespace == (own_namespace & 0xffffffff) && is_dead((int)pid);
}
