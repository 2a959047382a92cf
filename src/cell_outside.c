/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cell shows of the host outside of /usr: what programs are started and found with, and no
 * secret. */
#include "cell_outside.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>

#include "directory.h"
#include "syscalls.h"

/* The linker's cache, Debian's choice of programs (java, cc ...), the time zone; and where Debian
 * keeps files that a runtime or compiler does not start without: Mono, GHC. */
static const char *const files[] = { "/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime",
	"/etc/mono", "/var/lib/ghc" };

/* The same, of /etc: OpenJDK, Free Pascal. */
static const char *const patterns[] = { "java-*-openjdk", "fpc*.cfg" };

static int add_matching(
	int (*add)(struct cell *cell, const char *path), struct cell *cell, const char *name)
{
	char path[sizeof("/etc/") + NAME_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (fnmatch(patterns[i], name, FNM_PERIOD) != 0)
			continue;
		snprintf(path, sizeof(path), "/etc/%s", name);
		r = add(cell, path);
	}
	return r;
}

/* Not glob(3), which takes for absent whatever it cannot examine: a file that is left out because
 * memory was short is a program that fails for no reason that anybody sees. */
static int add_patterns(int (*add)(struct cell *cell, const char *path), struct cell *cell)
{
	DIR *stream = opendir("/etc");
	const struct dirent *entry;
	int r = 0;

	if (!stream)
		return errno == ENOENT ? 0 : syscall_errno();
	while (r == 0 && (r = directory_next(stream, &entry)) > 0)
		r = add_matching(add, cell, entry->d_name);
	closedir(stream);
	return r;
}

int cell_outside_each(int (*add)(struct cell *cell, const char *path), struct cell *cell)
{
	int r = add_patterns(add, cell);

	for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++)
		r = add(cell, files[i]);
	return r;
}
