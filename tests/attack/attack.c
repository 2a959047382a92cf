/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The main program of every attack: picks the mode, tells BROKE OUT or held. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int attack_result(long returned)
{
	return returned < 0 ? -errno : 0;
}

int attack_refused(long returned)
{
	if (returned >= 0)
		return 0;
	return errno == EPERM || errno == EACCES || errno == ENOSYS ? -errno : 0;
}

int attack_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int attack_read(const char *path)
{
	char word[8]; /* some files in /proc give whole words only */
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	n = read(fd, word, sizeof(word));
	if (n < 0)
		n = -errno;
	close(fd);
	return n > 0 ? 0 : n < 0 ? (int)n : -ENODATA;
}

int attack_write(const char *path, const char *text)
{
	ssize_t n;
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	if (n < 0)
		n = -errno;
	close(fd);
	return n < 0 ? (int)n : 0;
}

/* A needle across the border of two blocks is found too: the tail of the last block stays. */
int attack_contains(const char *path, const char *needle)
{
	char text[8192];
	size_t have = 0;
	size_t length = strlen(needle);
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	while ((n = read(fd, text + have, sizeof(text) - have)) > 0) {
		have += (size_t)n;
		if (memmem(text, have, needle, length)) {
			close(fd);
			return 0;
		}
		if (have >= length) {
			memmove(text, text + have - length + 1, length - 1);
			have = length - 1;
		}
	}
	close(fd);
	return n < 0 ? -EIO : -ENODATA;
}

int attack_fork(int (*run)(void *), void *context)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(run(context));
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return status;
}

struct command {
	const char *path;
	const char *argument;
};

static int execute(void *context)
{
	const struct command *command = context;

	execl(command->path, command->path, command->argument, (char *)NULL);
	return errno;
}

int attack_exec(const char *path, const char *argument, int wanted)
{
	struct command command = { path, argument };
	int status = attack_fork(execute, &command);

	if (status < 0)
		return status;
	if (!WIFEXITED(status))
		return -ECANCELED;
	return WEXITSTATUS(status) == wanted ? 0
					     : -(WEXITSTATUS(status) ? WEXITSTATUS(status) : EIO);
}

int attack_copy(const char *source, const char *destination, mode_t mode)
{
	char block[65536];
	ssize_t n;
	int to;
	int from = open(source, O_RDONLY | O_CLOEXEC);

	if (from < 0)
		return -errno;
	to = open(destination, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	if (to < 0) {
		close(from);
		return -errno;
	}
	while ((n = read(from, block, sizeof(block))) > 0)
		if (write(to, block, (size_t)n) != n)
			n = -1;
	if (n == 0)
		n = fchmod(to, mode);
	close(from);
	close(to);
	return n < 0 ? -EIO : 0;
}

static int tell(const char *mode, int outcome)
{
	if (outcome == 0)
		printf("BROKE OUT: %s\n", mode);
	else
		printf("held: errno %d %s\n", -outcome, strerrorname_np(-outcome));
	fflush(stdout);
	return outcome == 0 ? 0 : 1;
}

struct call {
	const struct attack *attack;
	char **args;
};

static int run_and_tell(void *context)
{
	const struct call *call = context;

	return tell(call->attack->mode, call->attack->run(call->args));
}

static int run_in_child(struct call *call)
{
	int status = attack_fork(run_and_tell, call);

	if (status < 0)
		return tell(call->attack->mode, status);
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	printf("held: killed by signal %d\n", WTERMSIG(status));
	return 1;
}

int main(int argc, char **argv)
{
	const struct attack *attack;

	for (attack = attacks; argc > 1 && attack->mode; attack++) {
		struct call call = { attack, argv + 2 };

		if (strcmp(attack->mode, argv[1]) == 0)
			return attack->may_die ? run_in_child(&call) : run_and_tell(&call);
	}
	fprintf(stderr, "attack: no such mode\n");
	return 2;
}
