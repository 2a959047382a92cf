/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A readdir(3) that fails when the test says so. It takes the place of the C library's. */
#ifndef FAILING_READDIR_H
#define FAILING_READDIR_H

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

/* That many calls go well; negative: all. */
static int readdir_calls = -1;

struct dirent *readdir(DIR *stream)
{
	struct dirent *(*real)(DIR *) = NULL;

	if (readdir_calls == 0) {
		errno = EIO;
		return NULL;
	}
	readdir_calls -= readdir_calls > 0;
	*(void **)&real = dlsym(RTLD_NEXT, "readdir64");
	return real(stream);
}

#endif
