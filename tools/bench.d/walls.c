/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * walls RUNS [GROUPS]: what each wall costs the kernel, by turns. One line a measurement: name,
 * tab, nanoseconds. A namespace: a child born in it (and in a user namespace), that ends at once,
 * beside one that is born in none. What a process does to itself is timed there. GROUPS: a
 * directory of cgroups in which one can be made.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FILTER_LENGTH 400
#define RULES         20

/* In a child in all namespaces but the network's, and what it takes: 0 or errno. */
struct wall {
	const char *name;
	uint64_t flags;    /* of the child */
	int (*work)(void); /* timed in the child; NULL: the child itself is timed */
	int group_fd;      /* born in that cgroup; -1: not */
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* An empty file system in memory, mounted on /. */
static int mount_tmpfs(void)
{
	int fs = (int)syscall(SYS_fsopen, "tmpfs", 0), fd;

	if (fs < 0 || syscall(SYS_fsconfig, fs, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0) < 0)
		return errno;
	fd = (int)syscall(SYS_fsmount, fs, 0, 0);
	return fd < 0 || syscall(SYS_move_mount, fd, "", AT_FDCWD, "/", 4 /* F_EMPTY_PATH */) < 0
		       ? errno
		       : 0;
}

static int mount_proc(void)
{
	int fs = (int)syscall(SYS_fsopen, "proc", 0);

	return fs < 0 ||
			       syscall(SYS_fsconfig, fs, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL,
				       0) < 0 ||
			       syscall(SYS_fsmount, fs, 0, 0) < 0
		       ? errno
		       : 0;
}

/* A directory of the host, read-only: one of some 30 of a cell. */
static int bind_directory(void)
{
	struct {
		uint64_t set, clear, propagation, userns_fd;
	} read_only = { .set = 1 };
	int tree = (int)syscall(
		SYS_open_tree, AT_FDCWD, "/usr", 1 /* OPEN_TREE_CLONE */ | AT_RECURSIVE);

	return tree < 0 ||
			       syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE,
				       &read_only, sizeof(read_only)) < 0 ||
			       syscall(SYS_move_mount, tree, "", AT_FDCWD, "/usr", 4) < 0
		       ? errno
		       : 0;
}

static int landlock(void)
{
	const uint64_t handled = (1 << 13) - 1;
	struct {
		uint64_t access;
		int32_t fd;
	} __attribute__((packed)) rule = { .access = 1 << 2 };
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);

	rule.fd = open("/usr", O_PATH);
	for (int i = 0; i < RULES; i++)
		if (syscall(SYS_landlock_add_rule, ruleset, 1, &rule, 0) < 0)
			return errno;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
			       syscall(SYS_landlock_restrict_self, ruleset, 0) < 0
		       ? errno
		       : 0;
}

/* As long as that of the default policy; each call passes at once, so that it is not measured. */
static int load_filter(unsigned int flags)
{
	struct sock_filter filter[FILTER_LENGTH];
	struct sock_fprog program = { FILTER_LENGTH, filter };

	for (int i = 0; i < FILTER_LENGTH; i++)
		filter[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
			       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) < 0
		       ? errno
		       : 0;
}

static int filter(void)
{
	return load_filter(0);
}

static int watched_filter(void)
{
	return load_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

static int drop_bounding_set(void)
{
	for (int cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0; cap++)
		;
	return errno == EINVAL ? 0 : errno;
}

static void measure(const struct wall *wall, uint64_t *inside_ns)
{
	struct clone_args args = {
		.flags = wall->flags | (wall->group_fd >= 0 ? CLONE_INTO_CGROUP : 0),
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)(wall->group_fd >= 0 ? wall->group_fd : 0),
	};
	uint64_t began = now_ns();
	int status;
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0) {
		uint64_t start = now_ns();
		int r = wall->work ? wall->work() : 0;

		*inside_ns = now_ns() - start;
		_exit(r);
	}
	if (pid < 0 || waitpid((pid_t)pid, &status, 0) != pid || status != 0)
		printf("%s\tno\n", wall->name);
	else
		printf("%s\t%llu\n", wall->name,
			(unsigned long long)(wall->work ? *inside_ns : now_ns() - began));
}

static void measure_group(const char *groups)
{
	char path[4096];
	uint64_t began = now_ns();

	snprintf(path, sizeof(path), "%s/bench-walls", groups);
	if (mkdir(path, 0755) < 0 || rmdir(path) < 0)
		printf("a cgroup, made and removed\tno\n");
	else
		printf("a cgroup, made and removed\t%llu\n",
			(unsigned long long)(now_ns() - began));
}

int main(int argc, char **argv)
{
	const uint64_t user = CLONE_NEWUSER,
		       cell = user | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
	const struct wall walls[] = {
		{ "a process", 0, NULL, -1 },
		{ "a user namespace", user, NULL, -1 },
		{ "and of pids", user | CLONE_NEWPID, NULL, -1 },
		{ "and of mounts", user | CLONE_NEWNS, NULL, -1 },
		{ "and of IPC", user | CLONE_NEWIPC, NULL, -1 },
		{ "and of the host name", user | CLONE_NEWUTS, NULL, -1 },
		{ "and of cgroups", user | CLONE_NEWCGROUP, NULL, -1 },
		{ "and of the network", user | CLONE_NEWNET, NULL, -1 },
		{ "all of them", cell | CLONE_NEWCGROUP | CLONE_NEWNET, NULL, -1 },
		{ "a tmpfs, mounted", cell, mount_tmpfs, -1 },
		{ "a /proc", cell, mount_proc, -1 },
		{ "a directory, bound read-only", cell, bind_directory, -1 },
		{ "the bounding set, dropped", cell, drop_bounding_set, -1 },
		{ "Landlock, 20 rules", 0, landlock, -1 },
		{ "a filter of 400 instructions", 0, filter, -1 },
		{ "the same with a listener", 0, watched_filter, -1 },
	};
	const int runs = argc > 1 ? atoi(argv[1]) : 1;
	uint64_t *inside_ns = mmap(NULL, sizeof(*inside_ns), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int group_fd = argc > 2 ? open(argv[2], O_PATH | O_DIRECTORY) : -1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i < runs; i++) {
		for (size_t j = 0; j < sizeof(walls) / sizeof(walls[0]); j++)
			measure(&walls[j], inside_ns);
		if (group_fd >= 0)
			measure_group(argv[2]);
	}
	return 0;
}
