/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A child under a watched filter, and the supervisor's half in this process. */
#include "denial.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "fd.h"
#include "message.h"
#include "syscalls.h"

static const struct {
	enum syscall_action action;
	const char *text;
} lines[] = {
	{ SYSCALL_ALLOW, "@known" },
	{ SYSCALL_DENY, "(EACCES) mkdirat, socket" },
	{ SYSCALL_DENY, "(ENOSYS) clone3" },
	{ SYSCALL_DENY, "userfaultfd" },
	{ SYSCALL_LOG, "getppid" },
	{ SYSCALL_KILL, "chroot" },
};

struct bench {
	struct denials denials;
	int listener;
	pid_t child;
};

static void bench_done(struct bench *bench)
{
	fd_close(bench->listener);
	if (bench->child > 0) {
		(void)kill(bench->child, SIGKILL);
		(void)waitpid(bench->child, NULL, 0);
	}
	denials_done(&bench->denials);
}

/* In the child: its listener goes to the parent, then the body runs. */
_Noreturn static void be_child(
	const struct filter_program *filter, int socket_fd, int (*body)(void))
{
	struct sock_fprog program = { filter->count, filter->instructions };
	const struct message message = { .kind = MESSAGE_LISTENER };
	int listener;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		_exit(90);
	listener = syscall_seccomp(
		SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	if (listener < 0 || message_send(socket_fd, &message, listener, NULL) < 0)
		_exit(91);
	close(listener);
	_exit(body());
}

static int bench_new(struct bench *bench, int (*body)(void))
{
	struct syscall_rules rules = { 0 };
	struct filter_program watched = { 0 };
	struct message message;
	int sockets[2] = { -1, -1 }, r = 0;

	*bench = (struct bench){ .listener = -1 };
	for (size_t i = 0; r == 0 && i < sizeof(lines) / sizeof(lines[0]); i++)
		r = syscall_rules_add(&rules, lines[i].action, lines[i].text, NULL);
	if (r == 0)
		r = filter_compile(&rules, &bench->denials.filter, NULL);
	if (r == 0)
		r = filter_watch(&bench->denials.filter, &watched);
	if (r == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) == 0) {
		bench->child = fork();
		if (bench->child == 0)
			be_child(&watched, sockets[1], body);
		close(sockets[1]);
		(void)poll(&(struct pollfd){ .fd = sockets[0], .events = POLLIN }, 1, 20000);
		r = message_receive(sockets[0], &message, &bench->listener) == 1 ? 0 : -EIO;
		close(sockets[0]);
	}
	syscall_rules_done(&rules);
	filter_program_done(&watched);
	denials_begin(&bench->denials, clock_now_ns());
	return r;
}

#define BENCH(name) __attribute__((cleanup(bench_done))) struct bench name

/* Until the child is gone, or `enough` says so. Returns what dispatch said last. */
static int serve(struct bench *bench, bool (*enough)(const struct denials *))
{
	struct pollfd fd = { .fd = bench->listener, .events = POLLIN };
	int r = 0;

	while (r == 0 && poll(&fd, 1, 20000) == 1 && (fd.revents & POLLIN)) {
		r = denials_dispatch(&bench->denials, bench->listener, clock_now_ns());
		if (enough && enough(&bench->denials))
			break;
	}
	return r;
}

static int end_of(struct bench *bench)
{
	int status = -1;

	if (waitpid(bench->child, &status, 0) == bench->child)
		bench->child = 0;
	return status;
}

/* An empty record where there is none. */
static const struct remand_denial *find(const struct denials *denials, long number)
{
	static const struct remand_denial none = { .syscall = -1 };

	for (size_t i = 0; i < denials->count; i++)
		if (denials->list[i].syscall == number)
			return &denials->list[i];
	return &none;
}

static int body_refused(void)
{
	int wrong = 0;

	for (int i = 0; i < 5; i++)
		wrong += mkdirat(AT_FDCWD, "/tmp/a b\"\n\033c", 0750) != -1 || errno != EACCES;
	wrong += socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 6) != -1 || errno != EACCES;
	wrong += syscall(SYS_clone3, NULL, 0) != -1 || errno != ENOSYS;
	for (int i = 0; i < 7; i++)
		wrong += getppid() <= 0;
	return wrong;
}

TEST(refused_calls_get_their_errno_logged_ones_happen_and_each_is_counted)
{
	BENCH(bench);
	const struct remand_denial *denial;

	CHECK_INT(bench_new(&bench, body_refused), 0);
	CHECK_INT(serve(&bench, NULL), 0);
	CHECK_INT(end_of(&bench), 0);
	CHECK_INT(bench.denials.count, 3);
	denial = find(&bench.denials, SYS_mkdirat);
	CHECK_INT(denial->action, REMAND_ACTION_DENY);
	CHECK_INT(denial->errnum, EACCES);
	CHECK_INT(denial->count, 5);
	CHECK_STR(denial->call, "mkdirat(AT_FDCWD, \"/tmp/a b???c\", 0750)");
	CHECK(strstr(denial->place, "libc.so.6+0x"));
	CHECK_STR(find(&bench.denials, SYS_socket)->call,
		"socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 6)");
	CHECK_INT(find(&bench.denials, SYS_getppid)->action, REMAND_ACTION_LOG);
	CHECK_INT(find(&bench.denials, SYS_getppid)->count, 7);
}

static int body_killed(void)
{
	return syscall(SYS_chroot, "/nowhere") == 12345;
}

TEST(a_call_that_is_to_kill_stops_the_caller_and_is_told_in_words)
{
	BENCH(bench);

	CHECK_INT(bench_new(&bench, body_killed), 0);
	CHECK_INT(serve(&bench, NULL), 1);
	CHECK_INT(waitpid(bench.child, NULL, WNOHANG), 0);
	CHECK_STR(find(&bench.denials, SYS_chroot)->call, "chroot(\"/nowhere\")");
	CHECK_INT(find(&bench.denials, SYS_chroot)->action, REMAND_ACTION_KILL);
}

static int body_flood(void)
{
	for (uint64_t i = 0; i < UINT64_MAX; i++)
		(void)syscall(SYS_mkdirat, AT_FDCWD, "x", 0);
	return 0;
}

/* To describe the first call alone can take all that is free, on a slow machine: a flood it is only
 * with others behind it. */
static bool paused_by_many(const struct denials *denials)
{
	return denials->resume_ns != 0 && denials->list[0].count > 10;
}

/* Whatever the program does, the time that goes into answers has a share and no more. */
TEST(a_flood_makes_the_supervisor_pause_and_the_program_wait)
{
	BENCH(bench);

	CHECK_INT(bench_new(&bench, body_flood), 0);
	CHECK_INT(bench.denials.share, 4); /* they log */
	/* On a loaded machine little time goes into answers anyway: a share that none keeps. */
	bench.denials.share = 1000000;
	CHECK_INT(serve(&bench, paused_by_many), 0);
	CHECK(bench.denials.spent_ns > 20 * NS_PER_MS);
	CHECK(bench.denials.resume_ns - bench.denials.began_ns >=
		(bench.denials.spent_ns - 20 * NS_PER_MS) * 1000000);
	CHECK_INT(bench.denials.count, 1);
}

static int body_all_numbers(void)
{
	char path[4096 + 64];

	memset(path, 'x', sizeof(path));
	/* A path that ends where the memory ends, one that is nowhere, one that has no end. */
	(void)syscall(SYS_mkdirat, AT_FDCWD, (void *)1, 0);
	(void)syscall(SYS_mkdirat, AT_FDCWD, path, 0);
	(void)syscall(SYS_socket, UINT64_MAX, UINT64_MAX, UINT64_MAX);
	return 0;
}

TEST(arguments_that_lead_nowhere_are_shown_as_numbers)
{
	BENCH(bench);

	CHECK_INT(bench_new(&bench, body_all_numbers), 0);
	CHECK_INT(serve(&bench, NULL), 0);
	CHECK_STR(find(&bench.denials, SYS_mkdirat)->call, "mkdirat(AT_FDCWD, 0x1, 00)");
	CHECK_INT(find(&bench.denials, SYS_mkdirat)->count, 2);
	CHECK(strncmp(find(&bench.denials, SYS_socket)->call, "socket(0xffffffff, 0xf|SOCK_", 28) ==
		0);
}

TEST(memory_that_the_program_can_serve_itself_is_not_read)
{
	BENCH(bench);
	struct syscall_rules rules = { 0 };
	struct denials denials = { 0 };

	CHECK_INT(bench_new(&bench, body_refused), 0);
	CHECK(bench.denials.read_memory);
	CHECK_INT(syscall_rules_add(&rules, SYSCALL_ALLOW, "@known", NULL), 0);
	CHECK_INT(filter_compile(&rules, &denials.filter, NULL), 0);
	denials_begin(&denials, 0);
	CHECK(!denials.read_memory);
	denials_done(&denials);
	syscall_rules_done(&rules);
}
