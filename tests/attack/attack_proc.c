/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses /proc: to look at the keeper and the host, to turn the kernel's knobs. */
#include "attack.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int read_entry(char **args)
{
	return attack_read(args[0]);
}

static int open_for_writing(char **args)
{
	return attack_open(args[0], O_WRONLY);
}

static int read_link(char **args)
{
	char target[4096];

	return attack_result(readlink(args[0], target, sizeof(target)));
}

static int list_directory(char **args)
{
	DIR *directory = opendir(args[0]);
	int entries = 0;

	if (!directory)
		return -errno;
	while (readdir(directory))
		entries++;
	closedir(directory);
	return entries > 2 ? 0 : -ENODATA;
}

static int contains(char **args)
{
	return attack_contains(args[0], args[1]);
}

/* What is there already is written back: the success outside changes nothing. */
static int rewrite(char **args)
{
	char text[4096];
	ssize_t n;
	int fd = open(args[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n < 0)
		return -errno;
	text[n] = 0;
	return attack_write(args[0], text);
}

static int append_text(char **args)
{
	return attack_write(args[0], args[1]);
}

/* A process anywhere in /proc whose command line holds the needle. */
static int find_process(char **args)
{
	const struct dirent *entry;
	char path[512];
	int found = -ESRCH;
	int self = getpid();
	DIR *directory = opendir("/proc");

	if (!directory)
		return -errno;
	while (found != 0 && (entry = readdir(directory))) {
		if (!isdigit((unsigned char)entry->d_name[0]) || atoi(entry->d_name) == self)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		if (attack_contains(path, args[0]) == 0)
			found = 0;
	}
	closedir(directory);
	return found;
}

static int seek_memory(char **args)
{
	char byte;
	int outcome;
	unsigned long start;
	FILE *maps;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/maps", args[0]);
	maps = fopen(path, "re");
	if (!maps)
		return -errno;
	if (fscanf(maps, "%lx", &start) != 1) {
		fclose(maps);
		return -EACCES;
	}
	fclose(maps);
	snprintf(path, sizeof(path), "/proc/%s/mem", args[0]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	outcome = pread(fd, &byte, 1, (off_t)start) == 1 ? 0 : -EIO;
	close(fd);
	return outcome;
}

/*
 * The program file cannot be written while it runs, so this one runs a copy of itself out of a
 * memfd, holding an fd of the file that nobody runs any more (the way of CVE-2019-5736).
 */
static int overwrite_own_file(char **args)
{
	char number[16];
	char path[64];
	char mode[] = "reopen-fd";
	char *again[] = { path, mode, number, NULL };
	char block[65536];
	ssize_t n;
	int copy = memfd_create("copy", 0);
	int own = open("/proc/self/exe", O_RDONLY);

	(void)args;
	if (copy < 0 || own < 0)
		return -errno;
	while ((n = read(own, block, sizeof(block))) > 0)
		if (write(copy, block, (size_t)n) != n)
			return -errno;
	snprintf(number, sizeof(number), "%d", own);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", copy);
	execv(path, again);
	return -errno;
}

static int reopen_fd(char **args)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%s", args[0]);
	return attack_open(path, O_WRONLY);
}

/* Addresses in /proc/kallsyms are zeros for those who may not know them. */
static int kernel_addresses(char **args)
{
	unsigned long address = 0;
	FILE *symbols = fopen("/proc/kallsyms", "re");

	(void)args;
	if (!symbols)
		return -errno;
	while (address == 0 && fscanf(symbols, "%lx%*[^\n]", &address) == 1)
		;
	fclose(symbols);
	return address ? 0 : -EACCES;
}

static int protect_from_oom(char **args)
{
	(void)args;
	return attack_write("/proc/self/oom_score_adj", "-1000");
}

const struct attack attacks[] = {
	{ "read", read_entry },
	{ "open-write", open_for_writing },
	{ "link", read_link },
	{ "list", list_directory },
	{ "contains", contains },
	{ "rewrite", rewrite },
	{ "write", append_text },
	{ "find", find_process },
	{ "memory", seek_memory },
	{ "own-file", overwrite_own_file },
	{ "reopen-fd", reopen_fd },
	{ "addresses", kernel_addresses },
	{ "oom", protect_from_oom },
	{ 0 },
};
