/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks for rights that were left over and tries to win new ones. */
#include "attack.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static unsigned long long status_field(const char *name)
{
	char line[256];
	unsigned long long value = 0;
	size_t length = strlen(name);
	FILE *status = fopen("/proc/self/status", "re");

	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, name, length) == 0)
			value = strtoull(line + length, NULL, 16);
	if (status)
		fclose(status);
	return value;
}

static int has_capability(char **args)
{
	return status_field(args[0]) ? 0 : -EPERM;
}

static int bounding_left(char **args)
{
	(void)args;
	for (unsigned long capability = 0; capability < 64; capability++)
		if (prctl(PR_CAPBSET_READ, capability) == 1)
			return 0;
	return -EPERM;
}

static int become_root(char **args)
{
	(void)args;
	return attack_result(setresuid(0, 0, 0));
}

/* Any other user at all: whose files would be next. */
static int become_other(char **args)
{
	(void)args;
	return attack_result(setresuid(65533, 65533, 65533));
}

static int become_other_group(char **args)
{
	(void)args;
	return attack_result(setresgid(65533, 65533, 65533));
}

static int join_groups(char **args)
{
	gid_t group = 6;

	(void)args;
	return attack_result(setgroups(1, &group));
}

static int has_groups(char **args)
{
	gid_t groups[64];
	int count = getgroups(64, groups);
	int wanted = atoi(args[0]);

	for (int i = 0; i < count; i++)
		if ((int)groups[i] == wanted)
			return 0;
	return -ENOENT;
}

static int raise_capabilities(char **args)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	(void)args;
	memset(data, 0xff, sizeof(data));
	data[1].effective = data[1].permitted = data[1].inheritable = 0x1ff;
	return attack_result(syscall(SYS_capset, &header, data));
}

static int raise_ambient(char **args)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	(void)args;
	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	data[0].inheritable |= 1U << CAP_CHOWN;
	if (syscall(SYS_capset, &header, data) < 0)
		return -errno;
	return attack_result(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0));
}

static int securebits_free(char **args)
{
	(void)args;
	return attack_result(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS, 0, 0, 0));
}

static int may_gain(char **args)
{
	(void)args;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 ? 0 : -EPERM;
}

static int no_filter(char **args)
{
	(void)args;
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0 ? 0 : -EPERM;
}

enum {
	PRIVILEGED = 77
};

/* The other half of run_helper, in the set-user-id file: says by its status what it became. */
static int am_privileged(char **args)
{
	(void)args;
	if (geteuid() != getuid() || getegid() != getgid() || status_field("CapEff:"))
		exit(PRIVILEGED);
	exit(1);
}

static int run_helper(char **args)
{
	return attack_exec(args[0], "am-privileged", PRIVILEGED);
}

/* Makes its own set-user-id file: harmless, unless it can become another's. */
static int make_helper(char **args)
{
	(void)args;
	if (attack_copy("/proc/self/exe", "./helper", 0700) < 0)
		return -EIO;
	if (chown("./helper", 65533, 65533) < 0)
		return -errno;
	return attack_result(chmod("./helper", 06755));
}

static int raise_limit(char **args)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };

	(void)args;
	return attack_result(setrlimit(RLIMIT_NOFILE, &limit));
}

static int lower_limit_of_parent(char **args)
{
	struct rlimit limit = { 3, 3 };

	return attack_result(prlimit(atoi(args[0]), RLIMIT_RTTIME, NULL, &limit));
}

static int file_user(char **args)
{
	(void)args;
	setfsuid(65533);
	return setfsuid((uid_t)-1) == 65533 ? 0 : -EPERM;
}

static int is_host_root(char **args)
{
	unsigned long inside = 1;
	unsigned long outside = 1;
	unsigned long count = 0;
	FILE *map = fopen("/proc/self/uid_map", "re");

	(void)args;
	if (!map)
		return -errno;
	while (fscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3)
		if (getuid() >= inside && getuid() < inside + count &&
			getuid() - inside + outside == 0) {
			fclose(map);
			return 0;
		}
	fclose(map);
	return -EPERM;
}

const struct attack attacks[] = {
	{ "capability", has_capability },
	{ "bounding", bounding_left, true },
	{ "setuid", become_root, true },
	{ "other-user", become_other, true },
	{ "other-group", become_other_group, true },
	{ "setgroups", join_groups, true },
	{ "groups", has_groups },
	{ "capset", raise_capabilities, true },
	{ "ambient", raise_ambient, true },
	{ "securebits", securebits_free, true },
	{ "new-privs", may_gain, true },
	{ "no-filter", no_filter, true },
	{ "am-privileged", am_privileged },
	{ "run-helper", run_helper },
	{ "make-helper", make_helper },
	{ "raise-limit", raise_limit },
	{ "parent-limit", lower_limit_of_parent },
	{ "file-user", file_user },
	{ "host-root", is_host_root },
	{ 0 },
};
