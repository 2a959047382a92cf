/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What makes times vary from run to run, though every limit holds. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "probe.h"

#define SECTION "Steady times"

/* Pressure of 10 % is what a report calls contended, too. */
#define BUSY_PERCENT 10.0

struct setting {
	const char *name, *path;
	const char *steady; /* what it should hold; "!" in front: what it should not */
	const char *effect, *mend;
};

static const struct setting settings[] = {
	{ "CPU governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance",
		"the frequency follows the load",
		"echo performance | tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor" },
	{ "turbo (Intel)", "/sys/devices/system/cpu/intel_pstate/no_turbo", "1",
		"the frequency depends on the heat and on the other cores",
		"echo 1 >/sys/devices/system/cpu/intel_pstate/no_turbo" },
	{ "turbo", "/sys/devices/system/cpu/cpufreq/boost", "0",
		"the frequency depends on the heat and on the other cores",
		"echo 0 >/sys/devices/system/cpu/cpufreq/boost" },
	{ "SMT", "/sys/devices/system/cpu/smt/active", "0",
		"two programs on one core slow each other down",
		"echo off >/sys/devices/system/cpu/smt/control, or give each run a whole core with "
		"--cpuset" },
	{ "ASLR", "/proc/sys/kernel/randomize_va_space", "0",
		"the layout of memory, and with it that of the caches, differs from run to run",
		"sysctl -w kernel.randomize_va_space=0, on a machine that serves nobody else" },
	{ "huge pages", "/sys/kernel/mm/transparent_hugepage/enabled", "![always]",
		"memory and page faults depend on what is free at the moment",
		"echo madvise >/sys/kernel/mm/transparent_hugepage/enabled" },
	{ "swap", "/proc/swaps", "!\n",
		"the host may swap others out meanwhile, and read them back",
		"swapoff -a, and take the swap out of /etc/fstab" },
	{ "overcommit", "/proc/sys/vm/overcommit_memory", "!2",
		"memory that is reserved and never used counts; large programs fail to fork",
		"sysctl -w vm.overcommit_memory=0" },
};

/* The first line is enough for a person; all of it decides. */
static void add_setting(struct remand_probe *probe, const struct setting *setting)
{
	struct remand_fact fact = { SECTION, setting->name, NULL, REMAND_FACT_OK,
		.mend = setting->mend };
	char text[4096];
	bool steady;

	if (file_read(AT_FDCWD, setting->path, text, sizeof(text)) < 0) {
		probe_add(probe, &fact, "not to be seen here");
		return;
	}
	steady = setting->steady[0] == '!' ? !strstr(text, setting->steady + 1)
					   : strcmp(text, setting->steady) == 0;
	fact.state = steady ? REMAND_FACT_OK : REMAND_FACT_NOTE;
	if (strcmp(setting->path, "/proc/swaps") == 0)
		snprintf(text, sizeof(text), "%s", steady ? "none" : "in use");
	probe_add(probe, &fact, steady ? "%.64s" : "%.64s: %s", text, setting->effect);
}

static void add_pressure(struct remand_probe *probe, const char *what)
{
	struct remand_fact fact = { SECTION, what, "4.20", REMAND_FACT_OK,
		.mend = "let the other work end, or look who it is: ps -eo pcpu,rss,pid,args "
			"--sort "
			"-pcpu | head" };
	const char *share;
	char path[64], text[512];
	double percent;

	snprintf(path, sizeof(path), "/proc/pressure/%s", strchr(what, ' ') + 1);
	if (file_read(AT_FDCWD, path, text, sizeof(text)) < 0) {
		fact.state = REMAND_FACT_NOTE;
		fact.mend = "add psi=1 to the kernel's command line";
		probe_add(probe, &fact, "not to be seen: trustworthy_time will be null");
		return;
	}
	share = strstr(text, "avg10=");
	percent = share ? strtod(share + 6, NULL) : 0;
	if (percent > BUSY_PERCENT)
		fact.state = REMAND_FACT_NOTE;
	probe_add(probe, &fact, "somebody waited for it %.1f %% of the last 10 s", percent);
}

void probe_timing(struct remand_probe *probe)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		add_setting(probe, &settings[i]);
	add_pressure(probe, "pressure cpu");
	add_pressure(probe, "pressure memory");
	add_pressure(probe, "pressure io");
}
