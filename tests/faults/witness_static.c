/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The program in custody while remand is sabotaged (faults.c): it writes down all that it can see
 * of its custody, to be compared with what it saw when nothing failed, and exits 42. A limit or a
 * wall that is missing is a line that differs.
 *
 * witness_static sleeps, spins or floods: what only a limit ends.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

extern char **environ;

static void see_words(const char *what, char **words)
{
	printf("%s:", what);
	for (; *words; words++)
		printf(" %s", *words);
	puts("");
}

static void see_limits(void)
{
	struct rlimit value;

	for (int i = 0; i < (int)RLIM_NLIMITS; i++)
		if (getrlimit((__rlimit_resource_t)i, &value) == 0)
			printf("rlimit %d: %llx %llx\n", i, (unsigned long long)value.rlim_cur,
				(unsigned long long)value.rlim_max);
}

static void see_descriptors(void)
{
	for (int fd = 0; fd < 1024; fd++) {
		int flags = fcntl(fd, F_GETFL);
		struct stat st;

		if (flags >= 0 && fstat(fd, &st) == 0)
			printf("fd %d: %#x %#o\n", fd, flags, st.st_mode & S_IFMT);
	}
}

/* Lines of a file from which `skip` words are left out: ids that differ from run to run. */
static void see_file(const char *path, const char *const *prefixes, int skip)
{
	char line[1024];
	FILE *file = fopen(path, "re");

	if (!file)
		printf("%s: %s\n", path, strerror(errno));
	while (file && fgets(line, sizeof(line), file)) {
		const char *from = line;
		int wanted = !prefixes;

		for (const char *const *prefix = prefixes; prefix && *prefix; prefix++)
			wanted |= strncmp(line, *prefix, strlen(*prefix)) == 0;
		for (int i = 0; from && i < skip; i++)
			from = strchr(from, ' ') ? strchr(from, ' ') + 1 : from;
		/* Or lent, where no namespace for the translation is to be had. */
		if (from && strstr(from, ",idmapped"))
			memmove(strstr(line, ",idmapped"), strstr(line, ",idmapped") + 9,
				strlen(strstr(line, ",idmapped") + 9) + 1);
		/* A tmpfs tells which host id mounted it. */
		if (from && strstr(from, ",uid="))
			strcpy(strstr(line, ",uid="), "\n");
		if (wanted && from)
			fputs(from, stdout);
	}
	if (file)
		fclose(file);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void see_directory(const char *path)
{
	char *names[256] = { NULL };
	size_t count = 0;
	DIR *directory = opendir(path);

	for (struct dirent *entry; directory && count < 255 && (entry = readdir(directory));)
		names[count++] = strdup(entry->d_name);
	if (directory)
		closedir(directory);
	qsort(names, count, sizeof(names[0]), by_text);
	see_words(path, names);
}

static void see_process(void)
{
	static const char *const lines[] = { "Umask", "Tgid", "NSpid", "NSsid", "Uid", "Gid",
		"Groups", "Threads", "SigQ", "SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt",
		"Cap", "NoNewPrivs", "Seccomp", "Speculation", NULL };
	char where[256];

	see_file("/proc/self/status", lines, 0);
	see_file("/proc/self/cgroup", NULL, 0);
	see_file("/proc/self/oom_score_adj", NULL, 0);
	printf("securebits %x\n", (unsigned int)prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
	printf("session %d group %d parent %d\n", (int)getsid(0), (int)getpgrp(), (int)getppid());
	printf("nice %d ioprio %ld slack %d\n", getpriority(PRIO_PROCESS, 0),
		syscall(SYS_ioprio_get, 1, 0), (int)prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0));
	printf("directory %s\n", getcwd(where, sizeof(where)) ? where : strerror(errno));
	printf("host name %s\n", gethostname(where, sizeof(where)) == 0 ? where : strerror(errno));
}

/* Without Landlock this device, an overlay's whiteout, may be made by anybody: mknod(2). */
static void see_landlock(void)
{
	int r = mknod("whiteout", S_IFCHR | 0600, makedev(0, 0));

	printf("a device made: %s\n", r < 0 ? strerror(errno) : "yes");
	if (r == 0)
		unlink("whiteout");
}

/* What the filter answers where the kernel would say something else (EFAULT, EINVAL). */
static void see_filter(void)
{
	static const long calls[] = { SYS_add_key, SYS_userfaultfd, SYS_bpf, SYS_memfd_secret,
		SYS_open_by_handle_at, SYS_perf_event_open };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		errno = 0;
		(void)syscall(calls[i], -1, 0, 0, 0, 0);
		printf("call %ld: %s\n", calls[i], strerror(errno));
	}
}

static void last_for_ever(const char *how)
{
	char bytes[4096];

	memset(bytes, 'x', sizeof(bytes));
	for (;;) {
		if (strcmp(how, "sleeps") == 0)
			pause();
		if (strcmp(how, "floods") == 0)
			(void)!write(1, bytes, sizeof(bytes));
	}
}

int main(int argc, char **argv)
{
	static char buffer[1 << 16];
	char input[64] = "";

	if (argc > 1)
		last_for_ever(argv[1]);
	/* One write: half a testimony is none. */
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	see_words("arguments", argv);
	see_words("environment", environ);
	see_limits();
	see_descriptors();
	see_process();
	see_file("/proc/self/mountinfo", NULL, 3);
	see_directory("/");
	see_directory("/dev");
	see_directory("/etc");
	see_directory("/box");
	see_file("/proc/net/dev", NULL, 0);
	see_landlock();
	see_filter();
	printf("input: %zd %s\n", read(0, input, sizeof(input) - 1), input);
	fflush(stdout);
	return 42;
}
