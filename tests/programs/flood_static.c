/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flood WHERE BYTES [first]: writes so many bytes to fd 1 or 2 or to a file and exits 0; the first
 * error is said on stderr and the status is 1. With a third argument, "ready" comes first.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char block[65536];
	long left = atol(argv[2]);
	int fd = argv[1][0] == '/' ? open(argv[1], O_CREAT | O_WRONLY | O_TRUNC, 0600)
				   : atoi(argv[1]);

	if (argc > 3)
		(void)!write(fd, "ready\n", 6);
	memset(block, 'x', sizeof(block));
	while (left > 0) {
		ssize_t n =
			write(fd, block, left < (long)sizeof(block) ? (size_t)left : sizeof(block));

		if (n < 0) {
			fprintf(stderr, "%s\n", strerrorname_np(errno));
			return 1;
		}
		left -= n;
	}
	return 0;
}
