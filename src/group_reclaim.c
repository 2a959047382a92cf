/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups that a dead supervisor left behind: killed and removed by the next one that comes along.
 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "directory.h"
#include "fd.h"
#include "group.h"
#include "owner.h"

/* Somebody else's leftovers hold up our start: what is stuck in the kernel is for another day. */
#define LEFTOVER_DYING_NS NS_PER_S

/* Most groups beside a new one are our own other runs: own_mark. */
static void reclaim(int base_fd, const char *name, const char *own_mark)
{
	struct group group = GROUP_EMPTY;

	group.base_fd = base_fd;
	group.fd = openat(base_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (group.fd < 0)
		return;
	if (!owner_has_mark(group.fd, own_mark) &&
		(owner_is_gone(group.fd) || owner_died_before_mark(group.fd, name)))
		group.events_fd = openat(group.fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (group.events_fd >= 0) {
		memcpy(group.name, name, strlen(name) + 1);
		(void)group_kill(&group);
		group_await_empty(&group, clock_after(clock_now_ns(), LEFTOVER_DYING_NS));
		/* A pipeline's: the groups of its stages have the same owner. */
		group_reclaim(group.fd);
		(void)group_remove(&group);
		return;
	}
	fd_close(group.fd);
}

static bool is_group_name(const char *name)
{
	return strncmp(name, "run-", 4) == 0 && strlen(name) < sizeof(((struct group *)NULL)->name);
}

void group_reclaim(int base_fd)
{
	/* An own open file description: reading must not move the offset of the caller's. */
	int fd = openat(base_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
	char own_mark[OWNER_MARK_BYTES] = "";
	const struct dirent *entry;

	if (!directory) {
		fd_close(fd);
		return;
	}
	/* What cannot be seen now is there for the next. (That there is an entry then, analyzers do
	 * not see so deep in a recursion.) */
	while (directory_next(directory, &entry) > 0 && entry) {
		if (!is_group_name(entry->d_name))
			continue;
		if (!own_mark[0])
			(void)owner_write(own_mark);
		reclaim(base_fd, entry->d_name, own_mark);
	}
	closedir(directory);
}
