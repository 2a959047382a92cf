/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where policies lie. The current directory is never searched: it may be full of what untrusted
 * programs left. A file that is found is used or is an error; none is passed over for the next
 * directory because it could not be read.
 */
/* gcc 12's analyzer takes the list for freed where reallocarray(3) grew it, and a path for unset
 * that asprintf(3) has set. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wanalyzer-use-after-free"
#pragma GCC diagnostic ignored "-Wanalyzer-use-of-uninitialized-value"
#endif

#include "policy_find.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "fd.h"
#include "syscalls.h"

#define SUFFIX ".policy"

static int add_directory(
	struct policy_directories *directories, struct policy_directory directory, const char *tail)
{
	struct policy_directory *list =
		reallocarray(directories->list, directories->count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	directories->list = list;
	if (asprintf(&directory.path, "%s%s", directory.path, tail) < 0)
		return -ENOMEM;
	list[directories->count++] = directory;
	return 0;
}

/* Directories between colons, all absolute. */
static int add_listed(
	struct policy_directories *directories, const char *listed, struct remand_error *error)
{
	CLEANUP_FREE char *copy = strdup(listed);
	char *rest = copy, *path;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (path = strsep(&rest, ":"))) {
		if (path[0] != '/')
			return error_say(error, REMAND_STAGE_POLICY, -EINVAL,
				"REMAND_POLICY_PATH: '%s' is not an absolute path", path);
		r = add_directory(directories,
			(struct policy_directory){ "REMAND_POLICY_PATH", path, false }, "");
	}
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): freed by its attribute; strsep hides it */
	return r < 0 ? error_errno(error, REMAND_STAGE_POLICY, r, "REMAND_POLICY_PATH") : 0;
}

static int add_usual(struct policy_directories *directories)
{
	char *config = secure_getenv("XDG_CONFIG_HOME"), *home = secure_getenv("HOME");
	char etc[] = "/etc/remand/policies", share[] = REMAND_DATADIR "/remand/policies";
	int r = 0;

	/* As the XDG base directory specification wants it: relative paths do not count. */
	if (config && config[0] == '/')
		r = add_directory(directories, (struct policy_directory){ "user", config, true },
			"/remand/policies");
	else if (home && home[0] == '/')
		r = add_directory(directories, (struct policy_directory){ "user", home, true },
			"/.config/remand/policies");
	if (r == 0)
		r = add_directory(
			directories, (struct policy_directory){ "system", etc, false }, "");
	if (r == 0)
		r = add_directory(
			directories, (struct policy_directory){ "installed", share, false }, "");
	return r;
}

int policy_directories_open(struct policy_directories *ret, struct remand_error *error)
{
	struct policy_directories directories = { 0 };
	const char *listed = secure_getenv("REMAND_POLICY_PATH");
	int r = listed && listed[0] ? add_listed(&directories, listed, error) : 0;

	if (r == 0) {
		r = add_usual(&directories);
		if (r < 0)
			error_errno(error, REMAND_STAGE_POLICY, r, "cannot search for policies");
	}
	if (r < 0) {
		policy_directories_done(&directories);
		return r;
	}
	*ret = directories;
	return 0;
}

void policy_directories_done(struct policy_directories *directories)
{
	for (size_t i = 0; i < directories->count; i++)
		free(directories->list[i].path);
	free(directories->list);
	*directories = (struct policy_directories){ 0 };
}

bool policy_is_name(const char *text)
{
	if (text[0] == '-' || text[0] == '.' || text[0] == '\0' || strlen(text) > 200)
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("-_+.", *text))
			return false;
	return true;
}

static int check_owner(const struct policy_directory *directory, const char *path,
	const struct trusted_file *file, struct remand_error *error)
{
	if (file->mode & S_IWOTH)
		return error_say(error, REMAND_STAGE_POLICY, -EACCES,
			"everybody can write to the policy %s; chmod o-w it first", path);
	if (directory->by_home && file->owner != 0 && file->owner != geteuid())
		return error_say(error, REMAND_STAGE_POLICY, -EACCES,
			"the policy %s belongs to the user %u, neither root nor the caller; name "
			"it by its path if it is to be used",
			path, file->owner);
	return 0;
}

/* By errno: there is none, or it lies in a home that is not ours to enter, and so not our home. */
static bool is_absent(const struct policy_directory *directory)
{
	return errno == ENOENT || errno == ENOTDIR || (errno == EACCES && directory->by_home);
}

/* 1: found and read, 0: not here. */
static int look_in(const struct policy_directory *directory, const char *name, char **ret_path,
	struct trusted_file *ret_file, struct remand_error *error)
{
	CLEANUP_FD int at = open(directory->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FREE char *path = NULL;
	int fd, r;

	if (at < 0 && is_absent(directory))
		return 0;
	if (at < 0)
		return error_errno(error, REMAND_STAGE_POLICY, syscall_errno(), "cannot open %s",
			directory->path);
	if (asprintf(&path, "%s/%s" SUFFIX, directory->path, name) < 0)
		return error_errno(error, REMAND_STAGE_POLICY, -ENOMEM, "policy %s", name);
	fd = openat(at, strrchr(path, '/') + 1, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && is_absent(directory))
		return 0;
	if (fd < 0)
		return error_errno(
			error, REMAND_STAGE_POLICY, syscall_errno(), "cannot open %s", path);
	r = trusted_file_read(fd, path, ret_file, error);
	if (r == 0)
		r = check_owner(directory, path, ret_file, error);
	if (r < 0) {
		trusted_file_done(ret_file);
		return r;
	}
	*ret_path = path;
	path = NULL;
	return 1;
}

static int say_missing(
	const struct policy_directories *directories, const char *name, struct remand_error *error)
{
	char searched[512] = "";
	size_t used = 0;

	for (size_t i = 0; i < directories->count && used < sizeof(searched); i++)
		used += (size_t)snprintf(searched + used, sizeof(searched) - used, "%s%s",
			i ? ", " : "", directories->list[i].path);
	return error_say(error, REMAND_STAGE_POLICY, -ENOENT,
		"there is no policy '%s' in %s; a file is named by a path with a slash, such as "
		"./%s" SUFFIX,
		name, searched, name);
}

static int search(const char *name, char **ret_path, struct trusted_file *ret_file,
	struct remand_error *error)
{
	struct policy_directories directories = { 0 };
	int r = policy_directories_open(&directories, error), found = 0;

	for (size_t i = 0; r == 0 && found == 0 && i < directories.count; i++)
		found = look_in(&directories.list[i], name, ret_path, ret_file, error);
	if (r == 0 && found == 0)
		r = say_missing(&directories, name, error);
	policy_directories_done(&directories);
	return found < 0 ? found : r;
}

int policy_find(const char *text, const char *directory, char **ret_path,
	struct trusted_file *ret_file, struct remand_error *error)
{
	CLEANUP_FREE char *path = NULL;
	int r;

	*ret_file = (struct trusted_file){ 0 };
	if (!strchr(text, '/')) {
		if (policy_is_name(text))
			return search(text, ret_path, ret_file, error);
		return error_say(error, REMAND_STAGE_POLICY, -EINVAL,
			"'%s' is not the name of a policy; names have letters, digits, '-', '_', "
			"'+' and '.', and a path has a slash",
			text);
	}
	if (asprintf(&path, "%s%s%s", directory && text[0] != '/' ? directory : "",
		    directory && text[0] != '/' ? "/" : "", text) < 0)
		return error_errno(error, REMAND_STAGE_POLICY, -ENOMEM, "policy %s", text);
	r = trusted_file_open(path, ret_file, error);
	if (r < 0)
		return r;
	*ret_path = path;
	path = NULL;
	return 0;
}
