/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A stop whose signal is for all, in a group that will not stand still: nobody waits for it. The
 * group is a directory of ordinary files, so that it stands still when the test says so; the rest
 * is a run as it is after exec.
 */
#include "fake_run.h"
#include "file.h"
#include "table.h"

static bool is_frozen(const struct fixture *fixture)
{
	char text[16] = "";

	(void)file_read(fixture->scratch.fd, "cgroup.freeze", text, sizeof(text));
	return text[0] == '1';
}

/* 0: it lives, after as long as it may take to die. */
static int signal_that_ended(const struct fixture *fixture, int patience_ms)
{
	struct pollfd ended = { .fd = fixture->run.target_fd, .events = POLLIN };
	siginfo_t info = { 0 };

	(void)poll(&ended, 1, patience_ms);
	(void)waitid(P_PIDFD, (id_t)ended.fd, &info, WEXITED | WNOWAIT | WNOHANG);
	return info.si_pid ? info.si_status : 0;
}

#define PATIENCE_MS 30000

/* Begin, and take a second to be longer than any machine can be slow. */
static int stop(struct fixture *fixture, int signum, enum remand_scope scope)
{
	const struct remand_step step = { signum, scope, FAR_NS };
	int r = remand_stop(&fixture->run, &step, 1);

	if (fixture->run.freeze_deadline_ns != DEADLINE_NEVER)
		fixture->run.freeze_deadline_ns = clock_after(clock_now_ns(), FAR_NS);
	return r;
}

TEST(a_signal_to_all_waits_until_they_stand_still_and_nobody_waits_for_it)
{
	FIXTURE fixture;

	CHECK_INT(begin(&fixture), 0);
	CHECK_INT(stop(&fixture, SIGUSR1, REMAND_ALL), 0);
	/* Who had waited would have given up by now. */
	CHECK(is_frozen(&fixture));
	/* The change wakes who polls, and so does the end of the second. */
	CHECK_INT(fixture.run.watched[WATCH_GROUP], EPOLLPRI);
	for (int i = 0; i < 3; i++)
		CHECK_INT(dispatch(&fixture), 0);
	CHECK_INT(fixture.run.armed_ns, fixture.run.freeze_deadline_ns);
	CHECK(is_frozen(&fixture));
	CHECK_INT(signal_that_ended(&fixture, 0), 0);
	CHECK_INT(say_standing(&fixture, STILL), 0);
	CHECK_INT(dispatch(&fixture), 0);
	CHECK(!is_frozen(&fixture));
	CHECK_INT(signal_that_ended(&fixture, PATIENCE_MS), SIGUSR1);
	CHECK_INT(fixture.run.watched[WATCH_GROUP], 0);
}

TEST(who_cannot_be_held_within_the_second_is_signalled_as_he_is)
{
	FIXTURE fixture;

	CHECK_INT(begin(&fixture), 0);
	CHECK_INT(stop(&fixture, SIGUSR1, REMAND_ALL), 0);
	fixture.run.freeze_deadline_ns = clock_now_ns();
	CHECK_INT(dispatch(&fixture), 0);
	CHECK(!is_frozen(&fixture));
	CHECK_INT(signal_that_ended(&fixture, PATIENCE_MS), SIGUSR1);
}

TEST(the_wait_of_a_step_begins_when_its_signal_was_sent)
{
	const struct remand_step steps[] = { { SIGURG, REMAND_ALL, 0 },
		{ SIGUSR1, REMAND_ALL, FAR_NS } };
	FIXTURE fixture;

	CHECK_INT(begin(&fixture), 0);
	CHECK_INT(remand_stop(&fixture.run, steps, COUNT_OF(steps)), 0);
	fixture.run.freeze_deadline_ns = clock_after(clock_now_ns(), FAR_NS);
	CHECK_INT(fixture.run.stop_deadline_ns, DEADLINE_NEVER);
	CHECK_INT(dispatch(&fixture), 0);
	CHECK_INT(fixture.run.stop_next, 1);
	CHECK_INT(say_standing(&fixture, STILL), 0);
	for (int i = 0; i < 3; i++)
		CHECK_INT(dispatch(&fixture), 0);
	CHECK_INT(fixture.run.stop_next, 2);
	CHECK_INT(signal_that_ended(&fixture, PATIENCE_MS), SIGUSR1);
	CHECK(fixture.run.stop_deadline_ns > clock_after(clock_now_ns(), FAR_NS / 2));
}

TEST(a_group_without_processes_has_nobody_to_wait_for)
{
	FIXTURE fixture;

	CHECK_INT(begin(&fixture), 0);
	CHECK_INT(stop(&fixture, SIGUSR1, REMAND_ALL), 0);
	CHECK_INT(say_standing(&fixture, EMPTY), 0);
	CHECK_INT(dispatch(&fixture), 0);
	CHECK(!is_frozen(&fixture));
	CHECK_INT(fixture.run.freeze_deadline_ns, DEADLINE_NEVER);
}

TEST(while_they_do_not_stand_still_output_is_read_and_its_limit_ends_the_run)
{
	FIXTURE fixture;

	CHECK_INT(begin(&fixture), 0);
	CHECK_INT(stop(&fixture, SIGUSR1, REMAND_ALL), 0);
	CHECK_INT(write(fixture.output_fd, "1234567", 7), 7);
	CHECK_INT(dispatch(&fixture), 0);
	CHECK_INT(streams_written(&fixture.run.streams, 1), 7);
	CHECK_INT(fixture.run.phase, RUN_RUNNING);
	CHECK_INT(write(fixture.output_fd, "89", 2), 2);
	CHECK_INT(dispatch(&fixture), 0);
	CHECK_INT(fixture.run.phase, RUN_ENDING);
	CHECK_INT(fixture.run.freeze_deadline_ns, DEADLINE_NEVER);
	/* It was killed, and nobody is signalled any more by what was under way. */
	CHECK_INT(say_standing(&fixture, STILL), 0);
	CHECK_INT(dispatch(&fixture), 0);
	CHECK_INT(signal_that_ended(&fixture, PATIENCE_MS), SIGKILL);
}

TEST(who_is_suspended_or_resumed_in_the_middle_of_a_step_is_so_after_it)
{
	for (int suspend = 0; suspend < 2; suspend++) {
		FIXTURE fixture;

		CHECK_INT(begin(&fixture), 0);
		CHECK_INT(stop(&fixture, SIGURG, REMAND_ALL), 0);
		CHECK_INT(remand_suspend(&fixture.run, NULL), 0);
		if (!suspend)
			CHECK_INT(remand_resume(&fixture.run, NULL), 0);
		CHECK(is_frozen(&fixture));
		CHECK_INT(dispatch(&fixture), 0);
		CHECK(is_frozen(&fixture));
		CHECK_INT(say_standing(&fixture, STILL), 0);
		CHECK_INT(dispatch(&fixture), 0);
		CHECK_INT(is_frozen(&fixture), suspend);
		CHECK_INT(remand_resume(&fixture.run, NULL), 0);
		CHECK(!is_frozen(&fixture));
	}
}

TEST(a_second_stop_takes_the_place_of_what_is_left_of_the_first)
{
	FIXTURE fixture;

	CHECK_INT(begin(&fixture), 0);
	CHECK_INT(stop(&fixture, SIGUSR1, REMAND_ALL), 0);
	CHECK_INT(stop(&fixture, SIGURG, REMAND_ROOT), 0);
	CHECK(!is_frozen(&fixture));
	CHECK_INT(fixture.run.watched[WATCH_GROUP], 0);
	CHECK_INT(say_standing(&fixture, STILL), 0);
	CHECK_INT(dispatch(&fixture), 0);
	CHECK_INT(signal_that_ended(&fixture, 0), 0);
	/* And the other way round, of a run that is held. */
	CHECK_INT(remand_suspend(&fixture.run, NULL), 0);
	CHECK_INT(stop(&fixture, SIGUSR2, REMAND_ALL), 0);
	CHECK_INT(dispatch(&fixture), 0);
	CHECK(!is_frozen(&fixture));
	CHECK_INT(signal_that_ended(&fixture, PATIENCE_MS), SIGUSR2);
}

TEST(an_order_to_end_waits_for_nobody_to_stand_still)
{
	FIXTURE fixture;

	CHECK_INT(begin(&fixture), 0);
	CHECK_INT(stop(&fixture, SIGUSR1, REMAND_ALL), 0);
	CHECK_INT(remand_cancel(&fixture.run), 0);
	CHECK_INT(fixture.run.phase, RUN_ENDING);
	CHECK_INT(fixture.run.freeze_deadline_ns, DEADLINE_NEVER);
	CHECK_INT(dispatch(&fixture), 0);
	CHECK_INT(signal_that_ended(&fixture, PATIENCE_MS), SIGKILL);
}
