/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory of every kind that the kernel gives: args[0] is how many MiB to win. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MIB = 1 << 20
};

static size_t wanted(char **args)
{
	return (size_t)atoi(args[0]) * MIB;
}

static void more_files(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int fill(void *memory, size_t length)
{
	if (memory == MAP_FAILED)
		return -errno;
	for (size_t i = 0; i < length; i += 4096)
		((volatile char *)memory)[i] = 1;
	return 0;
}

static int anonymous(char **args)
{
	return fill(mmap(NULL, wanted(args), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0),
		wanted(args));
}

static int shared_anonymous(char **args)
{
	return fill(
		mmap(NULL, wanted(args), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
		wanted(args));
}

static int write_out(int fd, size_t length)
{
	static char block[MIB];

	if (fd < 0)
		return -errno;
	memset(block, 1, sizeof(block));
	for (size_t i = 0; i < length; i += MIB)
		if (write(fd, block, MIB) < 0)
			return -errno;
	return 0;
}

static int nameless_file(char **args)
{
	return write_out(memfd_create("hoard", MFD_CLOEXEC), wanted(args));
}

/* The files are gone by name at once: no limit of visible sizes counts them. */
static int file_in(char **args)
{
	char path[4096];
	int outcome;
	int fd;

	snprintf(path, sizeof(path), "%s/attack-hoard", args[1]);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	unlink(path);
	outcome = write_out(fd, wanted(args));
	close(fd);
	return outcome;
}

static int pipes(char **args)
{
	static const char block[4096];

	more_files();
	for (size_t have = 0; have < wanted(args);) {
		int ends[2];
		int size;

		if (pipe(ends) < 0)
			return -errno;
		size = fcntl(ends[1], F_SETPIPE_SZ, MIB);
		if (size < 0)
			size = fcntl(ends[1], F_GETPIPE_SZ);
		fcntl(ends[1], F_SETFL, O_NONBLOCK);
		for (int i = 0; i < size; i += 4096)
			if (write(ends[1], block, sizeof(block)) < 0)
				return -errno;
		have += (size_t)size;
	}
	return 0;
}

static int sockets(char **args)
{
	static char block[65536];

	more_files();
	for (size_t have = 0; have < wanted(args);) {
		int ends[2];
		size_t before = have;

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
			return -errno;
		while (write(ends[0], block, sizeof(block)) > 0)
			have += sizeof(block);
		if (have == before)
			return -errno;
	}
	return 0;
}

static int system_v(char **args)
{
	int id = shmget(IPC_PRIVATE, wanted(args), IPC_CREAT | 0600);
	void *memory;

	if (id < 0)
		return -errno;
	memory = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	return fill(memory, wanted(args));
}

/* The segment has no owner process once all have let go of it. */
static int system_v_abandoned(char **args)
{
	for (size_t have = 0; have < wanted(args); have += 4UL * MIB) {
		int id = shmget(IPC_PRIVATE, 4UL * MIB, IPC_CREAT | 0600);
		void *memory = id < 0 ? MAP_FAILED : shmat(id, NULL, 0);
		int outcome = fill(memory, 4UL * MIB);

		if (outcome < 0)
			return outcome;
		shmdt(memory);
	}
	return 0;
}

static int locked(char **args)
{
	void *memory = mmap(
		NULL, wanted(args), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -errno;
	return attack_result(mlock(memory, wanted(args)));
}

/* Each child stays below any limit of a single process. */
static int many_children(char **args)
{
	enum {
		SHARE = 8 * MIB
	};
	int ends[2];
	char byte;

	if (pipe(ends) < 0)
		return -errno;
	for (size_t have = 0; have < wanted(args); have += SHARE) {
		pid_t pid = fork();

		if (pid < 0)
			return -errno;
		if (pid == 0) {
			fill(mmap(NULL, SHARE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				     -1, 0),
				SHARE);
			if (write(ends[1], "x", 1) == 1)
				pause();
			_exit(1);
		}
		if (read(ends[0], &byte, 1) != 1)
			return -EIO;
	}
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	return 0;
}

/* Page tables: one page touched in every 2 MiB costs the kernel a page that no RSS shows. */
static int page_tables(char **args)
{
	size_t step = 2UL * MIB;
	size_t count = wanted(args) / 8192;
	char *memory = mmap(NULL, count * step, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return -errno;
	madvise(memory, count * step, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < count; i++)
		((volatile char *)memory)[i * step] = 1;
	return 0;
}

/* POSIX queues: their messages are the kernel's memory. */
static int queues(char **args)
{
	struct mq_attr attributes = { .mq_maxmsg = 10, .mq_msgsize = 8192 };
	static char message[8192];
	char name[64];

	more_files();
	for (size_t have = 0; have < wanted(args);) {
		mqd_t queue;

		snprintf(name, sizeof(name), "/attack-hoard-%zu", have);
		queue = mq_open(name, O_CREAT | O_RDWR | O_NONBLOCK, 0600, &attributes);
		if (queue < 0)
			return -errno;
		mq_unlink(name);
		while (mq_send(queue, message, sizeof(message), 0) == 0)
			have += sizeof(message);
	}
	return 0;
}

const struct attack attacks[] = {
	{ "anonymous", anonymous },
	{ "shared", shared_anonymous },
	{ "memfd", nameless_file },
	{ "file", file_in },
	{ "pipes", pipes },
	{ "sockets", sockets },
	{ "sysv", system_v },
	{ "sysv-abandoned", system_v_abandoned },
	{ "locked", locked },
	{ "children", many_children },
	{ "page-tables", page_tables },
	{ "queues", queues },
	{ 0 },
};
