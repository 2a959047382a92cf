# SPDX-License-Identifier: LGPL-2.1-or-later
# --idle: time in which nothing of the group uses any CPU.

load ../helpers
load background

setup() { requires cgroup_v2; }

ends_idle() {
	custody --idle 400ms "$@"
	assert_verdict idle-limit
	((status == 124))
	at_least "$(field wall_ns)" 400000000
	at_most "$(field wall_ns)" 30000000000
	assert_nothing_left
}

@test "a sleeper is ended at the idle limit" { ends_idle sleep 60; }
# shellcheck disable=SC2016 # for the shell in the cell
@test "a program that stops itself is idle" { ends_idle sh -c 'kill -STOP $$'; }
@test "a program that computes and then sleeps is ended after its work, not before" {
	ends_idle "$PROGRAMS/spin_static" sleep 600
	at_least "$(field cpu_ns)" 400000000
}
@test "a program that waits for its input is idle" {
	mkfifo "$BATS_TEST_TMPDIR/silent"
	exec 7<>"$BATS_TEST_TMPDIR/silent"
	ends_idle cat <&7
}

@test "a program that computes for longer than the idle limit is not idle" {
	custody --idle 1s --wall 5m -- "$PROGRAMS/spin_static" spin 1500
	assert_verdict ok
	at_least "$(field wall_ns)" 1200000000
}

@test "a child that computes keeps its sleeping parent from being idle" {
	custody --idle 1s --wall 5m -- "$PROGRAMS/spin_static" pair 1500
	assert_verdict ok
}

@test "a program that does a little now and then is not idle" {
	mkfifo "$BATS_TEST_TMPDIR/silent"
	exec 7<>"$BATS_TEST_TMPDIR/silent"
	custody --idle 3s --time max --wall max -- \
		bash -c 'for i in {1..16}; do read -r -t 0.2; done; true' <&7
	assert_verdict ok
	at_least "$(field wall_ns)" 3200000000
}

@test "the verdict idle-limit comes with its reason" {
	custody --idle 400ms sleep 60
	[[ $(field reason) == 'used no CPU time for 0.400 seconds' ]]
	assert_field limits.idle.limit 400000000
	assert_field limits.idle.enforced_by watch
}

@test "without --idle a sleeper is not ended for being idle" {
	custody sleep 1
	assert_verdict ok
	assert_field limits.idle.enforced_by none
}
