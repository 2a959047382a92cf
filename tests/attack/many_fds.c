/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A careless caller: opens 500 fds on a secret file and its directory, none CLOEXEC, and execs. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rlimit limit = { 1024, 1024 };

	if (argc < 4)
		return 2;
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int i = 0; i < 500; i++) {
		int fd = open(argv[1 + i % 2], i % 2 ? O_RDONLY | O_DIRECTORY : O_RDWR);

		if (fd < 0) {
			perror(argv[1 + i % 2]);
			return 2;
		}
	}
	execv(argv[3], argv + 3);
	perror(argv[3]);
	return 2;
}
