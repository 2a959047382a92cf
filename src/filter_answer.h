/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a compiled filter answers to a call, found out without making it. */
#ifndef FILTER_ANSWER_H
#define FILTER_ANSWER_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#include "filter.h"

/* SECCOMP_RET_* with its data, as the kernel would get it. */
uint32_t filter_answer(const struct filter_program *program, const struct seccomp_data *data);

/* The answer to a native call if its number alone decides, which is also what the kernel needs to
 * know the answer without running the filter (since 5.11). False: it depends on the arguments. */
bool filter_answer_fixed(
	const struct filter_program *program, unsigned int number, uint32_t *ret_answer);

/* "allow", "EPERM", "kill" and so on. Returns ret. */
const char *filter_answer_text(uint32_t answer, char ret[32]);

#endif
