/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's interpreter of classic BPF, as far as filter.c makes use of it. */
#include "filter_answer.h"

#include <seccomp.h>
#include <stdio.h>
#include <string.h>

static bool compare(const struct sock_filter *f, uint32_t a)
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

/* *ret_looked: an argument was loaded on the way. */
static uint32_t run(
	const struct filter_program *program, const struct seccomp_data *data, bool *ret_looked)
{
	uint32_t a = 0;

	*ret_looked = false;
	for (unsigned int pc = 0; pc < program->count; pc++) {
		const struct sock_filter *f = &program->instructions[pc];

		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
			memcpy(&a, (const char *)data + f->k, sizeof(a));
			if (f->k >= offsetof(struct seccomp_data, instruction_pointer))
				*ret_looked = true;
			break;
		case BPF_ALU:
			a &= f->k;
			break;
		case BPF_JMP:
			if (BPF_OP(f->code) == BPF_JA)
				pc += f->k;
			else
				pc += compare(f, a) ? f->jt : f->jf;
			break;
		default:
			return f->k;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;
}

uint32_t filter_answer(const struct filter_program *program, const struct seccomp_data *data)
{
	bool looked;

	return run(program, data, &looked);
}

bool filter_answer_fixed(
	const struct filter_program *program, unsigned int number, uint32_t *ret_answer)
{
	const struct seccomp_data data = { .nr = (int)number, .arch = seccomp_arch_native() };
	bool looked;

	*ret_answer = run(program, &data, &looked);
	return !looked;
}

const char *filter_answer_text(uint32_t answer, char ret[32])
{
	const char *error = strerrorname_np((int)(answer & SECCOMP_RET_DATA)), *word = "kill";

	switch (answer & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		word = "allow";
		break;
	case SECCOMP_RET_LOG:
		word = "log";
		break;
	case SECCOMP_RET_TRAP:
		word = "trap";
		break;
	case SECCOMP_RET_TRACE:
		word = "ENOSYS";
		break;
	case SECCOMP_RET_KILL_THREAD:
		word = "kill-thread";
		break;
	case SECCOMP_RET_ERRNO:
		word = error;
		break;
	default:
		break;
	}
	if (word)
		snprintf(ret, 32, "%s", word);
	else
		snprintf(ret, 32, "errno %u", answer & SECCOMP_RET_DATA);
	return ret;
}
