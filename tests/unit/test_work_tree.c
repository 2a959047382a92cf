/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Giving a directory to another owner, whatever a hostile program has put into it. */
#include <errno.h>
#include <sched.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

#include "failing_readdir.h"
#include "scratch.h"
#include "table.h"
#include "work.h"

#define FROM 64001
static const struct work_owner to = { 64002, 64003 };

#define NEEDS_ROOT(scratch)                     \
	if (geteuid() != 0 || (scratch).fd < 0) \
	SKIP("needs root")

static uid_t owner_of(int directory, const char *name)
{
	struct stat st;

	return fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? (uid_t)-1 : st.st_uid;
}

static int give(int directory, const char *name, uid_t uid)
{
	return fchownat(directory, name, uid, uid, AT_SYMLINK_NOFOLLOW);
}

static int make_file(int directory, const char *name, uid_t uid)
{
	CLEANUP_FD int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : give(directory, name, uid);
}

static int make_directory(int directory, const char *name, uid_t uid)
{
	return mkdirat(directory, name, 0700) < 0 ? -1 : give(directory, name, uid);
}

TEST(the_directory_and_all_that_its_owner_has_below_it_change_hands)
{
	static const char *const names[] = { ".", "file", "a", "a/file", "a/b", "a/b/file",
		".hidden", "new\nline", "a b", "-rf", "\xff\xfe" };
	SCRATCH(work, "/tmp");
	struct stat st;

	NEEDS_ROOT(work);
	CHECK_INT(give(work.fd, ".", FROM), 0);
	CHECK_INT(make_directory(work.fd, "a", FROM), 0);
	CHECK_INT(make_directory(work.fd, "a/b", FROM), 0);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (owner_of(work.fd, names[i]) == (uid_t)-1)
			CHECK_INT(make_file(work.fd, names[i], FROM), 0);
	CHECK_INT(work_chown(work.fd, FROM, &to, false), 0);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		CHECK_INT(fstatat(work.fd, names[i], &st, AT_SYMLINK_NOFOLLOW), 0);
		CHECK_ROW(st.st_uid == to.uid && st.st_gid == to.gid, names[i]);
	}
}

TEST(what_belongs_to_others_stays_theirs_but_what_lies_below_it_is_found)
{
	SCRATCH(work, "/tmp");

	NEEDS_ROOT(work);
	CHECK_INT(make_file(work.fd, "roots", 0), 0);
	CHECK_INT(make_directory(work.fd, "others", 999), 0);
	CHECK_INT(make_file(work.fd, "others/ours", FROM), 0);
	CHECK_INT(make_file(work.fd, "others/theirs", 999), 0);
	CHECK_INT(work_chown(work.fd, FROM, &to, false), 0);
	CHECK_INT(owner_of(work.fd, "."), 0);
	CHECK_INT(owner_of(work.fd, "roots"), 0);
	CHECK_INT(owner_of(work.fd, "others"), 999);
	CHECK_INT(owner_of(work.fd, "others/theirs"), 999);
	CHECK_INT(owner_of(work.fd, "others/ours"), to.uid);
}

TEST(links_change_hands_themselves_and_what_they_point_to_does_not)
{
	SCRATCH(work, "/tmp");
	SCRATCH(outside, "/tmp");
	char path[128];

	NEEDS_ROOT(work);
	CHECK_INT(make_file(outside.fd, "file", FROM), 0);
	CHECK_INT(make_directory(outside.fd, "directory", FROM), 0);
	CHECK_INT(make_file(outside.fd, "directory/file", FROM), 0);
	CHECK_INT(symlinkat(scratch_join(&outside, "file", path), work.fd, "file"), 0);
	CHECK_INT(symlinkat(scratch_join(&outside, "directory", path), work.fd, "directory"), 0);
	CHECK_INT(symlinkat("..", work.fd, "up"), 0);
	CHECK_INT(symlinkat("self", work.fd, "self"), 0);
	CHECK_INT(symlinkat("/proc/self/root", work.fd, "magic"), 0);
	CHECK_INT(give(work.fd, "file", FROM), 0);
	CHECK_INT(give(work.fd, "directory", FROM), 0);
	CHECK_INT(work_chown(work.fd, FROM, &to, true), 0);
	CHECK_INT(owner_of(work.fd, "file"), to.uid);
	CHECK_INT(owner_of(work.fd, "directory"), to.uid);
	CHECK_INT(owner_of(outside.fd, "file"), FROM);
	CHECK_INT(owner_of(outside.fd, "directory"), FROM);
	CHECK_INT(owner_of(outside.fd, "directory/file"), FROM);
}

/* True when something was opened that is not a directory. */
static bool was_opened(int watcher)
{
	_Alignas(struct inotify_event) char buffer[4096];
	ssize_t n = read(watcher, buffer, sizeof(buffer));
	bool opened = false;

	for (char *at = buffer; at < buffer + (n < 0 ? 0 : n);) {
		const struct inotify_event *event = (const void *)at;

		opened |= !(event->mask & IN_ISDIR);
		at += sizeof(*event) + event->len;
	}
	return opened;
}

TEST(fifos_devices_sockets_and_files_are_never_opened)
{
	static const struct {
		const char *name;
		mode_t mode;
	} nodes[] = { { "fifo", S_IFIFO }, { "socket", S_IFSOCK }, { "char", S_IFCHR },
		{ "block", S_IFBLK }, { "file", S_IFREG } };
	SCRATCH(work, "/tmp");
	CLEANUP_FD int watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	NEEDS_ROOT(work);
	for (size_t i = 0; i < COUNT_OF(nodes); i++) {
		if (mknodat(work.fd, nodes[i].name, nodes[i].mode | 0600, makedev(1, 3)) < 0)
			SKIP("no device nodes here");
		CHECK_INT(give(work.fd, nodes[i].name, FROM), 0);
	}
	CHECK(inotify_add_watch(watcher, work.path, IN_OPEN) >= 0);
	CHECK_INT(work_chown(work.fd, FROM, &to, true), 0);
	CHECK(!was_opened(watcher));
	for (size_t i = 0; i < COUNT_OF(nodes); i++)
		CHECK_ROW(owner_of(work.fd, nodes[i].name) == to.uid, nodes[i].name);
}

TEST(a_file_that_has_a_second_name_is_not_lent)
{
	SCRATCH(work, "/tmp");
	SCRATCH(outside, "/tmp");

	NEEDS_ROOT(work);
	CHECK_INT(make_file(outside.fd, "precious", FROM), 0);
	CHECK_INT(linkat(outside.fd, "precious", work.fd, "name", 0), 0);
	CHECK_INT(make_file(work.fd, "single", FROM), 0);
	CHECK_INT(work_chown(work.fd, FROM, &to, false), 0);
	CHECK_INT(owner_of(outside.fd, "precious"), FROM);
	CHECK_INT(owner_of(work.fd, "single"), to.uid);
}

TEST(a_file_that_has_a_second_name_is_given_back)
{
	SCRATCH(work, "/tmp");

	NEEDS_ROOT(work);
	CHECK_INT(make_file(work.fd, "one", FROM), 0);
	CHECK_INT(linkat(work.fd, "one", work.fd, "two", 0), 0);
	CHECK_INT(work_chown(work.fd, FROM, &to, true), 0);
	CHECK_INT(owner_of(work.fd, "one"), to.uid);
	CHECK_INT(owner_of(work.fd, "two"), to.uid);
}

TEST(a_directory_without_any_permission_is_no_hiding_place)
{
	SCRATCH(work, "/tmp");

	NEEDS_ROOT(work);
	CHECK_INT(make_directory(work.fd, "closed", FROM), 0);
	CHECK_INT(make_file(work.fd, "closed/file", FROM), 0);
	CHECK_INT(fchmodat(work.fd, "closed", 0, 0), 0);
	CHECK_INT(fchmodat(work.fd, ".", 0, 0), 0);
	CHECK_INT(work_chown(work.fd, FROM, &to, false), 0);
	CHECK_INT(owner_of(work.fd, "closed"), to.uid);
	CHECK_INT(owner_of(work.fd, "closed/file"), to.uid);
}

TEST(many_entries_in_many_directories_all_change_hands)
{
	SCRATCH(work, "/tmp");
	char name[32];

	NEEDS_ROOT(work);
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		CHECK_INT(make_directory(work.fd, name, FROM), 0);
		for (int j = 0; j < 20; j++) {
			snprintf(name, sizeof(name), "d%d/%d", i, j);
			CHECK_INT(j % 2 ? make_directory(work.fd, name, FROM)
					: make_file(work.fd, name, FROM),
				0);
		}
	}
	CHECK_INT(work_chown(work.fd, FROM, &to, false), 0);
	for (int i = 0; i < 20; i++)
		for (int j = 0; j < 20; j++) {
			snprintf(name, sizeof(name), "d%d/%d", i, j);
			CHECK_ROW(owner_of(work.fd, name) == to.uid, name);
		}
}

/* ---- a tree deeper than PATH_MAX and than there are descriptors ---- */

#define DEPTH 10000

static int dig(int directory)
{
	int fd = fcntl(directory, F_DUPFD_CLOEXEC, 3);

	for (int i = 0; i < DEPTH && fd >= 0; i++) {
		int below = make_directory(fd, "d", FROM) < 0
				    ? -1
				    : openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		fd_close(fd);
		fd = below;
	}
	if (fd < 0 || make_file(fd, "bottom", FROM) < 0)
		return -1;
	fd_close(fd);
	return 0;
}

/* How many of the directories belong to the new owner; the file at the bottom counts, too. */
static int count_given(int directory)
{
	int fd = fcntl(directory, F_DUPFD_CLOEXEC, 3), count = 0;

	while (fd >= 0) {
		int below = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		count += owner_of(fd, below < 0 ? "bottom" : "d") == to.uid;
		fd_close(fd);
		fd = below;
	}
	return count;
}

/* Its shadow memory is mapped beyond any limit: gcc says so by a macro, clang by a feature. */
#ifdef __SANITIZE_ADDRESS__
#define ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER
#endif
#endif

static int chown_in_poverty(void *directory)
{
	const struct rlimit files = { 64, 64 };

	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		return 2;
#ifndef ADDRESS_SANITIZER
	const struct rlimit memory = { 64 << 20, 64 << 20 };

	if (setrlimit(RLIMIT_AS, &memory) < 0)
		return 3;
#endif
	return work_chown(*(int *)directory, FROM, &to, false) == 0 ? 0 : 1;
}

TEST(a_tree_of_10000_levels_is_walked_with_64_descriptors_and_little_memory)
{
	SCRATCH(work, "/tmp");

	NEEDS_ROOT(work);
	CHECK_INT(dig(work.fd), 0);
	CHECK_INT(count_given(work.fd), 0);
	CHECK_INT(scratch_child(chown_in_poverty, &work.fd), 0);
	CHECK_INT(count_given(work.fd), DEPTH + 1);
}

/* ---- mounts ---- */

#define NO_MOUNTS 77

/* The parent's descriptor leads to the mounts of the parent's namespace, where nothing is new. */
static int chown_here(const struct scratch *work)
{
	CLEANUP_FD int fd = open(work->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -1 : work_chown(fd, FROM, &to, true);
}

/* Another file system at mount/, with files that look as if they were meant. */
static int chown_around_mount(void *argument)
{
	const struct scratch *work = argument;
	CLEANUP_FD int inside = -1;
	char path[128];

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("none", scratch_join(work, "mount", path), "tmpfs", 0, NULL) < 0)
		return NO_MOUNTS;
	inside = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (inside < 0 || give(inside, ".", FROM) < 0 || make_file(inside, "file", FROM) < 0)
		return 1;
	if (chown_here(work) < 0)
		return 2;
	if (owner_of(inside, ".") != FROM)
		return 3;
	return owner_of(inside, "file") == FROM ? 0 : 4;
}

struct neighbours {
	const struct scratch *work, *outside;
};

/* A directory and a file from outside, of the same file system. */
static int chown_around_binds(void *argument)
{
	const struct neighbours *both = argument;
	const struct scratch *work = both->work, *outside = both->outside;
	char path[128], target[128];

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount(scratch_join(outside, "directory", path), scratch_join(work, "mount", target),
			NULL, MS_BIND, NULL) < 0 ||
		mount(scratch_join(outside, "file", path), scratch_join(work, "after", target),
			NULL, MS_BIND, NULL) < 0)
		return NO_MOUNTS;
	if (chown_here(work) < 0)
		return 2;
	if (owner_of(outside->fd, "directory/file") != FROM)
		return 3;
	if (owner_of(outside->fd, "directory") != FROM)
		return 4;
	return owner_of(outside->fd, "file") == FROM ? 0 : 5;
}

TEST(another_file_system_mounted_inside_is_not_entered)
{
	SCRATCH(work, "/tmp");
	int r;

	NEEDS_ROOT(work);
	CHECK_INT(make_directory(work.fd, "mount", 0), 0);
	CHECK_INT(make_file(work.fd, "after", FROM), 0);
	r = scratch_child(chown_around_mount, &work);
	if (r == NO_MOUNTS)
		SKIP("no mounts here");
	CHECK_INT(r, 0);
	CHECK_INT(owner_of(work.fd, "after"), to.uid);
}

TEST(a_file_or_directory_of_the_same_file_system_bound_inside_is_not_touched)
{
	SCRATCH(work, "/tmp");
	SCRATCH(outside, "/tmp");
	struct neighbours both = { &work, &outside };
	int r;

	NEEDS_ROOT(work);
	CHECK_INT(make_directory(work.fd, "mount", 0), 0);
	CHECK_INT(make_file(work.fd, "after", 0), 0);
	CHECK_INT(make_directory(outside.fd, "directory", FROM), 0);
	CHECK_INT(make_file(outside.fd, "directory/file", FROM), 0);
	CHECK_INT(make_file(outside.fd, "file", FROM), 0);
	r = scratch_child(chown_around_binds, &both);
	if (r == NO_MOUNTS)
		SKIP("no mounts here");
	CHECK_INT(r, 0);
}

TEST(a_single_file_changes_hands_and_an_empty_descriptor_is_refused)
{
	SCRATCH(work, "/tmp");
	CLEANUP_FD int ours = -1;
	CLEANUP_FD int theirs = -1;

	NEEDS_ROOT(work);
	CHECK_INT(make_file(work.fd, "ours", FROM), 0);
	CHECK_INT(make_file(work.fd, "theirs", 999), 0);
	ours = openat(work.fd, "ours", O_PATH | O_CLOEXEC);
	theirs = openat(work.fd, "theirs", O_PATH | O_CLOEXEC);
	CHECK_INT(work_chown(ours, FROM, &to, true), 0);
	CHECK_INT(work_chown(theirs, FROM, &to, true), 0);
	CHECK_INT(owner_of(work.fd, "ours"), to.uid);
	CHECK_INT(owner_of(work.fd, "theirs"), 999);
	CHECK_INT(work_chown(-1, FROM, &to, true), -EBADF);
}

TEST(a_directory_that_cannot_be_read_to_its_end_is_an_error)
{
	SCRATCH(work, "/tmp");

	NEEDS_ROOT(work);
	CHECK_INT(make_file(work.fd, "file", FROM), 0);
	for (int removing = 0; removing < 2; removing++) {
		int r;

		readdir_calls = 2;
		r = removing ? work_empty(work.fd) : work_chown(work.fd, FROM, &to, false);
		readdir_calls = -1;
		CHECK_INT(r, -EIO);
	}
}
