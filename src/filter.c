/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From rules to classic BPF (Documentation/userspace-api/seccomp_filter.rst), without libseccomp's
 * generator, because that one has no order: two rules of one call whose conditions overlap and
 * whose answers differ are decided by its internal sorting, "not this mask" and "newer than N"
 * cannot be said at all, and it takes a memfd to get the program out. Ours:
 *
 *     wrong architecture                       -> kill
 *     binary search over ranges of numbers; each range ends in
 *         one answer for all its calls         -> return
 *         or one call with conditions: its rules, the last first, each
 *             "a condition fails -> next rule", else return
 *
 * Neighbouring numbers with the same answer are one range, so the default policy asks about
 * seven questions per call. Calls that are always allowed do not run the program at all: since
 * Linux 5.11 the kernel finds them out by emulation and keeps them in a bitmap.
 *
 * No filter is kept for the next run: each has the permit of its run in it (permit.c), and to
 * compile one takes 20 us. What took longer, to read the rules of `default`, is done at build time.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "filter.h"

/*
 * On x86-64 numbers with this bit are the x32 ABI, which shares its architecture token. (The
 * kernel's __X32_SYSCALL_BIT.) No architecture has native calls up there.
 */
#define X32_BIT 0x40000000u

/* Placeholders for jump targets inside one rule, patched when the targets are known. */
#define TO_PASS 254
#define TO_FAIL 255

/* Of the rules in the order in which they are looked at: by number, then the last written first. */
struct ordered {
	const struct syscall_rule *rule;
};

/* Calls first .. next span's first - 1. */
struct span {
	unsigned int first;
	const struct ordered *rules; /* of one call, with conditions; NULL: one answer for all */
	size_t count;
	uint32_t answer; /* for all, or where no rule fits */
};

struct compiler {
	const struct syscall_rules *rules;
	const struct ordered *ordered;
	size_t ordered_count;
	struct span *spans;
	size_t span_count;
	struct sock_filter *code;
	size_t count; /* may pass BPF_MAXINSNS: nothing is stored then, and it is an error */
};

static uint32_t kernel_answer(struct syscall_answer answer)
{
	switch (answer.action) {
	case SYSCALL_ALLOW:
		return SECCOMP_RET_ALLOW;
	case SYSCALL_DENY:
		return SECCOMP_RET_ERRNO | answer.data;
	case SYSCALL_LOG:
		return SECCOMP_RET_LOG;
	case SYSCALL_KILL_THREAD:
		return SECCOMP_RET_KILL_THREAD;
	case SYSCALL_TRAP:
		return SECCOMP_RET_TRAP | answer.data;
	case SYSCALL_TRACE:
		return SECCOMP_RET_TRACE | answer.data;
	case SYSCALL_KILL:
		break;
	}
	return SECCOMP_RET_KILL_PROCESS;
}

/* What a call gets that no rule fits. */
static uint32_t fallback(const struct syscall_rules *rules, unsigned int number)
{
	if (number < rules->covered)
		return kernel_answer(rules->otherwise);
	return SECCOMP_RET_ERRNO | ENOSYS;
}

static void emit(struct compiler *c, struct sock_filter instruction)
{
	if (c->count < BPF_MAXINSNS)
		c->code[c->count] = instruction;
	c->count++;
}

static void emit_load(struct compiler *c, size_t offset)
{
	emit(c, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void emit_return(struct compiler *c, uint32_t answer)
{
	emit(c, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer));
}

static void emit_jump(
	struct compiler *c, unsigned short test, uint32_t k, const unsigned char to[2])
{
	emit(c, (struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, k, to[0], to[1]));
}

/* Aim every placeholder since `from` at the next instruction. */
static void patch(struct compiler *c, size_t from, unsigned char placeholder)
{
	if (c->count > BPF_MAXINSNS)
		return;
	for (size_t i = from; i < c->count; i++) {
		struct sock_filter *f = &c->code[i];

		if (BPF_CLASS(f->code) != BPF_JMP)
			continue;
		if (f->jt == placeholder)
			f->jt = (unsigned char)(c->count - i - 1);
		if (f->jf == placeholder)
			f->jf = (unsigned char)(c->count - i - 1);
	}
}

/* Load one half of an argument. Seccomp has only 32-bit loads: man 2 seccomp, struct seccomp_data.
 */
static void emit_half(struct compiler *c, const struct syscall_condition *condition, bool high)
{
	uint32_t mask = (uint32_t)(high ? condition->mask >> 32 : condition->mask);
	bool second = high == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

	emit_load(c, offsetof(struct seccomp_data, args) + condition->argument * sizeof(uint64_t) +
			     (second ? 4 : 0));
	if (mask != UINT32_MAX)
		emit(c, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
}

/* Every comparison is one of three or its opposite: then the two targets change places. */
static bool is_opposite(enum syscall_comparison comparison)
{
	return comparison == SYSCALL_NE || comparison == SYSCALL_LE || comparison == SYSCALL_LT;
}

/* Jumps to TO_FAIL, or goes on behind itself. */
static void emit_condition(struct compiler *c, const struct syscall_condition *condition)
{
	bool opposite = is_opposite(condition->comparison);
	bool equality = condition->comparison == SYSCALL_EQ || condition->comparison == SYSCALL_NE;
	bool strict = condition->comparison == SYSCALL_GT || condition->comparison == SYSCALL_LE;
	unsigned char yes = opposite ? TO_FAIL : TO_PASS, no = opposite ? TO_PASS : TO_FAIL;
	uint32_t high = (uint32_t)(condition->value >> 32), low = (uint32_t)condition->value;
	size_t start = c->count;

	if (high != 0 || condition->mask >> 32 != 0) {
		emit_half(c, condition, true);
		if (!equality)
			emit_jump(c, BPF_JGT, high, (unsigned char[]){ yes, 0 });
		emit_jump(c, BPF_JEQ, high, (unsigned char[]){ 0, no });
	}
	emit_half(c, condition, false);
	emit_jump(c,
		equality ? BPF_JEQ
		: strict ? BPF_JGT
			 : BPF_JGE,
		low, (unsigned char[]){ yes, no });
	patch(c, start, TO_PASS);
}

static void emit_rule(struct compiler *c, const struct syscall_rule *rule)
{
	size_t start = c->count;

	for (uint32_t i = 0; i < rule->conditions_count; i++)
		emit_condition(c, &c->rules->conditions[rule->first_condition + i]);
	emit_return(c, kernel_answer(rule->answer));
	patch(c, start, TO_FAIL);
}

static void emit_span(struct compiler *c, const struct span *span)
{
	for (size_t i = 0; i < span->count; i++)
		emit_rule(c, span->rules[i].rule);
	emit_return(c, span->answer);
}

/* Make room for one instruction at `at`. Safe since all jumps are relative and none crosses it. */
static void emit_before(struct compiler *c, size_t at, struct sock_filter instruction)
{
	emit(c, instruction);
	if (c->count > BPF_MAXINSNS)
		return;
	memmove(&c->code[at + 1], &c->code[at], (c->count - 1 - at) * sizeof(*c->code));
	c->code[at] = instruction;
}

/* "Number at or above the middle?" The lower half follows, then the upper half. */
static void emit_search(struct compiler *c, size_t low, size_t high)
{
	size_t middle = low + (high - low) / 2, test = c->count, skip;
	unsigned char to[2] = { 0, 0 };

	if (high - low == 1) {
		emit_span(c, &c->spans[low]);
		return;
	}
	emit_jump(c, BPF_JGE, c->spans[middle].first, to);
	emit_search(c, low, middle);
	skip = c->count - test - 1;
	if (skip <= UINT8_MAX) {
		if (test < BPF_MAXINSNS)
			c->code[test].jt = (unsigned char)skip;
	} else {
		/* Conditional jumps reach 255 instructions; an unconditional one reaches all. */
		emit_before(c, test + 1,
			(struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)skip));
		if (test < BPF_MAXINSNS)
			c->code[test].jf = 1;
	}
	emit_search(c, middle, high);
}

static void add_span(struct compiler *c, struct span span)
{
	const struct span *last = c->span_count ? &c->spans[c->span_count - 1] : NULL;

	if (last && !last->rules && !span.rules && last->answer == span.answer)
		return;
	c->spans[c->span_count++] = span;
}

/* Numbers without any rule: first .. end - 1. */
static void add_gap(struct compiler *c, unsigned int first, unsigned int end)
{
	unsigned int covered = c->rules->covered;

	if (first < end)
		add_span(c, (struct span){ .first = first, .answer = fallback(c->rules, first) });
	if (first < covered && covered < end)
		add_span(c,
			(struct span){ .first = covered, .answer = fallback(c->rules, covered) });
}

/* Conditions whose every outcome is the answer that comes without them: nothing to ask. Only what
 * depends on the number alone can the kernel keep in its bitmap. */
static bool is_plain(const struct span *span)
{
	for (size_t i = 0; i < span->count; i++)
		if (kernel_answer(span->rules[i].rule->answer) != span->answer)
			return false;
	return true;
}

/* The rules of one number; those that come behind an unconditional one never matter. */
static void add_call(struct compiler *c, const struct ordered *rules, size_t count)
{
	struct span span = { .first = rules[0].rule->number };

	span.answer = fallback(c->rules, span.first);
	for (size_t i = 0; i < count; i++) {
		if (rules[i].rule->conditions_count == 0) {
			span.answer = kernel_answer(rules[i].rule->answer);
			break;
		}
		span.rules = rules;
		span.count++;
	}
	if (is_plain(&span))
		span = (struct span){ .first = span.first, .answer = span.answer };
	add_span(c, span);
}

static void add_spans(struct compiler *c)
{
	const struct ordered *ordered = c->ordered;
	unsigned int next = 0;

	for (size_t i = 0, same; i < c->ordered_count; i += same) {
		unsigned int number = ordered[i].rule->number;

		same = 1;
		while (i + same < c->ordered_count && ordered[i + same].rule->number == number)
			same++;
		add_gap(c, next, number);
		add_call(c, &ordered[i], same);
		next = number + 1;
	}
	add_gap(c, next, X32_BIT);
#ifdef __x86_64__
	add_span(c, (struct span){ .first = X32_BIT, .answer = SECCOMP_RET_KILL_PROCESS });
	/* -1 is no ABI but what a tracer writes to skip a call, and what some programs probe. */
	add_span(c, (struct span){ .first = UINT32_MAX, .answer = SECCOMP_RET_ERRNO | ENOSYS });
#endif
}

static int compare_order(const void *a, const void *b)
{
	const struct syscall_rule *x = ((const struct ordered *)a)->rule;
	const struct syscall_rule *y = ((const struct ordered *)b)->rule;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x > y ? -1 : 1; /* they lie in one array, in the order of writing */
}

/* Where most numbers lie. What comes before an unconditional rule never matters, and that is most
 * of it: every policy begins with all of `default`, and nearly every one goes on with @known. */
#define DECIDED_COUNT 1024

static size_t order(const struct syscall_rules *rules, struct ordered *ordered)
{
	bool decided[DECIDED_COUNT] = { false };
	size_t count = 0;

	for (size_t i = rules->count; i-- > 0;) {
		const struct syscall_rule *rule = &rules->rules[i];

		if (rule->number < DECIDED_COUNT && decided[rule->number])
			continue;
		ordered[count++].rule = rule;
		if (rule->number < DECIDED_COUNT && rule->conditions_count == 0)
			decided[rule->number] = true;
	}
	qsort(ordered, count, sizeof(*ordered), compare_order);
	return count;
}

static void generate(struct compiler *c)
{
	add_spans(c);
	emit_load(c, offsetof(struct seccomp_data, arch));
	emit_jump(c, BPF_JEQ, seccomp_arch_native(), (unsigned char[]){ 1, 0 });
	emit_return(c, SECCOMP_RET_KILL_PROCESS);
	emit_load(c, offsetof(struct seccomp_data, nr));
	emit_search(c, 0, c->span_count);
}

static int copy_program(const struct compiler *c, struct filter_program *ret)
{
	struct sock_filter *exact;

	if (c->count > BPF_MAXINSNS)
		return -E2BIG;
	exact = malloc(c->count * sizeof(*exact));
	if (!exact)
		return -ENOMEM;
	memcpy(exact, c->code, c->count * sizeof(*exact));
	ret->instructions = exact;
	ret->count = (unsigned short)c->count;
	return 0;
}

int filter_compile(
	const struct syscall_rules *rules, struct filter_program *ret, struct remand_error *error)
{
	struct ordered *ordered = calloc(rules->count + 1, sizeof(*ordered));
	size_t count = ordered ? order(rules, ordered) : 0;
	/* Each rule starts at most one span and the gap before it; a few for both ends. */
	struct span *spans = calloc(count * 2 + 5, sizeof(*spans));
	struct sock_filter *code = calloc(BPF_MAXINSNS, sizeof(*code));
	struct compiler c = { rules, ordered, count, spans, .code = code };
	int r = -ENOMEM;

	if (ordered && spans && code) {
		generate(&c);
		r = copy_program(&c, ret);
	}
	free(ordered);
	free(spans);
	free(code);
	if (r == -E2BIG)
		return error_say(error, REMAND_STAGE_SECCOMP, r,
			"the system call rules make a filter of %zu instructions; the kernel takes "
			"%d",
			c.count, BPF_MAXINSNS);
	return r < 0 ? error_errno(error, REMAND_STAGE_SECCOMP, r, "system call filter") : 0;
}

void filter_program_done(struct filter_program *program)
{
	free(program->instructions);
	*program = (struct filter_program){ 0 };
}
