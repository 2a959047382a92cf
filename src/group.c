/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The run's group. Limits are written and read back before the target exists; the target is born
 * inside (CLONE_INTO_CGROUP), so that there is no moment in which it runs unlimited. Everything
 * after mkdir goes through the directory's fd: a path could be renamed under us, the fd cannot.
 */
#include "group.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"
#include "fd.h"
#include "file.h"
#include "owner.h"
#include "syscalls.h"

int group_draw_name(struct group *group, struct remand_error *error)
{
	int r = owner_name(group->name);

	return r < 0 ? error_errno(error, REMAND_STAGE_GROUP, r, "cannot find a name for a cgroup")
		     : 0;
}

static int make_directory(struct group *group, struct remand_error *error)
{
	for (;;) {
		int r = group_draw_name(group, error);

		if (r < 0)
			return r;
		if (mkdirat(group->base_fd, group->name, 0755) == 0)
			break;
		if (errno != EEXIST)
			return error_errno(error, REMAND_STAGE_GROUP, syscall_errno(),
				"cannot make the cgroup %s", group->name);
	}
	group->fd = openat(group->base_fd, group->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group->fd < 0) {
		int r = syscall_errno();

		unlinkat(group->base_fd, group->name, AT_REMOVEDIR);
		return error_errno(
			error, REMAND_STAGE_GROUP, r, "cannot open the cgroup %s", group->name);
	}
	return 0;
}

/* A limit counts only when the kernel says that it has it. */
static int write_checked(
	const struct group *group, const char *file, const char *value, struct remand_error *error)
{
	char text[256];
	int r = file_write(group->fd, file, value);

	if (r == 0)
		r = file_read(group->fd, file, text, sizeof(text));
	if (r < 0)
		return error_errno(
			error, REMAND_STAGE_GROUP, r, "cannot set %s to %s", file, value);
	if (strcmp(text, value) != 0)
		return error_say(error, REMAND_STAGE_GROUP, -EIO,
			"the kernel took %s as '%s' where '%s' was asked for", file, text, value);
	return 0;
}

static int limit_memory(const struct group *group, uint64_t bytes, struct remand_error *error)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	char value[32];
	int r;

	if (bytes == REMAND_UNLIMITED)
		return 0;
	/* memory.max is kept in whole pages; rounding down keeps the promise. */
	snprintf(value, sizeof(value), "%" PRIu64, bytes / page * page);
	r = write_checked(group, "memory.max", value, error);
	if (r < 0)
		return r;
	/* One process over the limit ends all of them: no half-killed program goes on. */
	r = write_checked(group, "memory.oom.group", "1", error);
	if (r < 0)
		return r;
	/* A kernel without swap support has no such file, and no swap that it could limit. */
	if (faccessat(group->fd, "memory.swap.max", F_OK, 0) < 0 && errno == ENOENT)
		return 0;
	return write_checked(group, "memory.swap.max", "0", error);
}

static int limit_pids(const struct group *group, uint64_t pids, struct remand_error *error)
{
	char value[32];

	if (pids == REMAND_UNLIMITED)
		return 0;
	snprintf(value, sizeof(value), "%" PRIu64, pids);
	return write_checked(group, "pids.max", value, error);
}

static int limit_cpus(
	const struct group *group, const struct remand_spec *spec, struct remand_error *error)
{
	char value[64];
	int r;

	if (spec->cpus_milli != REMAND_UNLIMITED) {
		/* Quota per period of 100 ms: a thousandth of a CPU is 100 us. */
		snprintf(value, sizeof(value), "%" PRIu64 " 100000", spec->cpus_milli * 100);
		r = write_checked(group, "cpu.max", value, error);
		if (r < 0)
			return r;
	}
	if (!spec->cpuset)
		return 0;
	/* The kernel rewrites the list in its own form ("0,1" becomes "0-1"), so that only writing
	 * can be checked here; CPUs that do not exist are dropped, which leaves fewer, never more.
	 */
	r = file_write(group->fd, "cpuset.cpus", spec->cpuset);
	if (r == 0)
		r = file_read(group->fd, "cpuset.cpus.effective", value, sizeof(value));
	if (r == 0 && value[0] == '\0')
		r = -ENXIO;
	return r < 0 ? error_errno(error, REMAND_STAGE_GROUP, r, "cannot set cpuset.cpus to %s",
			       spec->cpuset)
		     : 0;
}

static int limit(
	const struct group *group, const struct remand_spec *spec, struct remand_error *error)
{
	int r = limit_memory(group, spec->memory_bytes, error);

	if (r == 0)
		r = limit_pids(group, spec->pids, error);
	if (r == 0)
		r = limit_cpus(group, spec, error);
	return r;
}

static int open_events(
	struct group *group, const struct remand_spec *spec, struct remand_error *error)
{
	const int flags = O_RDONLY | O_CLOEXEC;

	group->events_fd = openat(group->fd, "cgroup.events", flags);
	if (group->events_fd < 0)
		return error_errno(
			error, REMAND_STAGE_GROUP, syscall_errno(), "cannot open cgroup.events");
	group->memory_fd = openat(group->fd, "memory.events", flags);
	if (group->memory_fd < 0 && spec->memory_bytes != REMAND_UNLIMITED)
		return error_errno(
			error, REMAND_STAGE_GROUP, syscall_errno(), "cannot open memory.events");
	group->pids_fd = openat(group->fd, "pids.events", flags);
	if (group->pids_fd < 0 && spec->pids != REMAND_UNLIMITED)
		return error_errno(
			error, REMAND_STAGE_GROUP, syscall_errno(), "cannot open pids.events");
	if (faccessat(group->fd, "cgroup.kill", W_OK, AT_EACCESS) < 0)
		return error_errno(error, REMAND_STAGE_GROUP, syscall_errno(),
			"cannot use cgroup.kill, which needs Linux 5.14 and a group of our own");
	return 0;
}

int group_create(struct group *ret_group, int base_fd, const struct remand_spec *spec,
	struct remand_error *error)
{
	struct group group = GROUP_EMPTY;
	int r;

	group.base_fd = base_fd;
	r = make_directory(&group, error);
	if (r < 0)
		return r;
	r = owner_mark(group.fd);
	if (r < 0)
		error_errno(error, REMAND_STAGE_GROUP, r, "cannot mark the cgroup %s as ours",
			group.name);
	if (r == 0)
		r = limit(&group, spec, error);
	if (r == 0)
		r = open_events(&group, spec, error);
	if (r < 0) {
		group_remove(&group);
		return r;
	}
	*ret_group = group;
	return 0;
}

int group_kill(const struct group *group)
{
	return file_write(group->fd, "cgroup.kill", "1");
}

int group_populated(const struct group *group)
{
	char text[256];
	uint64_t populated = 0;
	int r = file_read_fd(group->events_fd, text, sizeof(text));

	if (r == 0)
		r = file_find_u64(text, "populated", &populated);
	return r < 0 ? r : populated != 0;
}

void group_await_empty(const struct group *group, uint64_t deadline_ns)
{
	struct pollfd changed = { .fd = group->events_fd, .events = POLLPRI };
	struct timespec left;
	int n = 1;

	while (group_populated(group) == 1 && (n > 0 || (n < 0 && errno == EINTR)))
		n = ppoll(&changed, 1, clock_until(deadline_ns, &left), NULL);
}

int group_cpu_ns(const struct group *group, uint64_t *ret_cpu_ns)
{
	char text[1024];
	uint64_t usage_us;
	int r = file_read(group->fd, "cpu.stat", text, sizeof(text));

	if (r == 0)
		r = file_find_u64(text, "usage_usec", &usage_us);
	if (r == 0)
		*ret_cpu_ns = usage_us * NS_PER_US;
	return r;
}

/* A "key value" counter of an open events file; 0 when there is none. */
static uint64_t read_counter(int fd, const char *key)
{
	char text[512];
	uint64_t value = 0;

	if (fd >= 0 && file_read_fd(fd, text, sizeof(text)) == 0)
		(void)file_find_u64(text, key, &value);
	return value;
}

uint64_t group_oom_kills(const struct group *group)
{
	/* A kill without an OOM of this group's own is the host's or a parent's. */
	return read_counter(group->memory_fd, "oom") > 0
		       ? read_counter(group->memory_fd, "oom_kill")
		       : 0;
}

uint64_t group_fork_refusals(const struct group *group)
{
	return read_counter(group->pids_fd, "max");
}

/* Digits as the kernel prints them. */
static uint64_t parse_u64(const char *text)
{
	return strtoull(text, NULL, 10);
}

static uint64_t read_number(const struct group *group, const char *file)
{
	char text[64];
	uint64_t value = REMAND_UNKNOWN;

	if (file_read(group->fd, file, text, sizeof(text)) == 0)
		value = parse_u64(text);
	return value;
}

/* accounting/psi.rst: "some avg10=0.00 avg60=0.00 avg300=0.00 total=<us>". */
static uint64_t read_pressure_ns(const struct group *group, const char *file)
{
	char text[256];
	const char *total;

	if (file_read(group->fd, file, text, sizeof(text)) < 0 || strncmp(text, "some ", 5) != 0)
		return REMAND_UNKNOWN;
	total = strstr(text, "total=");
	return total ? parse_u64(total + 6) * NS_PER_US : REMAND_UNKNOWN;
}

static void measure_cpu(const struct group *group, struct group_usage *usage)
{
	char text[1024];
	uint64_t us;

	usage->cpu_ns = usage->user_ns = usage->system_ns = REMAND_UNKNOWN;
	if (file_read(group->fd, "cpu.stat", text, sizeof(text)) < 0)
		return;
	if (file_find_u64(text, "usage_usec", &us) == 0)
		usage->cpu_ns = us * NS_PER_US;
	if (file_find_u64(text, "user_usec", &us) == 0)
		usage->user_ns = us * NS_PER_US;
	if (file_find_u64(text, "system_usec", &us) == 0)
		usage->system_ns = us * NS_PER_US;
}

uint64_t group_memory_bytes(const struct group *group)
{
	return read_number(group, "memory.current");
}

uint64_t group_pids(const struct group *group)
{
	return read_number(group, "pids.current");
}

void group_measure(const struct group *group, struct group_usage *ret_usage)
{
	measure_cpu(group, ret_usage);
	ret_usage->memory_peak_bytes = read_number(group, "memory.peak"); /* since Linux 5.19 */
	ret_usage->pids_peak = read_number(group, "pids.peak");           /* since Linux 6.1 */
	ret_usage->oom_kill = read_counter(group->memory_fd, "oom_kill");
	ret_usage->oom = read_counter(group->memory_fd, "oom");
	ret_usage->memory_max_events = read_counter(group->memory_fd, "max");
	ret_usage->pids_max_events = group_fork_refusals(group);
	ret_usage->pressure_cpu_ns = read_pressure_ns(group, "cpu.pressure");
	ret_usage->pressure_memory_ns = read_pressure_ns(group, "memory.pressure");
	ret_usage->pressure_io_ns = read_pressure_ns(group, "io.pressure");
}

void group_close(struct group *group)
{
	group->fd = fd_close(group->fd);
	group->events_fd = fd_close(group->events_fd);
	group->memory_fd = fd_close(group->memory_fd);
	group->pids_fd = fd_close(group->pids_fd);
}

int group_remove_empty(struct group *group)
{
	int r = unlinkat(group->base_fd, group->name, AT_REMOVEDIR) < 0 ? syscall_errno() : 0;

	if (r != -EBUSY)
		group_close(group);
	return r;
}

int group_remove(struct group *group)
{
	int r = group->fd >= 0 ? group_remove_empty(group) : 0;

	/* Somebody put a process in after the kill: it goes the same way, once. */
	if (r == -EBUSY && group_kill(group) == 0) {
		group_await_empty(group, clock_after(clock_now_ns(), GROUP_DYING_NS));
		r = group_remove_empty(group);
	}
	group_close(group);
	return r;
}
