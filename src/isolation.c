/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one place that decides between the degrees of isolation, and knows what each lacks. */
#include "isolation.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>

#include "error.h"
#include "userns.h"

#define CELL_NAMESPACES (CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS)

static const char *const degrees[] = {
	[REMAND_ISOLATION_FULL] = "full",
	[REMAND_ISOLATION_LANDLOCK] = "landlock",
	[REMAND_ISOLATION_NONE] = "none",
};

/* By bit number. */
static const char *const walls[REMAND_WALL_COUNT] = { "user-namespace", "pid-namespace",
	"mount-namespace", "network-namespace", "ipc-namespace", "uts-namespace",
	"cgroup-namespace", "own-ids", "capabilities", "landlock", "seccomp" };

#define WALLS_OF_A_CELL                                                                         \
	(REMAND_WALL_USER_NAMESPACE | REMAND_WALL_PID_NAMESPACE | REMAND_WALL_MOUNT_NAMESPACE | \
		REMAND_WALL_NETWORK_NAMESPACE | REMAND_WALL_IPC_NAMESPACE |                     \
		REMAND_WALL_UTS_NAMESPACE | REMAND_WALL_CGROUP_NAMESPACE)

const char *remand_isolation_name(enum remand_isolation isolation)
{
	return degrees[isolation];
}

const char *remand_wall_name(uint32_t bit)
{
	for (unsigned int i = 0; i < REMAND_WALL_COUNT; i++)
		if (bit == 1U << i)
			return walls[i];
	return NULL;
}

#define refuse(...) error_say(error, REMAND_STAGE_SPEC, -EINVAL, __VA_ARGS__)

/* A bind to another place needs a mount; one to its own place only a right. */
static bool moves_a_bind(const struct remand_spec *spec)
{
	for (size_t i = 0; i < spec->binds_count; i++)
		if (spec->binds[i].destination)
			return true;
	return false;
}

/* What only a file system of its own can do is never silently left out. */
static int refuse_without_cell(
	const struct remand_spec *spec, enum remand_isolation degree, struct remand_error *error)
{
	const bool landlock = degree == REMAND_ISOLATION_LANDLOCK;
	const struct {
		const char *option;
		bool asked;
	} needs[] = {
		{ "--root", spec->root != NULL },
		{ "--bind SRC:DST", moves_a_bind(spec) },
		{ "--bind", spec->binds_count > 0 && !landlock },
		{ "--tmpfs", spec->tmpfs_count > 0 },
		{ "--file", spec->files_count > 0 && (!landlock || spec->work) },
		{ "--disk", spec->disk_bytes != 0 && spec->disk_bytes != REMAND_UNLIMITED },
		{ "--hostname", spec->hostname != NULL },
		{ "--collect", spec->collects_count > 0 && !landlock && !spec->work },
		{ "--devpts", spec->devpts },
	};

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (needs[i].asked)
			return refuse("%s%s needs a file system of the run's own, which isolation "
				      "'%s' has not; leave it out, or use isolation full",
				needs[i].option,
				spec->work && i == 4 ? " together with --work" : "",
				degrees[degree]);
	return 0;
}

static int decide_landlock(const struct remand_spec *spec, const struct host *host,
	struct isolation *ret, struct remand_error *error)
{
	if (!host->landlock_abi)
		return error_say(error, REMAND_STAGE_HOST, -EOPNOTSUPP,
			"this kernel has no Landlock, which isolation 'landlock' is made of; it "
			"needs Linux 5.13 with CONFIG_SECURITY_LANDLOCK and 'landlock' in the "
			"list of the lsm= boot parameter (see /sys/kernel/security/lsm)");
	*ret = (struct isolation){
		.degree = REMAND_ISOLATION_LANDLOCK,
		.separate_ids = host->may_set_ids,
		.own_ids = host->own_ids,
		.confined = true,
		.bar_network = spec->network == REMAND_NETWORK_NONE,
		.landlock_abi = host->landlock_abi,
		.missing = WALLS_OF_A_CELL | (host->may_set_ids ? 0 : REMAND_WALL_OWN_IDS),
	};
	return refuse_without_cell(spec, ret->degree, error);
}

static bool is_open_to_others(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 || (st.st_mode & (S_IROTH | S_IXOTH)) == (S_IROTH | S_IXOTH) ||
	       (S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) && !(st.st_mode & S_IXUSR));
}

/* What a target with another id than the caller's could not use: a directory to write, where what
 * it makes must be the caller's, and files that are open to the caller only. */
static bool needs_the_callers_id(const struct remand_spec *spec)
{
	const char *program = spec->function ? "" : spec->argv[0];

	if (spec->work || (spec->root && !is_open_to_others(spec->root)) ||
		(strchr(program, '/') && !spec->root && !is_open_to_others(program)))
		return true;
	for (size_t i = 0; i < spec->binds_count; i++)
		if (spec->binds[i].writable || !is_open_to_others(spec->binds[i].source))
			return true;
	for (size_t i = 0; i < spec->files_count; i++)
		if (!is_open_to_others(spec->files[i].source))
			return true;
	return false;
}

/* Root can do without a user namespace: the run's own host ids and the lost capabilities stand. */
static int decide_full(const struct remand_spec *spec, const struct host *host,
	struct isolation *ret, struct remand_error *error)
{
	bool user_namespace = !spec->best_effort || userns_probe() == 0;
	struct isolation isolation = {
		.degree = REMAND_ISOLATION_FULL,
		.namespaces = CELL_NAMESPACES,
		.cell = true,
		.separate_ids = host->privileged,
		.own_ids = host->own_ids,
		.confined = true,
		.landlock_abi = host->landlock_abi,
	};

	if (!user_namespace && !host->privileged)
		return decide_landlock(spec, host, ret, error);
	if (user_namespace)
		isolation.namespaces |= CLONE_NEWUSER;
	else
		isolation.missing |= REMAND_WALL_USER_NAMESPACE;
	if (spec->network == REMAND_NETWORK_NONE)
		isolation.namespaces |= CLONE_NEWNET;
	if (!isolation.separate_ids && !needs_the_callers_id(spec))
		isolation.sub_ids = sub_ids_find();
	if (!isolation.separate_ids && !isolation.sub_ids.found)
		isolation.missing |= REMAND_WALL_OWN_IDS;
	if (!isolation.landlock_abi)
		isolation.missing |= REMAND_WALL_LANDLOCK;
	*ret = isolation;
	return 0;
}

static int decide_none(
	const struct remand_spec *spec, struct isolation *ret, struct remand_error *error)
{
	/* There is no filter here: rules would be promises that nobody keeps. */
	if (spec->seccomp || spec->rules_count > 0)
		return refuse(
			"rules for system calls (--allow, --deny, --kill, --log, --seccomp) need "
			"isolation full or landlock; isolation 'none' has no filter");
	*ret = (struct isolation){
		.degree = REMAND_ISOLATION_NONE,
		.missing = WALLS_OF_A_CELL | REMAND_WALL_OWN_IDS | REMAND_WALL_CAPABILITIES |
			   REMAND_WALL_LANDLOCK | REMAND_WALL_SECCOMP,
	};
	return refuse_without_cell(spec, ret->degree, error);
}

/* On the host, somebody else's ids are a privilege. */
static int check_user(const struct remand_spec *spec, const struct host *host,
	const struct isolation *isolation, struct remand_error *error)
{
	if (!spec->user.given || (isolation->namespaces & CLONE_NEWUSER) || host->may_set_ids)
		return 0;
	return error_say(error, REMAND_STAGE_HOST, -EPERM,
		"--user %u:%u needs root without a user namespace (isolation '%s'); leave it out, "
		"or use isolation full",
		spec->user.uid, spec->user.gid, degrees[isolation->degree]);
}

/* The kernel makes a new devpts only where there is a root: its ptmx is root's. */
static int check_devpts(const struct remand_spec *spec, const struct isolation *isolation,
	struct remand_error *error)
{
	const bool root = spec->user.given && spec->user.uid == 0 && spec->user.gid == 0;
	const bool some = spec->user.given && (spec->user.uid == 0 || spec->user.gid == 0);

	if (!spec->devpts || root || !(isolation->namespaces & CLONE_NEWUSER) ||
		(!some && (isolation->separate_ids || isolation->sub_ids.found)))
		return 0;
	return error_say(error, REMAND_STAGE_SPEC, -EINVAL,
		"--devpts needs a user and group 0 in the cell, and only one id can be mapped here "
		"(see 'host ids' in remand check); add --user 0");
}

int isolation_decide(const struct remand_spec *spec, const struct host *host,
	struct isolation *ret_isolation, struct remand_error *error)
{
	struct isolation isolation = { 0 };
	int r = -EINVAL;

	switch (spec->isolation) {
	case REMAND_ISOLATION_FULL:
		r = decide_full(spec, host, &isolation, error);
		break;
	case REMAND_ISOLATION_LANDLOCK:
		r = decide_landlock(spec, host, &isolation, error);
		break;
	case REMAND_ISOLATION_NONE:
		r = decide_none(spec, &isolation, error);
		break;
	}
	if (r == 0)
		r = check_user(spec, host, &isolation, error);
	if (r == 0)
		r = check_devpts(spec, &isolation, error);
	if (r == 0)
		*ret_isolation = isolation;
	return r;
}
