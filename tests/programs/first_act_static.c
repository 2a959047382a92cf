/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* first_act FILE: reads the file before anything else, and prints it. */
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char text[4096];
	ssize_t n = argc > 1 ? read(open(argv[1], O_RDONLY), text, sizeof(text)) : -1;

	return n < 0 || write(1, text, (size_t)n) != n;
}
