/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The group's base: the cgroup directory in which runs get their groups. */
#ifndef BASE_H
#define BASE_H

#include "host.h"
#include "remand.h"

/* By which rule the base was found; the order is the order of trying. */
enum base_rule {
	BASE_GIVEN,     /* --cgroup or REMAND_CGROUP */
	BASE_DELEGATED, /* our own cgroup, which systemd marked with Delegate=yes */
	BASE_NAMESPACE, /* the root of our cgroup namespace: a container */
	BASE_OWNED,     /* our own cgroup, whose directory belongs to our user */
	BASE_SCOPE,     /* a transient scope that systemd has yet to be asked for */
	BASE_ROOT,      /* "remand" below the root of the tree, for root without systemd */
};

struct base {
	enum base_rule rule;
	int fd;              /* -1: it is not there yet (BASE_SCOPE, BASE_ROOT) */
	bool inhabited;      /* our own cgroup: what lives in it moves to a leaf first */
	char path[PATH_MAX]; /* below the mount point, without a leading slash */
};

/* The full path of a cgroup, for sentences: `below` is below the mount point. Returns text. */
#define BASE_TEXT 512
const char *base_name(const struct host *host, const char *below, char text[BASE_TEXT]);

/* There is a cgroup v2 file system; else the sentence. */
int base_check_mounted(const struct host *host, struct remand_error *error);

/* Where the base is or would be; changes nothing. given: as --cgroup, or NULL. On success the fd is
 * the caller's. */
int base_find(const struct host *host, const char *given, struct base *ret_base,
	struct remand_error *error);

/* Find or make the base, with every controller that the spec's limits need enabled in it.
 * The fd is the caller's. */
int base_open(const struct host *host, const struct remand_spec *spec, int *ret_fd,
	struct remand_error *error);

/* The directory of a cgroup of /proc/PID/cgroup; negative where it cannot be seen. */
int base_open_cgroup(const struct host *host, const char *cgroup);

/* Whether groups can be made in this directory by us; says which part is in the way. */
int base_check(const struct host *host, const struct base *base, struct remand_error *error);

#endif
