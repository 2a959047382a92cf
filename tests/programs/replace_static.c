/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* replace_static FILE: puts another file of the same content in its place, by rename, again and
 * again, as who installs packages does. Until it is killed. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const struct timespec pause = { 0, 1000000 };
	char content[4096], next[PATH_MAX];
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	ssize_t n = read(fd, content, sizeof(content));

	if (n < 0)
		return 2;
	close(fd);
	snprintf(next, sizeof(next), "%s~", argv[1]);
	for (;;) {
		fd = open(next, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		if (write(fd, content, (size_t)n) != n || rename(next, argv[1]) < 0)
			return 1;
		close(fd);
		nanosleep(&pause, NULL);
	}
}
