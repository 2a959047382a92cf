/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * landlock(7). The constants are written out because Debian 12's headers end with ABI 2 while the
 * kernels that we meet go further; each with the ABI that brings it.
 */
#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fd.h"
#include "syscalls.h"

#define FS_EXECUTE     (1ULL << 0)
#define FS_WRITE_FILE  (1ULL << 1)
#define FS_READ_FILE   (1ULL << 2)
#define FS_READ_DIR    (1ULL << 3)
#define FS_REMOVE_DIR  (1ULL << 4)
#define FS_REMOVE_FILE (1ULL << 5)
#define FS_MAKE_CHAR   (1ULL << 6)
#define FS_MAKE_DIR    (1ULL << 7)
#define FS_MAKE_REG    (1ULL << 8)
#define FS_MAKE_SOCK   (1ULL << 9)
#define FS_MAKE_FIFO   (1ULL << 10)
#define FS_MAKE_BLOCK  (1ULL << 11)
#define FS_MAKE_SYM    (1ULL << 12)
#define FS_REFER       (1ULL << 13) /* ABI 2 */
#define FS_TRUNCATE    (1ULL << 14) /* ABI 3 */
#define FS_IOCTL_DEV   (1ULL << 15) /* ABI 5 */

#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0) /* ABI 6 */
#define SCOPE_SIGNAL               (1ULL << 1) /* ABI 6 */

#define RULE_PATH_BENEATH      1
#define CREATE_RULESET_VERSION 1U

#define NET_BIND_TCP    (1ULL << 0) /* ABI 4 */
#define NET_CONNECT_TCP (1ULL << 1) /* ABI 4 */

struct ruleset_attributes {
	uint64_t handled_access_fs;
	uint64_t handled_access_net; /* ABI 4 */
	uint64_t scoped;             /* ABI 6 */
};

struct path_beneath {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

#define READ_ONLY (FS_EXECUTE | FS_READ_FILE | FS_READ_DIR)
#define WRITABLE                                                                                  \
	(READ_ONLY | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | \
		FS_MAKE_SOCK | FS_MAKE_FIFO | FS_MAKE_SYM | FS_REFER | FS_TRUNCATE)
/* What exists may be written: devices, and the process's own files in /proc. */
#define WRITE_ONLY (FS_WRITE_FILE | FS_TRUNCATE)

int landlock_probe_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);

	if (abi >= 0)
		return (int)abi;
	/* Not built in, switched off at boot, hidden by a container's filter. What else it may be
	 * is no reason to do without this wall. */
	return errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM ? 0 : syscall_errno();
}

/* All rights that the ABI knows are handled: what no rule grants is denied. */
static uint64_t handled_by(int abi)
{
	uint64_t handled = (FS_MAKE_SYM << 1) - 1;

	if (abi >= 2)
		handled |= FS_REFER;
	if (abi >= 3)
		handled |= FS_TRUNCATE;
	if (abi >= 5)
		handled |= FS_IOCTL_DEV;
	return handled;
}

static int create(int abi, bool bar_network)
{
	const struct ruleset_attributes attributes = {
		.handled_access_fs = handled_by(abi),
		/* No rule grants a port. */
		.handled_access_net = abi >= 4 && bar_network ? NET_BIND_TCP | NET_CONNECT_TCP : 0,
		.scoped = abi >= 6 ? SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL : 0,
	};
	/* An older kernel takes the longer struct as long as what it does not know is zero. */
	long fd = syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);

	return fd < 0 ? syscall_errno() : (int)fd;
}

static int allow_fd(int ruleset, int abi, int fd, uint64_t access)
{
	struct path_beneath rule = { .allowed_access = access & handled_by(abi), .parent_fd = fd };

	/* EBADFD: a pipe or socket, which Landlock leaves alone. */
	return syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0) < 0 &&
			       errno != EBADFD
		       ? syscall_errno()
		       : 0;
}

static int allow(int ruleset, int abi, const char *path, uint64_t access)
{
	CLEANUP_FD int fd = open(path, O_PATH | O_CLOEXEC);

	return fd < 0 ? syscall_errno() : allow_fd(ruleset, abi, fd, access);
}

static bool is_writable(const struct cell_step *step)
{
	switch (step->kind) {
	case CELL_BIND:
	case CELL_SCRATCH:
	case CELL_TMPFS:
		return !(step->attributes & MOUNT_ATTR_RDONLY);
	case CELL_DIRECTORY:
	case CELL_SYMLINK:
	case CELL_TEXT:
	case CELL_PROC:
	case CELL_DEVPTS:
	case CELL_MASK:
	case CELL_READ_ONLY:
	case CELL_DEVICE:
		break;
	}
	return false;
}

/* The working directory is "/", so that destinations are paths as they stand. A directory gets the
 * rights to create in it; for a file the kernel refuses those (EINVAL). */
static int allow_step(int ruleset, int abi, const struct cell_step *step)
{
	int r = allow(ruleset, abi, step->destination, WRITABLE);

	return r == -EINVAL ? allow(ruleset, abi, step->destination,
				      FS_EXECUTE | FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE)
			    : r;
}

static int allow_in_cell(int ruleset, int abi, const struct cell_step *step)
{
	/* Who makes a terminal sets its size and modes. */
	if (step->kind == CELL_DEVPTS)
		return allow(
			ruleset, abi, step->destination, READ_ONLY | WRITE_ONLY | FS_IOCTL_DEV);
	return is_writable(step) ? allow_step(ruleset, abi, step) : 0;
}

/* /dev/stdin opens fd 0 anew: the file itself lies outside of the cell, so that it needs a right of
 * its own, for that direction only. */
static int allow_stdio(int ruleset, int abi)
{
	int r = allow_fd(ruleset, abi, 0, FS_READ_FILE);

	for (int fd = 1; r == 0 && fd <= 2; fd++)
		r = allow_fd(ruleset, abi, fd, FS_WRITE_FILE | FS_TRUNCATE);
	return r;
}

static int fill(int ruleset, int abi, const struct cell *cell, const char **ret_object)
{
	static const struct {
		const char *path;
		uint64_t access;
	} everywhere[] = { { "/", READ_ONLY }, { "/dev", WRITE_ONLY }, { "/proc", WRITE_ONLY } };

	for (size_t i = 0; i < sizeof(everywhere) / sizeof(everywhere[0]); i++) {
		int r = allow(ruleset, abi, everywhere[i].path, everywhere[i].access);

		*ret_object = everywhere[i].path;
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < cell->count; i++) {
		int r = allow_in_cell(ruleset, abi, &cell->steps[i]);

		/* What the target cannot reach needs no right, and gets none. */
		if (r < 0 && r != -EACCES) {
			*ret_object = cell->steps[i].destination;
			return r;
		}
	}
	return 0;
}

/* ---- without a cell ---- */

/* What Landlock lets a rule on a single file say. */
#define ON_FILES (FS_EXECUTE | FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE | FS_IOCTL_DEV)

static uint64_t access_of(const struct cell_step *step)
{
	switch (step->kind) {
	case CELL_BIND:
		return step->attributes & MOUNT_ATTR_RDONLY ? READ_ONLY : WRITABLE;
	case CELL_SCRATCH:
	case CELL_TMPFS:
		return WRITABLE;
	case CELL_DEVICE:
		return FS_READ_FILE | FS_WRITE_FILE;
	case CELL_PROC:
		return FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE;
	case CELL_DIRECTORY:
	case CELL_SYMLINK:
	case CELL_TEXT:
	case CELL_MASK:
	case CELL_READ_ONLY:
	case CELL_DEVPTS:
		break;
	}
	return 0;
}

/* Each step by the descriptor that the supervisor opened; only its own /proc the target opens. */
static int fill_on_host(int ruleset, int abi, const struct cell *cell, const char **ret_object)
{
	for (size_t i = 0; i < cell->count; i++) {
		const struct cell_step *step = &cell->steps[i];
		uint64_t access = access_of(step);
		int r = 0;

		*ret_object = step->destination;
		if (step->kind == CELL_PROC)
			r = allow(ruleset, abi, "/proc/self", access);
		else if (step->tree_fd >= 0)
			r = allow_fd(ruleset, abi, step->tree_fd, access);
		if (r == -EINVAL)
			r = allow_fd(ruleset, abi, step->tree_fd, access & ON_FILES);
		if (r < 0)
			return r;
	}
	return 0;
}

int landlock_apply(
	const struct cell *cell, const struct isolation *isolation, struct failure *failure)
{
	const int abi = isolation->landlock_abi;
	CLEANUP_FD int ruleset = create(abi, isolation->bar_network);
	const char *object = "stdio";
	int r = ruleset < 0 ? ruleset : allow_stdio(ruleset, abi);

	if (r == 0)
		r = isolation->cell ? fill(ruleset, abi, cell, &object)
				    : fill_on_host(ruleset, abi, cell, &object);
	if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		r = syscall_errno();
	if (r < 0) {
		failure->stage = REMAND_STAGE_LANDLOCK;
		failure->errnum = -r;
		strncpy(failure->object, object, sizeof(failure->object) - 1);
	}
	return r;
}
