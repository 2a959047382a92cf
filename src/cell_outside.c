/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cell shows of the host outside of /usr: what programs are started and found with, and no
 * secret. */
#include "cell_outside.h"

#include <errno.h>
#include <glob.h>
#include <stddef.h>

/* The linker's cache, Debian's choice of programs (java, cc ...), the time zone; and where Debian
 * keeps files that a runtime or compiler does not start without: OpenJDK, Mono, Free Pascal, GHC.
 */
static const char *const patterns[] = { "/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime",
	"/etc/java-*-openjdk", "/etc/mono", "/etc/fpc*.cfg", "/var/lib/ghc" };

int cell_outside_each(int (*add)(struct cell *cell, const char *path), struct cell *cell)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		glob_t found = { 0 };
		int g = glob(patterns[i], GLOB_NOSORT, NULL, &found);

		for (size_t j = 0; g == 0 && r == 0 && j < found.gl_pathc; j++)
			r = add(cell, found.gl_pathv[j]);
		globfree(&found);
		if (g == GLOB_NOSPACE)
			r = -ENOMEM;
	}
	return r;
}
