/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was asked for: defaults filled in, nonsense refused. No system calls here. */
#ifndef SPEC_H
#define SPEC_H

#include "remand.h"

/* Defaults of the policy `default`. */
#define SPEC_TIME_NS      UINT64_C(10000000000)
#define SPEC_WALL_NS      UINT64_C(30000000000)
#define SPEC_MEMORY_BYTES (UINT64_C(512) << 20)
#define SPEC_PIDS         UINT64_C(64)
#define SPEC_OUTPUT_BYTES (UINT64_C(64) << 20)
#define SPEC_DISK_BYTES   (UINT64_C(64) << 20)
#define SPEC_OPEN_FILES   UINT64_C(256)
#define SPEC_STACK_BYTES  (UINT64_C(8) << 20)

/* Copy what the caller's version of the struct has; the rest is zero. */
int spec_copy(
	const struct remand_spec *spec, struct remand_spec *ret_given, struct remand_error *error);

/* Copy a spec of our size with every default filled in. The copy borrows what the spec borrows. */
int spec_resolve(const struct remand_spec *spec, struct remand_spec *ret_resolved,
	struct remand_error *error);

#endif
