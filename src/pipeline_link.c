/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What one stage writes is carried to the next through us, never through a pipe that both hold. Of
 * such a pipe each could change the size for both (fcntl(2), F_SETPIPE_SZ) and open the other
 * direction (/proc/self/fd): take back what it wrote, or answer in the other's name. Carried, it is
 * counted and cut as every output is, and we know who said what when. A side learns that the other
 * closed only from our own close, so what we see first is the cause and not its consequence.
 *
 * Copied, not spliced: one way, with and without a transcript.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "clock.h"
#include "fd.h"
#include "pipeline.h"
#include "syscalls.h"

static void on_bytes(void *context, const char *data, size_t length)
{
	struct link *link = context;

	link->spoken_ns = clock_now_ns();
	transcript_said(link->transcript, link->writer, data, length);
}

int link_open(struct link *link, int from_taken, int to_taken, int epoll_fd)
{
	int r;

	/* Both descriptions are ours alone: the stages hold the other ends. */
	if (fcntl(from_taken, F_SETFL, O_NONBLOCK) < 0 ||
		fcntl(to_taken, F_SETFL, O_NONBLOCK) < 0) {
		r = syscall_errno();
		fd_close(from_taken);
		fd_close(to_taken);
		return r;
	}
	/* The limit is that of the writer's own stdout. */
	r = pump_open(&link->pump, from_taken, to_taken, REMAND_UNLIMITED);
	if (r < 0)
		return r;
	link->pump.epoll_fd = epoll_fd;
	link->pump.tap = on_bytes;
	link->pump.tap_context = link;
	return 0;
}

void link_look(struct link *link)
{
	int bytes = 0;

	if (link->pump.to < 0)
		return;
	/* pipe(7): either end may ask, also when the reader is gone. */
	(void)ioctl(link->pump.to, FIONREAD, &bytes);
	link->unread_bytes = (uint64_t)bytes + (link->pump.end - link->pump.start);
}

static bool is_reader_gone(const struct link *link)
{
	struct pollfd fd = { .fd = link->pump.to };

	return link->pump.to >= 0 && poll(&fd, 1, 0) > 0 && (fd.revents & POLLERR);
}

int link_step(struct link *link)
{
	bool open = link->pump.from >= 0;
	int r;

	link_look(link);
	if (is_reader_gone(link)) {
		link->pump.refused = true;
		pump_abandon(&link->pump);
	}
	r = pump_step(&link->pump);
	if (r < 0)
		pump_abandon(&link->pump);
	if (!open || link->pump.from >= 0)
		return r;
	link->reader_closed = link->pump.refused;
	link->writer_closed = !link->pump.refused;
	if (link->reader_closed)
		transcript_closed(link->transcript, link->reader, "stdin");
	else
		transcript_closed(link->transcript, link->writer, "stdout");
	return r;
}

/* Out of the set while it is not wanted: EPOLLHUP comes unasked, and would spin. */
static int watch_from(struct link *link, uint64_t tag)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = tag };
	uint32_t wanted = pump_wants_input(&link->pump) ? EPOLLIN : 0;
	int r = 0;

	if (link->pump.from >= 0 && wanted != link->watched_from)
		r = epoll_ctl(link->pump.epoll_fd, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
			link->pump.from, &event);
	link->watched_from = wanted;
	return r < 0 ? syscall_errno() : 0;
}

/* Always in the set: EPOLLERR says that the reader is gone, also while nobody writes. */
static int watch_to(struct link *link, uint64_t tag)
{
	uint32_t wanted = pump_wants_output(&link->pump) ? EPOLLOUT : 0;
	struct epoll_event event = { .events = wanted, .data.u64 = tag };
	int r = 0;

	if (link->pump.to >= 0 && (wanted != link->watched_to || !link->to_in_set))
		r = epoll_ctl(link->pump.epoll_fd, link->to_in_set ? EPOLL_CTL_MOD : EPOLL_CTL_ADD,
			link->pump.to, &event);
	link->watched_to = wanted;
	link->to_in_set = true;
	return r < 0 ? syscall_errno() : 0;
}

int link_watch(struct link *link, uint64_t tag)
{
	int r = watch_from(link, tag);

	return r < 0 ? r : watch_to(link, tag);
}

void link_done(struct link *link)
{
	pump_done(&link->pump);
}
