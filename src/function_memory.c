/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec takes all memory away; fork leaves what is mapped shared as a hole in every wall: the caller
 * and its peers would read what the function writes there, and a ring of io_uring would carry out
 * its orders with the caller's rights. Private memory is a copy and stays.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fd.h"
#include "function.h"

struct reader {
	int fd;
	char text[4096];
	ssize_t at, length;
	int errnum; /* why there is no more; 0: the end */
};

/* '\0': there is no more. */
static char next(struct reader *reader)
{
	if (reader->at == reader->length) {
		do
			reader->length = read(reader->fd, reader->text, sizeof(reader->text));
		while (reader->length < 0 && errno == EINTR);
		reader->at = 0;
		if (reader->length <= 0) {
			reader->errnum = reader->length < 0 ? errno : 0;
			reader->length = 0;
			return '\0';
		}
	}
	return reader->text[reader->at++];
}

/* A number and the character behind it. */
static uintptr_t take_address(struct reader *reader)
{
	uintptr_t address = 0;

	for (;;) {
		char c = next(reader);

		if (c >= '0' && c <= '9')
			address = address * 16 + (uintptr_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			address = address * 16 + (uintptr_t)(c - 'a' + 10);
		else
			return address;
	}
}

/* What is mapped for reading from a file that was opened for reading cannot be made writable, and
 * stays: the C library itself holds such (gconv-modules.cache). */
static bool can_be_written(void *start, size_t length, bool writable)
{
	return writable || mprotect(start, length, PROT_READ | PROT_WRITE) == 0 || errno != EACCES;
}

/* One line of proc(5), /proc/pid/maps: "start-end rwxs offset ...". False: there is no more. */
static bool leave_one(struct reader *reader)
{
	const uintptr_t start = take_address(reader), end = take_address(reader);
	void *place = (void *)start; // NOLINT(performance-no-int-to-ptr)
	char mode[4], c;

	for (int i = 0; i < 4; i++)
		mode[i] = next(reader);
	if (mode[3] == 's' && can_be_written(place, end - start, mode[1] == 'w') &&
		munmap(place, end - start) < 0) {
		reader->errnum = errno;
		return false;
	}
	do
		c = next(reader);
	while (c != '\n' && c != '\0');
	return c == '\n';
}

int function_leave_shared_memory(int proc_fd, struct failure *failure)
{
	CLEANUP_FD int fd = openat(proc_fd, "self/maps", O_RDONLY | O_CLOEXEC);
	struct reader reader = { .fd = fd, .errnum = fd < 0 ? errno : 0 };

	while (reader.errnum == 0 && leave_one(&reader))
		;
	if (reader.errnum == 0)
		return 0;
	failure->stage = REMAND_STAGE_CLONE;
	failure->errnum = reader.errnum;
	strncpy(failure->object, "without shared memory", sizeof(failure->object) - 1);
	return -1;
}
