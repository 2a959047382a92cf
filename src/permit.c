/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exception for the target's last own calls; see the header. */
#include "permit.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
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

/* A program's are the first six, a function's all but the first. */
static const unsigned int calls[] = { SYS_execve, SYS_sendmsg, SYS_prlimit64, SYS_clock_gettime,
	SYS_getrusage, SYS_write, SYS_close_range, SYS_seccomp };
#define PROGRAM_END    6
#define FUNCTION_BEGIN 1
#define FUNCTION_END   8

int permit_add_rules(const struct permit *permit, enum permit_use use, struct syscall_rules *rules,
	struct remand_error *error)
{
	const size_t begin = use == PERMIT_FUNCTION ? FUNCTION_BEGIN : 0;
	const size_t end = use == PERMIT_FUNCTION ? FUNCTION_END : PROGRAM_END;
	const struct syscall_condition conditions[] = {
		{ 4, SYSCALL_EQ, UINT64_MAX, permit->words[0] },
		{ 5, SYSCALL_EQ, UINT64_MAX, permit->words[1] },
	};
	int r = 0;

	for (size_t i = begin; r == 0 && i < end; i++) {
		const struct syscall_rule rule = {
			.number = calls[i], .answer = { SYSCALL_ALLOW, 0 }, .conditions_count = 2
		};

		r = syscall_rules_append(rules, &rule, conditions);
	}
	return r < 0 ? error_errno(error, REMAND_STAGE_SECCOMP, r, "system call filter") : 0;
}

/* ---- the end of a function's permit ---- */

struct writer {
	struct sock_filter code[32];
	unsigned short count;
};

static void put(struct writer *w, struct sock_filter instruction)
{
	w->code[w->count++] = instruction;
}

static void load(struct writer *w, size_t offset)
{
	put(w, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Goes on behind itself where it is equal, else to the instruction `otherwise`. */
static void expect(struct writer *w, uint32_t value, unsigned int otherwise)
{
	const unsigned char away = (unsigned char)(otherwise - w->count - 1u);

	put(w, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, away));
}

static int copy(const struct writer *w, struct filter_program *ret_program)
{
	const size_t size = w->count * sizeof(w->code[0]);
	struct sock_filter *code = malloc(size);

	if (!code)
		return -ENOMEM;
	memcpy(code, w->code, size);
	ret_program->instructions = code;
	ret_program->count = w->count;
	return 0;
}

static size_t low_half(unsigned int argument)
{
	return offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t) +
	       (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0);
}

static size_t high_half(unsigned int argument)
{
	return low_half(argument) ^ 4;
}

/* The number comes first: for calls that are none of these the kernel sees that the answer depends
 * on nothing else, and does not run the filter. The arguments of close_range have 32 bits. */
int permit_make_end(const struct permit *permit, int last_fd, struct filter_program *ret_program)
{
	const unsigned int count = FUNCTION_END - FUNCTION_BEGIN;
	/* Where the two last instructions will lie. */
	const unsigned int refuse = 1 + count + 1 + 8 + 8 + 1, allow = refuse + 1;
	struct writer w = { .count = 0 };

	load(&w, offsetof(struct seccomp_data, nr));
	for (unsigned int i = 0; i < count; i++) {
		/* To behind the return that follows the last of these. */
		const unsigned char away = (unsigned char)(count - i);

		put(&w, (struct sock_filter)BPF_JUMP(
				BPF_JMP | BPF_JEQ | BPF_K, calls[FUNCTION_BEGIN + i], away, 0));
	}
	put(&w, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	for (unsigned int i = 0; i < 2; i++) {
		load(&w, low_half(4 + i));
		expect(&w, (uint32_t)permit->words[i], allow);
		load(&w, high_half(4 + i));
		expect(&w, (uint32_t)(permit->words[i] >> 32), allow);
	}
	load(&w, offsetof(struct seccomp_data, nr));
	expect(&w, SYS_close_range, refuse);
	for (unsigned int i = 0; i < 3; i++) {
		load(&w, low_half(i));
		expect(&w, i < 2 ? (uint32_t)last_fd : 0, refuse);
	}
	put(&w, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 1));
	put(&w, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
	put(&w, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	return copy(&w, ret_program);
}
