/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading what decides about a run, without being held up or led astray: no fifo that never
 * answers, no device, no endless file, nothing that an earlier program could have written.
 */
#include "trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "fd.h"
#include "path.h"
#include "syscalls.h"

/* O_NONBLOCK: opening a fifo must not wait for its writer. O_NOCTTY: nor may it be a terminal. */
#define OPEN_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY)

static int read_all(int fd, struct trusted_file *file)
{
	file->text = malloc(TRUSTED_FILE_MAX + 1);
	if (!file->text)
		return -ENOMEM;
	while (file->length <= TRUSTED_FILE_MAX) {
		ssize_t n =
			read(fd, file->text + file->length, TRUSTED_FILE_MAX + 1 - file->length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return syscall_errno();
		if (n == 0)
			break;
		file->length += (size_t)n;
	}
	if (file->length > TRUSTED_FILE_MAX)
		return -EFBIG;
	file->text[file->length] = '\0';
	return 0;
}

int trusted_file_read(
	int fd, const char *path, struct trusted_file *ret_file, struct remand_error *error)
{
	CLEANUP_FD int taken = fd;
	struct trusted_file file = { 0 };
	struct stat st;
	int r;

	if (fstat(taken, &st) < 0)
		return error_errno(
			error, REMAND_STAGE_POLICY, syscall_errno(), "cannot read %s", path);
	if (!S_ISREG(st.st_mode))
		return error_say(error, REMAND_STAGE_POLICY, -EINVAL,
			"%s is not a regular file, and only such a file can be a policy or a "
			"profile",
			path);
	file = (struct trusted_file){
		.device = st.st_dev, .inode = st.st_ino, .owner = st.st_uid, .mode = st.st_mode
	};
	r = read_all(taken, &file);
	if (r < 0) {
		trusted_file_done(&file);
		return error_errno(error, REMAND_STAGE_POLICY, r, "cannot read %s", path);
	}
	*ret_file = file;
	return 0;
}

int trusted_file_open(const char *path, struct trusted_file *ret_file, struct remand_error *error)
{
	int fd = open(path, OPEN_FLAGS | O_CLOEXEC);

	if (fd < 0)
		return error_errno(
			error, REMAND_STAGE_POLICY, syscall_errno(), "cannot open %s", path);
	return trusted_file_read(fd, path, ret_file, error);
}

/* The same path again, this time with the directory out of bounds. */
static int check_directory(const char *directory, const char *path, const struct trusted_file *file,
	struct remand_error *error)
{
	struct path_hostile hostile;
	CLEANUP_FD int fd = -1;
	struct stat st;
	int r = path_hostile_identify(directory, &hostile);

	/* A single file that is bound writable may be the very one. */
	if (r == -ENOTDIR && stat(directory, &st) == 0)
		hostile = (struct path_hostile){
			.exists = true, .device = st.st_dev, .inode = st.st_ino
		};
	else if (r < 0) /* What is not there is refused when the run starts. */
		return 0;
	hostile.forbidden = true;
	fd = path_open(&hostile, path, OPEN_FLAGS, 0);
	if (fd < 0 || (hostile.device == file->device && hostile.inode == file->inode))
		return error_say(error, REMAND_STAGE_POLICY, -EACCES,
			"%s lies in %s, where the program can write; a program must not choose "
			"what it is allowed",
			path, directory);
	if (fstat(fd, &st) < 0 || st.st_dev != file->device || st.st_ino != file->inode)
		return error_say(error, REMAND_STAGE_POLICY, -ESTALE,
			"%s was replaced while it was read", path);
	return 0;
}

int trusted_file_check(const struct remand_spec *spec, const char *path,
	const struct trusted_file *file, struct remand_error *error)
{
	int r = spec->work ? check_directory(spec->work, path, file, error) : 0;

	for (size_t i = 0; r == 0 && i < spec->binds_count; i++)
		if (spec->binds[i].writable && spec->binds[i].source)
			r = check_directory(spec->binds[i].source, path, file, error);
	return r;
}

void trusted_file_done(struct trusted_file *file)
{
	free(file->text);
	*file = (struct trusted_file){ 0 };
}
