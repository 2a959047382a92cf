/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls that change or spy on the whole machine. Where success would wreck it, the arguments are
 * wrong on purpose: an error other than a refusal shows that the caller would have been let in.
 */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/io.h>
#include <sys/klog.h>
#include <sys/personality.h>
#include <sys/quota.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static int reboot_machine(char **args)
{
	(void)args;
	return attack_refused(syscall(SYS_reboot, 0, 0, 0, NULL));
}

static int load_module(char **args)
{
	(void)args;
	return attack_refused(syscall(SYS_finit_module, -1, "", 0));
}

static int load_module_image(char **args)
{
	(void)args;
	return attack_refused(syscall(SYS_init_module, NULL, 0UL, ""));
}

static int unload_module(char **args)
{
	(void)args;
	return attack_refused(syscall(SYS_delete_module, "no-such-module", O_NONBLOCK));
}

static int load_kernel(char **args)
{
	(void)args;
	return attack_refused(syscall(SYS_kexec_load, 0UL, 0UL, NULL, ~0UL));
}

static int swap_on(char **args)
{
	(void)args;
	return attack_refused(swapon("/no-such-file", 0));
}

static int set_quota(char **args)
{
	(void)args;
	return attack_result(quotactl(QCMD(Q_SYNC, USRQUOTA), NULL, 0, NULL));
}

static int account(char **args)
{
	(void)args;
	return attack_refused(acct("/no-such-file"));
}

static int rename_host(char **args)
{
	char name[65];

	(void)args;
	if (gethostname(name, sizeof(name)) < 0)
		return -errno;
	return attack_result(sethostname(name, strlen(name)));
}

static int rename_domain(char **args)
{
	(void)args;
	return attack_result(setdomainname("(none)", 6));
}

static int set_clock(char **args)
{
	struct timespec now;

	(void)args;
	clock_gettime(CLOCK_REALTIME, &now);
	return attack_result(clock_settime(CLOCK_REALTIME, &now));
}

static int set_day(char **args)
{
	struct timeval now;

	(void)args;
	gettimeofday(&now, NULL);
	return attack_result(settimeofday(&now, NULL));
}

static int bend_clock(char **args)
{
	struct timex change = { .modes = ADJ_OFFSET_SINGLESHOT };

	(void)args;
	return attack_result(adjtimex(&change));
}

static int read_log(char **args)
{
	char text[4096];

	(void)args;
	return attack_result(klogctl(3, text, sizeof(text)));
}

static int ports(char **args)
{
	(void)args;
	return attack_result(ioperm(0x80, 1, 1));
}

static int port_level(char **args)
{
	(void)args;
	return attack_result(iopl(3));
}

/* The way of the "shocker": a file by its number, without any path that leads there. */
static int open_by_handle(char **args)
{
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} file = { .handle = { .handle_bytes = 8, .handle_type = 1 } };
	int mount = open(args[0], O_RDONLY | O_CLOEXEC);

	if (mount < 0)
		return -errno;
	file.handle.f_handle[0] = 2;
	return attack_refused(open_by_handle_at(mount, &file.handle, O_RDONLY));
}

static int bpf_map(char **args)
{
	union bpf_attr attributes = { .map_type = BPF_MAP_TYPE_ARRAY };

	(void)args;
	attributes.key_size = 4;
	attributes.value_size = 4;
	attributes.max_entries = 1;
	return attack_result(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)));
}

static int bpf_program(char **args)
{
	struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr attributes = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER };

	(void)args;
	attributes.insn_cnt = 2;
	attributes.insns = (unsigned long)code;
	attributes.license = (unsigned long)"GPL";
	return attack_result(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes)));
}

static int count_whole_machine(char **args)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_CPU_CLOCK };

	(void)args;
	return attack_result(syscall(SYS_perf_event_open, &attributes, -1, 0, -1, 0UL));
}

static int count_itself(char **args)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_CPU_CLOCK };

	(void)args;
	return attack_result(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0UL));
}

static int page_faults(char **args)
{
	(void)args;
	return attack_result(syscall(SYS_userfaultfd, 0));
}

static int page_faults_in_user(char **args)
{
	(void)args;
	return attack_result(syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY));
}

static int watch_files(char **args)
{
	(void)args;
	return attack_result(fanotify_init(FAN_CLASS_NOTIF, O_RDONLY));
}

static int watch_files_unprivileged(char **args)
{
	(void)args;
	return attack_result(fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID, O_RDONLY));
}

static int other_domain(char **args)
{
	(void)args;
	return attack_result(personality(PER_LINUX32));
}

static int executable_data(char **args)
{
	(void)args;
	return attack_result(personality(READ_IMPLIES_EXEC | MMAP_PAGE_ZERO));
}

static int segment(char **args)
{
	char table[16];

	(void)args;
	return attack_result(syscall(SYS_modify_ldt, 0, table, sizeof(table)));
}

/* Arms nothing: a wake-up alarm needs CAP_WAKE_ALARM merely to exist. */
static int wake_machine(char **args)
{
	timer_t timer;

	(void)args;
	return attack_refused(timer_create(CLOCK_BOOTTIME_ALARM, NULL, &timer));
}

const struct attack attacks[] = {
	{ "reboot", reboot_machine, true },
	{ "finit-module", load_module, true },
	{ "init-module", load_module_image, true },
	{ "delete-module", unload_module, true },
	{ "kexec", load_kernel, true },
	{ "swapon", swap_on, true },
	{ "quotactl", set_quota, true },
	{ "acct", account, true },
	{ "hostname", rename_host, true },
	{ "domainname", rename_domain, true },
	{ "clock", set_clock, true },
	{ "settimeofday", set_day, true },
	{ "adjtimex", bend_clock, true },
	{ "syslog", read_log, true },
	{ "ioperm", ports, true },
	{ "iopl", port_level, true },
	{ "handle", open_by_handle, true },
	{ "bpf-map", bpf_map, true },
	{ "bpf-program", bpf_program, true },
	{ "perf-machine", count_whole_machine, true },
	{ "perf-self", count_itself, true },
	{ "userfaultfd", page_faults, true },
	{ "userfaultfd-user", page_faults_in_user, true },
	{ "fanotify", watch_files, true },
	{ "fanotify-user", watch_files_unprivileged, true },
	{ "personality", other_domain, true },
	{ "personality-exec", executable_data, true },
	{ "modify-ldt", segment, true },
	{ "wake-alarm", wake_machine, true },
	{ 0 },
};
