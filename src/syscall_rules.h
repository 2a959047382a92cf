/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to which system call: an ordered list of rules, written as text by people. */
#ifndef SYSCALL_RULES_H
#define SYSCALL_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "isolation.h"
#include "remand.h"

/*
 * The text (value of --allow, --deny, --kill, --log, or the rest of such a line in a policy):
 *
 *     rules     = [ "(" ERRNO ")" ] item { "," item }      the errno with deny only, else EPERM
 *     item      = "@" GROUP                                 see syscall_groups.h
 *               | NAME [ "(" condition { "," condition } ")" ]
 *     condition = INDEX ":" test                            argument 0..5; all conditions must hold
 *     test      = [ "!" ] value { "|" value }               is one of (with "!": none of) these
 *               | [ "!" ] "&" number { "|" number }         has one of (none of) these bits
 *               | ( "<" | "<=" | ">" | ">=" ) number        unsigned
 *     value     = number [ "/" number ]                     V/M: the bits of mask M equal V
 *     number    = term { "+" term }                         the bits of several terms together
 *     term      = 123 | 0x7b | 0173 | -1 | O_CREAT          see syscall_constants.h
 *
 * NAME may hold one "*": every known call that fits. So: `ioctl(1: TIOCSTI|TIOCLINUX)`,
 * `socket(0: !AF_UNIX)`, `clone(0: &CLONE_NEWUSER|CLONE_NEWNS)`, `socket(1: SOCK_STREAM/0xf)`,
 * `mprotect(2: PROT_WRITE+PROT_EXEC/PROT_WRITE+PROT_EXEC)`.
 *
 * What it means: for one call with its arguments, the LAST rule that fits decides. A rule without
 * conditions fits always; one with conditions only when they hold, and otherwise earlier rules
 * decide. Where no rule fits, the call is one that the policy does not know: ENOSYS, as an
 * older kernel would answer, so that programs fall back. Hence
 *
 *     deny-list    allow @known         (what syscall_rules_default begins with)
 *                  deny @mount, ptrace
 *     allow-list   deny @known          (forget all before; newer calls stay ENOSYS)
 *                  allow @default, @basic-io
 *                  deny(ENOSYS) clone3  (an exception from what was just allowed)
 *
 * A group names calls, not conditions: `allow @process` after the default's lines also allows clone
 * with CLONE_NEWUSER, and clone3. An allow-list ends with the refusals that it wants to keep.
 *
 * An argument that the kernel declares as int is compared in its low 32 bits, because the kernel
 * never looks at the rest and a program may put anything there (CVE-2019-10063).
 */
enum syscall_action {
	SYSCALL_ALLOW,
	SYSCALL_DENY,        /* answers an errno, the call does not happen */
	SYSCALL_KILL,        /* the whole process ends by SIGSYS */
	SYSCALL_LOG,         /* allowed, and the kernel writes an audit record */
	SYSCALL_KILL_THREAD, /* this and the following only from OCI profiles */
	SYSCALL_TRAP,        /* a SIGSYS that the program may handle */
	SYSCALL_TRACE,       /* ENOSYS, since a target has no tracer */
};

struct syscall_answer {
	enum syscall_action action;
	uint16_t data; /* DENY: the errno; TRAP, TRACE: what signal or tracer see; else 0 */
};

enum syscall_comparison {
	SYSCALL_EQ,
	SYSCALL_NE,
	SYSCALL_GT,
	SYSCALL_LE,
	SYSCALL_GE,
	SYSCALL_LT,
};

/* (argument & mask) COMPARISON value, unsigned, 64 bits. */
struct syscall_condition {
	unsigned char argument; /* 0..5 */
	enum syscall_comparison comparison;
	uint64_t mask;
	uint64_t value;
};

/* More than any sensible rule has; keeps every jump of the compiled rule short. */
#define SYSCALL_CONDITIONS_MAX 16

/* No filter could hold them; bounds what a short text of wildcards can make us allocate. */
#define SYSCALL_RULES_MAX 65536

struct syscall_rule {
	unsigned int number; /* native */
	struct syscall_answer answer;
	uint32_t first_condition; /* in syscall_rules.conditions, this many, all must hold */
	uint32_t conditions_count;
};

/* All zero is a valid empty list: every call answers ENOSYS. */
struct syscall_rules {
	struct syscall_rule *rules; /* the last that fits decides */
	size_t count, capacity;
	struct syscall_condition *conditions;
	size_t conditions_count, conditions_capacity;
	/* Calls below this number that no rule fits get this answer; from it on, ENOSYS. */
	unsigned int covered;
	struct syscall_answer otherwise;
	size_t error_at; /* after a failed syscall_rules_add: where in its text */
};

/* Parse text and append. On error the rules are as before. No system calls. */
int syscall_rules_add(struct syscall_rules *rules, enum syscall_action action, const char *text,
	struct remand_error *error);

/*
 * Append one rule; conditions: rule->conditions_count of them. rule->first_condition is ignored.
 * -ENOSPC above SYSCALL_RULES_MAX, -EINVAL for a rule that makes no sense, -ENOMEM.
 */
int syscall_rules_append(struct syscall_rules *rules, const struct syscall_rule *rule,
	const struct syscall_condition *conditions);

/* The rules of the policy `default`; *ret must be empty. */
int syscall_rules_default(struct syscall_rules *ret, struct remand_error *error);
/* What a target without a cell must not do besides; to be added last. */
int syscall_rules_without_cell(
	struct syscall_rules *rules, const struct isolation *isolation, struct remand_error *error);

void syscall_rules_done(struct syscall_rules *rules);

#endif
