/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The filter that the kernel gets where a supervisor listens. */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"

/* The answers that the supervisor gives in the kernel's stead: denial.c. */
static bool is_watched(uint32_t answer)
{
	switch (answer & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_KILL_PROCESS:
	case SECCOMP_RET_LOG:
		return true;
	case SECCOMP_RET_ERRNO:
		return (answer & SECCOMP_RET_DATA) != ENOSYS && (answer & SECCOMP_RET_DATA) != 0;
	default:
		return false;
	}
}

int filter_watch(const struct filter_program *program, struct filter_program *ret)
{
	size_t size = program->count * sizeof(*program->instructions);
	struct sock_filter *copy = malloc(size);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, program->instructions, size);
	for (unsigned short i = 0; i < program->count; i++)
		if (copy[i].code == (BPF_RET | BPF_K) && is_watched(copy[i].k))
			copy[i].k = SECCOMP_RET_USER_NOTIF;
	*ret = (struct filter_program){ copy, program->count };
	return 0;
}
