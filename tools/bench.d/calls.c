/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls [linear|bare]: what some cheap system calls take, in ns of CPU time: lines of "NAME NS",
 * the least of many rounds. With "linear" under a filter of its own that compares the number with
 * each of 400 in turn, as filters without a search do; "bare" is a filter that allows all at once.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS  40
#define CALLS   5000
#define NUMBERS 400

/* The first and last are answered by number alone, which the kernel keeps in a bitmap; for ioctl
 * the filter looks at an argument, so it runs. None of them does anything. */
static const struct {
	const char *name;
	long number, arguments[3];
} calls[] = {
	{ "lseek, by number", SYS_lseek, { -1, 0, 0 } },
	{ "getppid, by number", SYS_getppid, { 0 } },
	{ "getrandom, by number", SYS_getrandom, { 0, 0, 0 } },
	{ "ioctl, by its argument", SYS_ioctl, { -1, 0, 0 } },
	{ "personality, by its argument", SYS_personality, { 0xffffffff, 0, 0 } },
};

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Wrong arguments: a call's own work is next to nothing. */
static double measure(size_t which)
{
	const long *a = calls[which].arguments;
	uint64_t least = UINT64_MAX;

	for (int round = 0; round < ROUNDS; round++) {
		uint64_t took = cpu_ns();

		for (int i = 0; i < CALLS; i++)
			(void)syscall(calls[which].number, a[0], a[1], a[2], 0, 0, 0);
		took = cpu_ns() - took;
		least = took < least ? took : least;
	}
	return (double)least / CALLS;
}

/* As others write filters: number by number, and whose argument counts at the end. */
static int filter(int numbers)
{
	static struct sock_filter code[2 * NUMBERS + 16];
	struct sock_fprog program = { 0, code };
	unsigned short n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (int i = 0; i < numbers; i++) {
		if (i == SYS_ioctl || i == SYS_personality)
			continue;
		code[n++] =
			(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)i, 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	if (numbers) {
		code[n++] = (struct sock_filter)BPF_STMT(
			BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]));
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x5412, 0, 1);
		code[n++] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(
		SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
}

int main(int argc, char **argv)
{
	if (argc > 1 && filter(strcmp(argv[1], "linear") == 0 ? NUMBERS : 0) < 0) {
		perror("calls");
		return 1;
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		printf("%s\t%.1f\n", calls[i].name, measure(i));
	return 0;
}
