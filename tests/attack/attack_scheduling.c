/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* More of the processor than its share. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	IOPRIO_WHO_PROCESS = 1,
	IOPRIO_CLASS_RT = 1,
	IOPRIO_CLASS_SHIFT = 13
};

static int raise_nice(char **args)
{
	(void)args;
	return attack_result(setpriority(PRIO_PROCESS, 0, -20));
}

static int real_time(char **args)
{
	struct sched_param parameters = { .sched_priority = 1 };

	return attack_result(sched_setscheduler(0, atoi(args[0]), &parameters));
}

struct deadline {
	unsigned int size;
	unsigned int policy;
	unsigned long long flags;
	int nice;
	unsigned int priority;
	unsigned long long runtime;
	unsigned long long deadline;
	unsigned long long period;
};

static int deadline_class(char **args)
{
	struct deadline wanted = { sizeof(wanted), 6 /* SCHED_DEADLINE */, 0, 0, 0, 10000000,
		30000000, 30000000 };

	(void)args;
	return attack_result(syscall(SYS_sched_setattr, 0, &wanted, 0));
}

static int real_time_input(char **args)
{
	(void)args;
	return attack_result(syscall(
		SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_CLASS_RT << IOPRIO_CLASS_SHIFT));
}

static int schedule_other(char **args)
{
	struct sched_param parameters = { .sched_priority = 0 };

	return attack_result(sched_setscheduler(atoi(args[0]), SCHED_OTHER, &parameters));
}

static int pin_other(char **args)
{
	cpu_set_t set;

	if (sched_getaffinity(atoi(args[0]), sizeof(set), &set) < 0)
		return -errno;
	return attack_result(sched_setaffinity(atoi(args[0]), sizeof(set), &set));
}

static int inherited_class(char **args)
{
	(void)args;
	return sched_getscheduler(0) != SCHED_OTHER ? 0 : -EPERM;
}

static int inherited_nice(char **args)
{
	(void)args;
	return getpriority(PRIO_PROCESS, 0) < 0 ? 0 : -EPERM;
}

static int inherited_protection(char **args)
{
	int score = 0;
	FILE *file = fopen("/proc/self/oom_score_adj", "re");

	(void)args;
	if (!file)
		return -errno;
	if (fscanf(file, "%d", &score) != 1)
		score = 0;
	fclose(file);
	return score < 0 ? 0 : -EPERM;
}

static int inherited_input_class(char **args)
{
	(void)args;
	return syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0) >> IOPRIO_CLASS_SHIFT ==
			       IOPRIO_CLASS_RT
		       ? 0
		       : -EPERM;
}

static int inherited_affinity(char **args)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return -errno;
	return CPU_COUNT(&set) > atoi(args[0]) ? 0 : -EPERM;
}

/* Wider than what the caller had itself. */
static int widen_affinity(char **args)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(atoi(args[0]), &set);
	return attack_result(sched_setaffinity(0, sizeof(set), &set));
}

const struct attack attacks[] = {
	{ "nice", raise_nice },
	{ "real-time", real_time },
	{ "deadline", deadline_class },
	{ "io-real-time", real_time_input },
	{ "schedule-other", schedule_other },
	{ "pin-other", pin_other },
	{ "inherited-class", inherited_class },
	{ "inherited-nice", inherited_nice },
	{ "inherited-protection", inherited_protection },
	{ "inherited-io", inherited_input_class },
	{ "inherited-affinity", inherited_affinity },
	{ "widen", widen_affinity },
	{ 0 },
};
