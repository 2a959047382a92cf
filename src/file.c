/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small kernel files: whole reads, single writes, "key value" lines. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "syscalls.h"

int file_read_fd(int fd, char *buffer, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = pread(fd, buffer + used, size - used, (off_t)used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return syscall_errno();
		if (n == 0)
			break;
		used += (size_t)n;
	}
	if (used == size)
		return -EFBIG;
	if (used > 0 && buffer[used - 1] == '\n')
		used--;
	buffer[used] = '\0';
	return 0;
}

int file_read(int dirfd, const char *name, char *buffer, size_t size)
{
	CLEANUP_FD int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? syscall_errno() : file_read_fd(fd, buffer, size);
}

int file_write(int dirfd, const char *name, const char *text)
{
	CLEANUP_FD int fd = openat(dirfd, name, O_WRONLY | O_CLOEXEC);
	size_t length = strlen(text);
	ssize_t n;

	if (fd < 0)
		return syscall_errno();
	do
		n = write(fd, text, length);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return syscall_errno();
	return (size_t)n == length ? 0 : -EIO;
}

int file_find_u64(const char *text, const char *key, uint64_t *ret_value)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		unsigned long long value;
		char *end;

		line += line != text || *line == '\n';
		if (strncmp(line, key, length) != 0 || line[length] != ' ')
			continue;
		errno = 0;
		value = strtoull(line + length + 1, &end, 10);
		if (errno || line[length + 1] < '0' || line[length + 1] > '9' ||
			(*end && *end != '\n'))
			return -EINVAL;
		*ret_value = value;
		return 0;
	}
	return -ENOENT;
}
