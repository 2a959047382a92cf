/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See capture.h. */
#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "syscalls.h"

int capture_open_file(void)
{
	/* file-hierarchy(7): /var/tmp for what is large, /tmp may be memory. */
	static const char *const directories[] = { "/var/tmp", "/tmp" };

	int fd = -1;

	for (size_t i = 0; fd < 0 && i < sizeof(directories) / sizeof(directories[0]); i++)
		fd = open(directories[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	/* mkostemp and unlink would leave the file behind when we are killed between them. */
	if (fd < 0)
		fd = memfd_create("remand-capture", MFD_CLOEXEC);
	return fd < 0 ? syscall_errno() : fd_raise(fd);
}

/* Private: who holds the result may write into it as into memory of its own. */
static int map_file(struct pump *pump, struct remand_capture *ret)
{
	struct stat st;
	void *data;

	if (fstat(pump->file_fd, &st) < 0)
		return syscall_errno();
	/* One byte more, for the NUL: the page behind the end could not be read. */
	if (ftruncate(pump->file_fd, st.st_size + 1) < 0)
		return syscall_errno();
	data = mmap(NULL, (size_t)st.st_size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE,
		pump->file_fd, 0);
	if (data == MAP_FAILED) {
		int r = syscall_errno();

		(void)!ftruncate(pump->file_fd, st.st_size);
		return r;
	}
	*ret = (struct remand_capture){ data, (size_t)st.st_size, true };
	pump->file_fd = fd_close(pump->file_fd);
	return 0;
}

int capture_take(struct pump *pump, struct remand_capture *ret)
{
	if (pump->file_fd >= 0)
		return map_file(pump, ret);
	if (!pump->capturing)
		return 0;
	if (!pump->buffer) {
		pump->buffer = malloc(1);
		if (!pump->buffer)
			return -ENOMEM;
	}
	pump->buffer[pump->end] = '\0'; /* make_room() keeps one byte more */
	*ret = (struct remand_capture){ pump->buffer, pump->end, false };
	pump->buffer = NULL;
	return 0;
}

void capture_clear(struct remand_capture *capture)
{
	if (capture->mapped)
		munmap(capture->data, capture->length + 1);
	else
		free(capture->data);
	*capture = (struct remand_capture){ 0 };
}
