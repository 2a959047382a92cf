/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small kernel files (cgroup, proc, sys) read and written whole, by name at a directory fd. */
#ifndef FILE_H
#define FILE_H

#include <stddef.h>
#include <stdint.h>

/* Read all of a small file into buffer, NUL-terminated, final newline cut. -EFBIG: did not fit. */
int file_read(int dirfd, const char *name, char *buffer, size_t size);

/* The same from an open fd, from its start; keeps the fd's poll state fresh. */
int file_read_fd(int fd, char *buffer, size_t size);

/* Write in one write(2), as cgroup and proc files want it. */
int file_write(int dirfd, const char *name, const char *text);

/* The number after `key` and a blank, in text of "key number" lines. -ENOENT: no such key. */
int file_find_u64(const char *text, const char *key, uint64_t *ret_value);

#endif
