/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine offers: the cgroup v2 mount, our privileges, the CPUs. */
#ifndef HOST_H
#define HOST_H

#include <limits.h>

#include "own_ids.h"
#include "remand.h"

struct host {
	int cgroup_fd; /* the cgroup2 mount point; -1: there is none */
	char cgroup_path[PATH_MAX];
	char cgroup_root[PATH_MAX]; /* which part of the tree is mounted there; "/": all */
	bool privileged;            /* CAP_SYS_ADMIN and may_set_ids */
	bool may_set_ids; /* CAP_SETUID, CAP_SETGID, CAP_CHOWN in this user namespace, and own_ids
			   */
	struct own_ids own_ids; /* what runs are given; count 0: none */
	int landlock_abi;       /* 0: none */
	unsigned int cpus;
};

/* On success the host is to be released by host_done(). */
int host_open(struct host *ret_host, struct remand_error *error);
void host_done(struct host *host);

#endif
