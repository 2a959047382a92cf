/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of a file, a pipe or a terminal, one at a time, without waiting for the next. */
#ifndef COMMAND_INPUT_H
#define COMMAND_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct input {
	int fd;
	bool ended; /* nothing more can be read */
	char *buffer;
	size_t start, end, capacity;
	size_t line;          /* number of the line that was taken last */
	off_t consumed, size; /* bytes; size 0: not known */
};

/* The longest line that is taken. */
#define INPUT_LINE_MAX ((size_t)16 << 20)

void input_open(struct input *input, int fd);
/* Read what there is. 0 or -errno; -EFBIG: a line has no end. */
int input_read(struct input *input);
/* The next whole line, without its newline; valid until the next read. NULL: not there yet, or none
 * any more. */
char *input_line(struct input *input);
bool input_is_empty(const struct input *input);
void input_done(struct input *input);

#endif
