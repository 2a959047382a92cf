/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel would do with a compiled filter: its checks on loading, and its interpreter. */
#ifndef BPF_H
#define BPF_H

#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "filter.h"
#include "syscall_names.h"

/* No answer of the kernel: the filter did something that the kernel would have refused. */
#define BPF_BROKEN 0x12345678u

static inline bool bpf_jump_fits(const struct filter_program *program, unsigned int at)
{
	const struct sock_filter *f = &program->instructions[at];
	unsigned int left = program->count - at - 1u;

	if (f->code == (BPF_JMP | BPF_JA))
		return f->k < left;
	return f->jt < left && f->jf < left;
}

/* seccomp_check_filter and bpf_check_classic: allowed instructions, no jump out, ends in a return.
 */
static inline bool bpf_is_loadable(const struct filter_program *program)
{
	if (program->count == 0 || program->count > BPF_MAXINSNS)
		return false;
	for (unsigned int i = 0; i < program->count; i++) {
		const struct sock_filter *f = &program->instructions[i];

		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (f->k >= sizeof(struct seccomp_data) || f->k % 4 != 0)
				return false;
			break;
		case BPF_JMP | BPF_JA:
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
			if (!bpf_jump_fits(program, i))
				return false;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
		case BPF_RET | BPF_K:
			break;
		default:
			return false;
		}
	}
	return BPF_CLASS(program->instructions[program->count - 1].code) == BPF_RET;
}

static inline bool bpf_compare(const struct sock_filter *f, uint32_t a)
{
	switch (BPF_OP(f->code)) {
	case BPF_JEQ:
		return a == f->k;
	case BPF_JGT:
		return a > f->k;
	default:
		return a >= f->k;
	}
}

static inline uint32_t bpf_run(
	const struct filter_program *program, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (unsigned int pc = 0; pc < program->count; pc++) {
		const struct sock_filter *f = &program->instructions[pc];

		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
			memcpy(&a, (const char *)data + f->k, sizeof(a));
			break;
		case BPF_ALU:
			a &= f->k;
			break;
		case BPF_RET:
			return f->k;
		case BPF_JMP:
			if (f->code == (BPF_JMP | BPF_JA))
				pc += f->k;
			else
				pc += bpf_compare(f, a) ? f->jt : f->jf;
			break;
		default:
			return BPF_BROKEN;
		}
	}
	return BPF_BROKEN;
}

/* "allow", "deny EPERM", "kill", ... */
static inline const char *bpf_answer_text(uint32_t answer, char ret[40])
{
	const char *word = "broken", *error = strerrorname_np((int)(answer & SECCOMP_RET_DATA));

	switch (answer & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		word = "allow";
		break;
	case SECCOMP_RET_LOG:
		word = "log";
		break;
	case SECCOMP_RET_KILL_PROCESS:
		word = "kill";
		break;
	case SECCOMP_RET_KILL_THREAD:
		word = "kill-thread";
		break;
	case SECCOMP_RET_TRAP:
		word = "trap";
		break;
	case SECCOMP_RET_TRACE:
		word = "trace";
		break;
	case SECCOMP_RET_ERRNO:
		word = "deny";
		break;
	default:
		break;
	}
	if (answer & SECCOMP_RET_DATA)
		snprintf(ret, 40, "%s %s", word, error ? error : "?");
	else
		snprintf(ret, 40, "%s", word);
	return ret;
}

/* What a native call by this name gets; "unknown" if there is none. */
static inline const char *bpf_ask(const struct filter_program *program, const char *name,
	const uint64_t arguments[6], char ret[40])
{
	struct seccomp_data data = { .arch = seccomp_arch_native() };
	unsigned int number;

	if (syscall_names_number(name, &number) != SYSCALL_NATIVE)
		return "unknown";
	data.nr = (int)number;
	for (int i = 0; i < 6; i++)
		data.args[i] = arguments[i];
	return bpf_answer_text(bpf_run(program, &data), ret);
}

#endif
