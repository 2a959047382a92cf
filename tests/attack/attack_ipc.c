/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System V and POSIX objects: those of the host, and own ones that stay. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

static key_t key_of(char **args)
{
	return (key_t)strtol(args[0], NULL, 0);
}

static int make_all(char **args)
{
	mqd_t queue;
	int memory;
	char name[64];

	if (shmget(key_of(args), 4096, IPC_CREAT | 0666) < 0 ||
		msgget(key_of(args), IPC_CREAT | 0666) < 0 ||
		semget(key_of(args), 1, IPC_CREAT | 0666) < 0)
		return -errno;
	snprintf(name, sizeof(name), "/attack-%s", args[0]);
	queue = mq_open(name, O_CREAT | O_RDWR, 0666, NULL);
	if (queue < 0)
		return -errno;
	memory = shm_open(name, O_CREAT | O_RDWR, 0666);
	return attack_result(memory);
}

static int attach_memory(char **args)
{
	int id = shmget(key_of(args), 0, 0);

	if (id < 0)
		return -errno;
	return shmat(id, NULL, 0) == (void *)-1 ? -errno : 0;
}

static int join_queue(char **args)
{
	return attack_result(msgget(key_of(args), 0));
}

static int take_semaphore(char **args)
{
	return attack_result(semget(key_of(args), 0, 0));
}

static int open_queue(char **args)
{
	char name[64];

	snprintf(name, sizeof(name), "/attack-%s", args[0]);
	return attack_result(mq_open(name, O_RDWR));
}

static int open_shared(char **args)
{
	char name[64];

	snprintf(name, sizeof(name), "/attack-%s", args[0]);
	return attack_result(shm_open(name, O_RDWR, 0));
}

static int count_all(char **args)
{
	struct shminfo info;

	(void)args;
	return shmctl(0, IPC_INFO, (struct shmid_ds *)&info) < 0
		       ? -errno
		       : attack_contains("/proc/sysvipc/shm", "666");
}

const struct attack attacks[] = {
	{ "make", make_all, true },
	{ "shm", attach_memory, true },
	{ "msg", join_queue, true },
	{ "sem", take_semaphore, true },
	{ "mq", open_queue, true },
	{ "posix-shm", open_shared, true },
	{ "list", count_all, true },
	{ 0 },
};
