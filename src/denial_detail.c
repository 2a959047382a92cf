/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A refused call in words, "openat(AT_FDCWD, "/etc/shadow", O_RDONLY)", and where in which file its
 * instruction lies. The caller is stopped meanwhile; another thread of it may change the memory, so
 * what is read here is for people and decides nothing.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "denial.h"
#include "fd.h"
#include "reason.h"
#include "syscall_constants.h"

/* What a target can make of its address space is long; what explains a denial comes soon. */
#define MAPS_BYTES_MAX ((size_t)512 << 10)
#define PATH_BYTES     96

/*
 * Arguments, one letter each:  d signed number   x hexadecimal   m octal mode   f directory fd
 * p path   o flags of open   s address family   t socket type   c clone flags   k signal
 * i ioctl   r resource limit   l protection of memory
 */
static const struct {
	const char *name, *arguments;
} calls[] = {
	{ "bind", "dxd" },
	{ "bpf", "dxd" },
	{ "chmod", "pm" },
	{ "chown", "pdd" },
	{ "chroot", "p" },
	{ "clone", "cx" },
	{ "clone3", "xd" },
	{ "connect", "dxd" },
	{ "creat", "pm" },
	{ "execve", "pxx" },
	{ "execveat", "fpxxx" },
	{ "fchmod", "dm" },
	{ "fchmodat", "fpm" },
	{ "fork", "" },
	{ "getdents64", "dxd" },
	{ "inotify_init1", "x" },
	{ "ioctl", "dix" },
	{ "kill", "dk" },
	{ "link", "pp" },
	{ "linkat", "fpfpx" },
	{ "mkdir", "pm" },
	{ "mkdirat", "fpm" },
	{ "mknod", "pmx" },
	{ "mknodat", "fpmx" },
	{ "mmap", "xdlxdx" },
	{ "mount", "pppxx" },
	{ "mprotect", "xdl" },
	{ "newfstatat", "fpxx" },
	{ "open", "pom" },
	{ "openat", "fpom" },
	{ "personality", "x" },
	{ "pivot_root", "pp" },
	{ "prlimit64", "drxx" },
	{ "ptrace", "ddxx" },
	{ "read", "dxd" },
	{ "rename", "pp" },
	{ "renameat", "fpfp" },
	{ "renameat2", "fpfpx" },
	{ "rmdir", "p" },
	{ "sched_setaffinity", "ddx" },
	{ "setns", "dc" },
	{ "setpriority", "ddd" },
	{ "setrlimit", "rx" },
	{ "socket", "std" },
	{ "socketpair", "stdx" },
	{ "stat", "px" },
	{ "statx", "fpxxx" },
	{ "symlink", "pp" },
	{ "symlinkat", "pfp" },
	{ "tgkill", "ddk" },
	{ "tkill", "dk" },
	{ "truncate", "pd" },
	{ "umount2", "px" },
	{ "unlink", "p" },
	{ "unlinkat", "fpx" },
	{ "unshare", "c" },
	{ "vfork", "" },
	{ "write", "dxd" },
};

/* Text that grows to the size of its buffer and no further. */
struct line {
	char *text;
	size_t used, size;
};

__attribute__((format(printf, 2, 3))) static void put(struct line *line, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line->text + line->used, line->size - line->used, format, args);
	va_end(args);
	if (n > 0)
		line->used += (size_t)n;
	if (line->used >= line->size)
		line->used = line->size - 1;
}

/* By page, so that a string at the end of what is mapped is read all the same. */
static bool read_path(pid_t pid, uint64_t address, char path[PATH_BYTES + 1])
{
	uint64_t page = 4096 - address % 4096;
	size_t first = page < PATH_BYTES ? (size_t)page : PATH_BYTES;
	struct iovec local = { path, PATH_BYTES };
	struct iovec remote[] = { { (void *)(uintptr_t)address, first },
		{ (void *)(uintptr_t)(address + first), PATH_BYTES - first } };
	ssize_t n = process_vm_readv(pid, &local, 1, remote, PATH_BYTES > first ? 2 : 1, 0);

	if (n <= 0)
		return false;
	path[n] = '\0';
	return true;
}

static void put_path(struct line *line, uint64_t address, pid_t pid)
{
	char path[PATH_BYTES + 1];
	size_t length;

	if (pid <= 0 || !read_path(pid, address, path)) {
		put(line, "0x%" PRIx64, address);
		return;
	}
	length = strlen(path);
	for (char *c = path; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f || *c == '"')
			*c = '?';
	put(line, "\"%s\"%s", path, length == PATH_BYTES ? "..." : "");
}

static void put_named(struct line *line, const char *prefix, uint64_t value)
{
	const char *name = syscall_constants_name(prefix, value);

	if (name)
		put(line, "%s", name);
	else
		put(line, "0x%" PRIx64, value);
}

/* What is named bit by bit, then the rest. */
static void put_bits(struct line *line, const char *prefix, uint64_t value, bool behind)
{
	for (unsigned int bit = 0; bit < 32; bit++) {
		uint64_t one = UINT64_C(1) << bit;
		const char *name = value & one ? syscall_constants_name(prefix, one) : NULL;

		if (!name)
			continue;
		put(line, "%s%s", behind ? "|" : "", name);
		behind = true;
		value &= ~one;
	}
	if (value || !behind)
		put(line, "%s0x%" PRIx64, behind ? "|" : "", value);
}

static void put_argument(struct line *line, char kind, uint64_t value, pid_t pid)
{
	static const char *const open_modes[] = { "O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE" };
	uint32_t low = (uint32_t)value;

	if (kind == 'f' && (int32_t)low == AT_FDCWD)
		put(line, "AT_FDCWD");
	else if (kind == 'd' || kind == 'f')
		put(line, "%" PRId32, (int32_t)low);
	else if (kind == 'm')
		put(line, "0%" PRIo32, low);
	else if (kind == 'p')
		put_path(line, value, pid);
	else if (kind == 's')
		put_named(line, "AF_", low);
	else if (kind == 'i')
		put_named(line, "T", low);
	else if (kind == 'r')
		put_named(line, "RLIMIT_", low);
	else if (kind == 'k')
		put_named(line, "SIG", low);
	else if (kind == 'l')
		put_bits(line, "PROT_", low, false);
	else if (kind == 'c')
		put_bits(line, "CLONE_", low & ~UINT32_C(0xff), false);
	else if (kind == 't') {
		put_named(line, "SOCK_", low & 0xf);
		if (low & ~UINT32_C(0xf))
			put_bits(line, "SOCK_", low & ~UINT32_C(0xf), true);
	} else if (kind == 'o') {
		put(line, "%s", open_modes[low & O_ACCMODE]);
		if (low & ~(uint32_t)O_ACCMODE)
			put_bits(line, "O_", low & ~(uint32_t)O_ACCMODE, true);
	} else {
		put(line, "0x%" PRIx64, value);
	}
}

static const char *arguments_of(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].arguments;
	return NULL;
}

static void put_call(struct remand_denial *denial, pid_t pid)
{
	struct line line = { denial->call, 0, sizeof(denial->call) };
	char *name = reason_syscall_name(denial->architecture, denial->syscall);
	const char *kinds = NULL;

	if (!name) {
		put(&line, "system call number %" PRId64, denial->syscall);
		return;
	}
	put(&line, "%s", name);
	if (denial->architecture == seccomp_arch_native())
		kinds = arguments_of(name);
	free(name);
	if (!kinds)
		return;
	put(&line, "(");
	for (size_t i = 0; kinds[i]; i++) {
		/* The mode of a file that is not made is nothing. */
		if (kinds[i] == 'm' && i > 0 && kinds[i - 1] == 'o' &&
			!(denial->arguments[i - 1] & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))))
			break;
		put(&line, "%s", i ? ", " : "");
		put_argument(&line, kinds[i], denial->arguments[i], pid);
	}
	put(&line, ")");
}

/* "start-end perms offset device inode path": proc(5), /proc/pid/maps. */
static bool put_mapping(struct remand_denial *denial, const char *mapping)
{
	uint64_t start, end, offset, pc = denial->program_counter;
	int path = 0;

	if (sscanf(mapping, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %n", &start, &end,
		    &offset, &path) < 3 ||
		pc < start || pc >= end)
		return false;
	snprintf(denial->place, sizeof(denial->place), "%.80s+0x%" PRIx64,
		path && mapping[path] ? mapping + path : "anonymous memory",
		pc - start + (path && mapping[path] ? offset : 0));
	for (char *c = denial->place; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f)
			*c = '?';
	return true;
}

static void find_place(struct remand_denial *denial, pid_t pid)
{
	CLEANUP_FREE char *line = NULL;
	size_t size = 0, read_bytes = 0;
	char path[32];
	FILE *maps;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "re");
	while (maps && read_bytes < MAPS_BYTES_MAX && (n = getline(&line, &size, maps)) > 0) {
		read_bytes += (size_t)n;
		line[n - 1] = '\0'; /* the newline */
		if (put_mapping(denial, line))
			break;
	}
	if (maps)
		fclose(maps);
}

void denial_describe(struct remand_denial *denial, const struct seccomp_notif *notification,
	int listener, bool read_memory)
{
	uint64_t id = notification->id;
	pid_t pid = (pid_t)notification->pid; /* 0: in a pid namespace that we do not see */

	if (pid > 0)
		find_place(denial, pid);
	put_call(denial, read_memory ? pid : 0);
	/* The thread was killed meanwhile, and its number may be somebody else's. */
	if (pid > 0 && ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) < 0) {
		denial->place[0] = '\0';
		put_call(denial, 0);
	}
}
