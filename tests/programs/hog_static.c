/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hog KIND MIB: fills so much memory and exits 0. KIND: private, shared, memfd, children (four of
 * them, a quarter each, all at once), kept (the same, and they stay), child (while its parent would
 * print "survived"), asked (the same, once it has said "ready" and was told by a byte), held (says
 * "ready" when it has it and waits for the end of its input), late (a child, once its parent, told
 * by a byte on stdin, has exited 0), or the name of a file to write.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void fill(size_t mib, int flags)
{
	size_t length = mib << 20;
	volatile char *memory =
		mmap(NULL, length, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; memory != MAP_FAILED && i < length; i += 4096)
		memory[i] = 1;
}

static int fill_file(int fd, size_t mib)
{
	static char block[1 << 20];

	for (size_t i = 0; i < mib; i++)
		if (write(fd, block, sizeof(block)) != sizeof(block))
			return 1;
	return 0;
}

static int fill_in_children(int count, size_t mib, int stay)
{
	int done[2], together[2];
	char byte;

	if (pipe(done) < 0 || pipe(together) < 0)
		return 1;
	for (int i = 0; i < count; i++) {
		if (fork() == 0) {
			close(together[1]);
			fill(mib, MAP_PRIVATE);
			(void)!write(done[1], "", 1);
			_exit(read(together[0], &byte, 1) != 0);
		}
	}
	close(done[1]);
	for (int i = 0; i < count; i++)
		(void)!read(done[0], &byte, 1);
	if (stay)
		pause();
	close(together[1]);
	while (wait(NULL) > 0)
		;
	return count == 1 ? puts("survived") < 0 : 0;
}

static int fill_late(size_t mib)
{
	int alive[2], byte;

	if (pipe(alive) < 0)
		return 1;
	if (fork() == 0) {
		close(alive[1]);
		(void)!read(alive[0], &byte, 1);
		fill(mib, MAP_PRIVATE);
		pause();
	}
	puts("ready");
	fflush(stdout);
	return read(0, &byte, 1) != 1;
}

int main(int argc, char **argv)
{
	const char *kind = argv[1];
	size_t mib = (size_t)atoi(argv[argc - 1]);
	char byte;

	if (strcmp(kind, "children") == 0 || strcmp(kind, "kept") == 0)
		return fill_in_children(4, mib / 4, kind[0] == 'k');
	if (strcmp(kind, "asked") == 0 &&
		(puts("ready") < 0 || fflush(stdout) != 0 || read(0, &byte, 1) != 1))
		return 1;
	if (strcmp(kind, "child") == 0 || strcmp(kind, "asked") == 0)
		return fill_in_children(1, mib, 0);
	if (strcmp(kind, "late") == 0)
		return fill_late(mib);
	if (strcmp(kind, "memfd") == 0)
		return fill_file(memfd_create("hog", 0), mib);
	if (kind[0] == '/')
		return fill_file(open(kind, O_CREAT | O_WRONLY, 0600), mib);
	fill(mib, strcmp(kind, "shared") == 0 ? MAP_SHARED : MAP_PRIVATE);
	if (strcmp(kind, "held") == 0 && puts("ready") >= 0 && fflush(stdout) == 0)
		while (read(0, &byte, 1) > 0)
			;
	return 0;
}
