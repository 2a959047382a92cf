/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Seccomp profiles as Docker, Podman and the OCI runtime specification write them, in JSON. */
#ifndef OCI_SECCOMP_H
#define OCI_SECCOMP_H

#include <stddef.h>

#include "remand.h"
#include "syscall_rules.h"

struct oci_seccomp_source {
	const char *text; /* need not end in a zero byte */
	size_t length;
	/* The running kernel, for "minKernel": 6 and 12. */
	unsigned int kernel_major, kernel_minor;
};

/*
 * The rules of a profile, seen from a program without capabilities on the native architecture;
 * *ret must be empty. Other architectures that the profile lists are killed all the same. Where
 * the default denies, calls newer than the newest that the profile names answer ENOSYS (as runc
 * does). What we would not do as written is an error: unknown members, SCMP_ACT_NOTIFY, a
 * listener, or an allowing default with a denied name that we have no number for.
 */
int oci_seccomp_parse(const struct oci_seccomp_source *source, struct syscall_rules *ret,
	struct remand_error *error);

#endif
