/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run must not leave: groups, mounts, files. (Processes: trace.c.) */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults.h"
#include "group.h"
#include "work.h"

static struct state {
	unsigned int mounts, files, foreign;
} at_start;

static unsigned int count_mounts(void)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	unsigned int count = 0;

	for (int c; file && (c = fgetc(file)) != EOF;)
		count += c == '\n';
	if (file)
		fclose(file);
	return count;
}

/* Two levels are all that a scene has. foreign: what no longer belongs to us. */
static void count_files(const char *path, struct state *state)
{
	DIR *directory = opendir(path);
	char below[512];

	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		struct stat st;

		if (strcmp(entry->d_name, "..") == 0)
			continue;
		if (fstatat(dirfd(directory), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		state->files++;
		state->foreign += st.st_uid != geteuid();
		if (entry->d_name[0] == '.' || !S_ISDIR(st.st_mode))
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		count_files(below, state);
	}
	if (directory)
		closedir(directory);
}

static struct state see(const struct stage *stage)
{
	struct state state = { .mounts = count_mounts() };

	count_files(stage->scratch, &state);
	return state;
}

void remains_begin(const struct stage *stage)
{
	at_start = see(stage);
}

static int next_group(const struct stage *stage, char name[256])
{
	DIR *base = opendir(stage->base);
	int found = 0;

	for (struct dirent *entry; base && !found && (entry = readdir(base));)
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
			strcpy(name, entry->d_name);
			found = 1;
		}
	if (base)
		closedir(base);
	return found;
}

const char *remains_find(const struct stage *stage)
{
	const struct state now = see(stage);
	char name[256];

	if (next_group(stage, name))
		return "leaves a group";
	if (now.mounts != at_start.mounts)
		return "leaves a mount";
	if (now.files != at_start.files)
		return "leaves a file";
	if (now.foreign != at_start.foreign)
		return "leaves a file that belongs to nobody";
	return NULL;
}

void remains_reclaim(const struct stage *stage)
{
	static const char *const lent[] = { "work", "shared" };
	int base = open(stage->base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char path[512];

	group_reclaim(base);
	close(base);
	for (size_t i = 0; i < sizeof(lent) / sizeof(lent[0]); i++) {
		int fd, r;

		snprintf(path, sizeof(path), "%s/%s", stage->scratch, lent[i]);
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		r = work_reclaim(fd);
		if (r < 0)
			printf("# %s cannot be taken back: %s\n", path, strerror(-r));
		close(fd);
	}
}

void remains_clear(const struct stage *stage)
{
	char name[256], path[600];

	while (next_group(stage, name)) {
		snprintf(path, sizeof(path), "%s/%s", stage->base, name);
		if (rmdir(path) < 0) {
			perror(path);
			exit(1);
		}
	}
	at_start = see(stage);
}
