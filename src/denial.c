/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the rules say "kill", "deny" or "log", the filter stops the caller and asks the supervisor
 * (SECCOMP_RET_USER_NOTIF, seccomp_unotify(2)): so the very call is known, with its arguments, in
 * whichever thread and ABI it was made. What it gets was decided before: the supervisor evaluates
 * the rules' own filter on the registers that the kernel handed over, as the kernel would.
 * "Continue" is answered only to calls that are allowed whatever memory their pointers lead to
 * (log), so nothing rests on memory that the program could change meanwhile.
 *
 * ENOSYS is not told: "there is no such call" is what an older kernel answers, C libraries hear it
 * at every start of a thread, and nobody looks for it when a program fails.
 *
 * A flood: while it waits for its answer the program does nothing, so it is the supervisor that
 * sets the pace. It spends one part in 20 of its time on answers (one in 4 where the rules log,
 * which somebody asked for), and at most as much again on waking up for them; what comes faster
 * waits. Who dies waiting, before anybody looked, was neither refused nor let through: no count.
 */
#include "denial.h"

#include <errno.h>
#include <poll.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "clock.h"
#include "filter_answer.h"
#include "syscalls.h"

/* Answered in one go, before anything else of the run is looked at again. */
#define BATCH 32

/* Spent freely before the share counts: a thousand calls of a program that probes. */
#define FREE_NS (20 * NS_PER_MS)

/* To go to sleep and wake up has its price too: seldom, then. */
#define PAUSE_NS (5 * NS_PER_MS)

#define SHARE_REFUSED 20
#define SHARE_LOGGED  4

static bool answers(const struct filter_program *filter, uint32_t answer)
{
	for (unsigned short i = 0; i < filter->count; i++)
		if (filter->instructions[i].code == (BPF_RET | BPF_K) &&
			filter->instructions[i].k == answer)
			return true;
	return false;
}

/*
 * process_vm_readv(2) faults pages in. A page that the target serves itself (userfaultfd) would
 * hold the reader up for as long as the target likes; where the rules let it have that, nothing is
 * read.
 */
static bool may_read_memory(const struct filter_program *filter)
{
	uint32_t answer = SECCOMP_RET_ALLOW;

	return filter_answer_fixed(filter, SYS_userfaultfd, &answer) &&
	       (answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO;
}

void denials_begin(struct denials *denials, uint64_t now_ns)
{
	denials->known = true;
	denials->began_ns = now_ns;
	denials->read_memory = may_read_memory(&denials->filter);
	denials->share = answers(&denials->filter, SECCOMP_RET_LOG) ? SHARE_LOGGED : SHARE_REFUSED;
}

static enum remand_action action_of(uint32_t answer)
{
	switch (answer & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
		return REMAND_ACTION_DENY;
	case SECCOMP_RET_LOG:
		return REMAND_ACTION_LOG;
	default:
		return REMAND_ACTION_KILL;
	}
}

static struct remand_denial *find(
	struct denials *denials, const struct seccomp_data *data, enum remand_action action)
{
	for (size_t i = 0; i < denials->count; i++) {
		struct remand_denial *denial = &denials->list[i];

		if (denial->syscall == data->nr && denial->architecture == data->arch &&
			denial->action == action)
			return denial;
	}
	return NULL;
}

static struct remand_denial *add(struct denials *denials)
{
	struct remand_denial *list;

	if (denials->count >= DENIALS_MAX)
		return NULL;
	list = reallocarray(denials->list, denials->count + 1, sizeof(*list));
	if (!list)
		return NULL;
	denials->list = list;
	return &list[denials->count++];
}

/* The first call of its kind is kept with all that can be known of it, the others are counted. */
static void note(struct denials *denials, const struct seccomp_notif *notification, int listener,
	uint32_t answer)
{
	const struct seccomp_data *data = &notification->data;
	enum remand_action action = action_of(answer);
	struct remand_denial *denial = find(denials, data, action);

	if (denial) {
		denial->count++;
		return;
	}
	/* The last one kills, and nothing comes behind it: it takes the place of another. */
	denial = add(denials);
	if (!denial && action == REMAND_ACTION_KILL && denials->count > 0) {
		denial = &denials->list[denials->count - 1];
		denials->more += denial->count;
	}
	if (!denial) {
		denials->more++;
		return;
	}
	*denial = (struct remand_denial){
		.action = action,
		.errnum = action == REMAND_ACTION_DENY ? (int)(answer & SECCOMP_RET_DATA) : 0,
		.syscall = data->nr,
		.architecture = data->arch,
		.count = 1,
		.program_counter = data->instruction_pointer,
	};
	for (int i = 0; i < 6; i++)
		denial->arguments[i] = data->args[i];
	denial_describe(denial, notification, listener, denials->read_memory);
}

/* 1: it is to be killed. ENOENT: its thread was killed or interrupted meanwhile. */
static int take_one(struct denials *denials, int listener)
{
	struct seccomp_notif notification;
	struct seccomp_notif_resp response;
	uint32_t answer;

	/* The kernel wants the struct zeroed. */
	memset(&notification, 0, sizeof(notification));
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) < 0)
		return errno == ENOENT || errno == EINTR ? 0 : syscall_errno();
	answer = filter_answer(&denials->filter, &notification.data);
	note(denials, &notification, listener, answer);
	response = (struct seccomp_notif_resp){ .id = notification.id };
	switch (answer & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
		response.error = -(int)(answer & SECCOMP_RET_DATA);
		break;
	case SECCOMP_RET_LOG:
		response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		break;
	default:
		return 1;
	}
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) < 0 && errno != ENOENT)
		return syscall_errno();
	return 0;
}

static uint64_t own_cpu_ns(void)
{
	struct timespec cpu;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu) < 0)
		return 0;
	return (uint64_t)cpu.tv_sec * NS_PER_S + (uint64_t)cpu.tv_nsec;
}

static void charge(struct denials *denials, uint64_t spent_ns, uint64_t now_ns)
{
	uint64_t due_ns;

	denials->spent_ns += spent_ns;
	denials->resume_ns = 0;
	if (denials->spent_ns <= FREE_NS)
		return;
	due_ns = clock_after(denials->began_ns, (denials->spent_ns - FREE_NS) * denials->share);
	if (due_ns > clock_after(now_ns, PAUSE_NS))
		denials->resume_ns = due_ns;
}

int denials_dispatch(struct denials *denials, int listener, uint64_t now_ns)
{
	struct pollfd fd = { .fd = listener, .events = POLLIN };
	uint64_t before_ns = own_cpu_ns();
	size_t described = denials->count;
	int r = 0;

	/* To receive when there is nothing would wait. The first call of a kind is dear, a map of
	 * ten thousand lines is looked through for it: a limit may be due behind it. */
	for (int i = 0; r == 0 && i < BATCH && denials->count == described &&
			poll(&fd, 1, 0) == 1 && (fd.revents & POLLIN);
		i++)
		r = take_one(denials, listener);
	charge(denials, own_cpu_ns() - before_ns, now_ns);
	return r;
}

void denials_done(struct denials *denials)
{
	filter_program_done(&denials->filter);
	free(denials->list);
	*denials = (struct denials){ 0 };
}
