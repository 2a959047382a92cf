/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See command_input.h. */
#include "command_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls.h"

#define READ_BYTES ((size_t)65536)

void input_open(struct input *input, int fd)
{
	struct stat st;

	*input = (struct input){ .fd = fd };
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		input->size = st.st_size;
}

static int make_room(struct input *input)
{
	char *grown;

	if (input->start > 0) {
		memmove(input->buffer, input->buffer + input->start, input->end - input->start);
		input->end -= input->start;
		input->start = 0;
	}
	if (input->end > INPUT_LINE_MAX)
		return -EFBIG;
	if (input->capacity >= input->end + READ_BYTES + 1)
		return 0;
	grown = realloc(input->buffer, 2 * input->end + READ_BYTES + 1);
	if (!grown)
		return -ENOMEM;
	input->buffer = grown;
	input->capacity = 2 * input->end + READ_BYTES + 1;
	return 0;
}

int input_read(struct input *input)
{
	int r = make_room(input);
	ssize_t n;

	if (r < 0)
		return r;
	n = read(input->fd, input->buffer + input->end, READ_BYTES);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : syscall_errno();
	input->ended = n == 0;
	input->end += (size_t)n;
	return 0;
}

char *input_line(struct input *input)
{
	size_t length = input->end - input->start;
	char *line = input->buffer + input->start, *newline;

	if (length == 0)
		return NULL;
	newline = memchr(line, '\n', length);
	if (!newline && !input->ended)
		return NULL;
	/* The last line may lack its newline; there is room for one byte more. */
	if (newline)
		length = (size_t)(newline - line) + 1;
	line[newline ? length - 1 : length] = '\0';
	input->start += length;
	input->consumed += (off_t)length;
	input->line++;
	return line;
}

bool input_is_empty(const struct input *input)
{
	return input->ended && input->start == input->end;
}

void input_done(struct input *input)
{
	free(input->buffer);
	*input = (struct input){ .fd = -1 };
}
