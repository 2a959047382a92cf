/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exception for the target's last own calls; see the header. */
#include "permit.h"

#include <sys/random.h>
#include <sys/syscall.h>

#include "error.h"
#include "syscalls.h"

int permit_make(struct permit *ret_permit, struct remand_error *error)
{
	if (getrandom(ret_permit->words, sizeof(ret_permit->words), 0) != sizeof(ret_permit->words))
		return error_errno(
			error, REMAND_STAGE_SECCOMP, syscall_errno(), "no random numbers");
	return 0;
}

int permit_add_rules(
	const struct permit *permit, struct syscall_rules *rules, struct remand_error *error)
{
	static const unsigned int calls[] = { SYS_sendmsg, SYS_prlimit64, SYS_clock_gettime,
		SYS_getrusage, SYS_write, SYS_execve };
	const struct syscall_condition conditions[] = {
		{ 4, SYSCALL_EQ, UINT64_MAX, permit->words[0] },
		{ 5, SYSCALL_EQ, UINT64_MAX, permit->words[1] },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(calls) / sizeof(calls[0]); i++) {
		const struct syscall_rule rule = {
			.number = calls[i], .answer = { SYSCALL_ALLOW, 0 }, .conditions_count = 2
		};

		r = syscall_rules_append(rules, &rule, conditions);
	}
	return r < 0 ? error_errno(error, REMAND_STAGE_SECCOMP, r, "system call filter") : 0;
}
