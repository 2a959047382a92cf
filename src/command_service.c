/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See command_service.h. */
#include "command_service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "command.h"
#include "fd.h"
#include "syscalls.h"

#define NAME_MAX_BYTES 64
/* Of what is read back: environment and arguments, 128 KiB each word and 6 MiB all, execve(2). */
#define FILE_MAX_BYTES ((size_t)16 << 20)
#define LISTEN_MAX     32

bool service_is_name(const char *name)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@-";
	size_t length = strspn(name, letters);

	return length > 0 && length <= NAME_MAX_BYTES && !name[length] && name[0] != '.' &&
	       name[0] != '-';
}

void service_complain(const char *name, const char *what, int r)
{
	char message[2048];

	snprintf(message, sizeof(message), "%s: %s%s%s", name, what, r < 0 ? ": " : "",
		r < 0 ? strerror(-r) : "");
	command_complain(message);
}

/* ---- directories ---- */

static int complain(const char *what, const char *name, const char *why)
{
	char message[1200];

	snprintf(message, sizeof(message), "%s %s: %s", what, name, why);
	command_complain(message);
	return -1;
}

/* Where another could write, what lies there is not ours. */
static int check_owner(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return syscall_errno();
	if (st.st_uid == geteuid() && (st.st_mode & 077) == 0)
		return 0;
	complain("services are kept in", path,
		"it must belong to the caller and be closed to all others (mode 0700)");
	return -EPERM;
}

static int open_directory(int dir_fd, const char *path, bool make)
{
	CLEANUP_FD int fd = -1;
	int r;

	if (make && mkdirat(dir_fd, path, 0700) < 0 && errno != EEXIST) {
		r = syscall_errno();
		complain("cannot make the directory", path, strerror(-r));
		return r;
	}
	fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		r = syscall_errno();
		if (r != -ENOENT)
			complain("cannot open the directory", path, strerror(-r));
		return r;
	}
	r = check_owner(fd, path);
	return r < 0 ? r : fd_take(&fd);
}

int service_open_all(bool make)
{
	const char *given = getenv("REMAND_STATE_DIR"), *runtime = getenv("XDG_RUNTIME_DIR");
	CLEANUP_FREE char *path = NULL;

	if (given && given[0] == '/')
		return open_directory(AT_FDCWD, given, make);
	if (given) {
		command_complain("REMAND_STATE_DIR is no absolute path");
		return -EINVAL;
	}
	if (geteuid() == 0)
		return open_directory(AT_FDCWD, "/run/remand", make);
	if (!runtime || runtime[0] != '/') {
		command_complain("there is no place for services: XDG_RUNTIME_DIR is not set, as "
				 "in a login session; set it, or REMAND_STATE_DIR");
		return -EINVAL;
	}
	if (asprintf(&path, "%s/remand", runtime) < 0)
		return -ENOMEM;
	return open_directory(AT_FDCWD, path, make);
}

int service_open(const char *name, bool make)
{
	CLEANUP_FD int all = -1;

	if (!service_is_name(name)) {
		complain("this is no name of a service:", name,
			"expected 1 to 64 of A-Z a-z 0-9 _ . @ -, beginning with none of . -");
		return -EINVAL;
	}
	all = service_open_all(make);
	return all < 0 ? all : open_directory(all, name, make);
}

/* ---- the lock ---- */

/* Two bytes of the file, each with a lock of a kind of its own, fcntl(2). */
static const struct flock whole_service = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
static const struct flock supervising_process = {
	.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1, .l_len = 1
};

/* Of the open file, not of the process (open file description locks): the supervisor has it from
 * `start`, and it can be asked for without being taken. */
int service_lock(int dir_fd)
{
	CLEANUP_FD int fd = openat(dir_fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct flock lock = whole_service;

	if (fd < 0)
		return syscall_errno();
	if (fcntl(fd, F_OFD_SETLK, &lock) < 0)
		return errno == EACCES ? -EAGAIN : syscall_errno();
	return fd_take(&fd);
}

int service_is_running(int dir_fd)
{
	CLEANUP_FD int fd = openat(dir_fd, "lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct flock lock = whole_service;

	if (fd < 0)
		return errno == ENOENT ? 0 : syscall_errno();
	return fcntl(fd, F_OFD_GETLK, &lock) < 0 ? syscall_errno() : lock.l_type != F_UNLCK;
}

int service_sign(int lock_fd)
{
	return fcntl(lock_fd, F_SETLK, &supervising_process) < 0 ? syscall_errno() : 0;
}

/* Who has the lock lives; 0: nobody, or nobody whom we see. */
static pid_t ask_signer(int fd)
{
	struct flock lock = supervising_process;

	return fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK ? 0 : lock.l_pid;
}

/* The same number before and after: the pidfd is of the one who had it in between. */
int service_open_supervisor(int dir_fd)
{
	CLEANUP_FD int fd = openat(dir_fd, "lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP_FD int supervisor = -1;
	pid_t pid = fd < 0 ? 0 : ask_signer(fd);

	if (pid <= 0)
		return -ESRCH;
	supervisor = pidfd_open(pid, 0);
	if (supervisor < 0)
		return syscall_errno();
	return ask_signer(fd) == pid ? fd_take(&supervisor) : -ESRCH;
}

/* ---- the socket ---- */

/* The path of an address is short, that of the directory need not be. */
static void set_address(struct sockaddr_un *address, int dir_fd)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/socket", dir_fd);
}

/* The directory lets nobody else in. */
int service_listen(int dir_fd)
{
	CLEANUP_FD int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address;

	if (fd < 0)
		return syscall_errno();
	set_address(&address, dir_fd);
	if (unlinkat(dir_fd, "socket", 0) < 0 && errno != ENOENT)
		return syscall_errno();
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		fchmodat(dir_fd, "socket", 0600, 0) < 0 || listen(fd, LISTEN_MAX) < 0)
		return syscall_errno();
	return fd_take(&fd);
}

int service_connect(int dir_fd, int patience_seconds)
{
	CLEANUP_FD int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	const struct timeval patience = { .tv_sec = patience_seconds };
	struct sockaddr_un address;

	if (fd < 0)
		return syscall_errno();
	set_address(&address, dir_fd);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
		connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return syscall_errno();
	return fd_take(&fd);
}

int service_ask(
	int dir_fd, const char *request, int patience_seconds, char ret_answer[SERVICE_MESSAGE_MAX])
{
	CLEANUP_FD int fd = service_connect(dir_fd, patience_seconds);
	ssize_t n;

	if (fd < 0)
		return fd;
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		return syscall_errno();
	n = recv(fd, ret_answer, SERVICE_MESSAGE_MAX - 1, 0);
	if (n < 0)
		return syscall_errno();
	ret_answer[n] = '\0';
	return (int)n;
}

/* ---- files ---- */

static int write_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, data, length);

		if (n < 0)
			return syscall_errno();
		data += n;
		length -= (size_t)n;
	}
	return 0;
}

/* Only who holds the lock writes, so one name for what is not yet whole is enough. */
int service_write(int dir_fd, const char *file, const char *data, size_t length)
{
	CLEANUP_FD int fd =
		openat(dir_fd, "new", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r = fd < 0 ? syscall_errno() : write_all(fd, data, length);

	if (r == 0 && renameat(dir_fd, "new", dir_fd, file) < 0)
		r = syscall_errno();
	return r;
}

char *service_read(int dir_fd, const char *file, size_t *ret_length)
{
	CLEANUP_FD int fd = openat(dir_fd, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP_FREE char *data = NULL;
	size_t length = 0;
	struct stat st;
	ssize_t n = 1;
	char *taken;

	if (fd < 0 || fstat(fd, &st) < 0)
		return NULL;
	if (!S_ISREG(st.st_mode) || (size_t)st.st_size > FILE_MAX_BYTES) {
		errno = EINVAL;
		return NULL;
	}
	data = calloc((size_t)st.st_size + 1, 1);
	if (!data)
		return NULL;
	for (; n > 0 && length < (size_t)st.st_size; length += (size_t)n) {
		n = read(fd, data + length, (size_t)st.st_size - length);
		if (n < 0)
			return NULL;
	}
	*ret_length = length;
	taken = data;
	data = NULL;
	return taken;
}

/* ---- how it was started ---- */

/* Directory, number of words, words, environment; each ended by NUL, since that is the one byte
 * that none of them can have. */
char *service_describe_command(char **words, size_t count, size_t *ret_length)
{
	CLEANUP_FREE char *directory = getcwd(NULL, 0);
	char *data = NULL;
	FILE *file = directory ? open_memstream(&data, ret_length) : NULL;

	if (!file)
		return NULL;
	fprintf(file, "%s%c%zu%c", directory, '\0', count, '\0');
	for (size_t i = 0; i < count; i++)
		fprintf(file, "%s%c", words[i], '\0');
	for (char **variable = environ; *variable; variable++)
		fprintf(file, "%s%c", *variable, '\0');
	if (fclose(file) == 0)
		return data;
	free(data);
	return NULL;
}

static int split_command(struct service_command *command, size_t length)
{
	size_t strings = 0, number = 0;
	char *at = command->data, *end = at + length;

	for (size_t i = 0; i < length; i++)
		strings += command->data[i] == '\0';
	command->words = calloc(strings + 1, sizeof(*command->words));
	if (!command->words)
		return -ENOMEM;
	for (; number < strings; number++, at += strlen(at) + 1)
		command->words[number] = at;
	if (strings < 2 || at != end)
		return -EINVAL;
	command->directory = command->words[0];
	command->words_count = strtoul(command->words[1], NULL, 10);
	if (command->words_count == 0 || command->words_count > strings - 2)
		return -EINVAL;
	memmove(command->words, command->words + 2, (strings - 1) * sizeof(*command->words));
	command->environment = command->words + command->words_count;
	return 0;
}

int service_read_command(int dir_fd, struct service_command *ret)
{
	size_t length = 0;
	int r;

	*ret = (struct service_command){ .data = service_read(dir_fd, "command", &length) };
	r = ret->data ? split_command(ret, length) : syscall_errno();
	if (r < 0)
		service_command_done(ret);
	return r;
}

void service_command_done(struct service_command *command)
{
	free(command->words);
	free(command->data);
	*command = (struct service_command){ 0 };
}
