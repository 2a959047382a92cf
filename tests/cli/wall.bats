# SPDX-License-Identifier: LGPL-2.1-or-later
# --wall: time that passes, whatever the program does with it.

load ../helpers
load background

setup() { requires cgroup_v2; }

ends_at_limit() {
	custody --wall 300ms "$@"
	assert_verdict wall-limit
	((status == 124))
	at_least "$(field wall_ns)" 300000000
	at_most "$(field wall_ns)" 30000000000
	assert_nothing_left
}

@test "a sleeper is ended at the wall limit" { ends_at_limit sleep 60; }
# shellcheck disable=SC2016 # for the shell in the cell
@test "a program that stops itself is ended at the wall limit" {
	ends_at_limit sh -c 'kill -STOP $$'
}
@test "a program that spins below its CPU limit is ended at the wall limit" {
	ends_at_limit --time 60s -- "$PROGRAMS/spin_static" spin
}
@test "a program that ignores every request to end is ended at the wall limit" {
	ends_at_limit "$PROGRAMS/patient_static" stubborn
}
@test "a program that waits for its input is ended at the wall limit" {
	begin --wall 10s "$PROGRAMS/patient_static" waits
	exec 7<>"$BATS_TEST_TMPDIR/told"
	finish
	assert_verdict wall-limit
}

@test "a child that sleeps on is no reason to wait for it" {
	custody --wall 20s sh -c 'sleep 60 & exit 3'
	assert_verdict exit
	((status == 3))
	assert_nothing_left
}

@test "whatever shell forks, and wherever the child flees to, all end at the wall limit" {
	local shell
	for shell in dash bash; do
		custody --wall 1s "$shell" -c 'setsid sleep 300 & wait'
		((status == 124)) || fail "$shell: $status"
		assert_verdict wall-limit
	done
	assert_nothing_left
}

@test "a program that ends within the wall limit is left alone" {
	custody --wall 10s sleep 0.2
	assert_verdict ok
	at_least "$(field wall_ns)" 200000000
}

@test "a program that ends by itself past its wall limit is over it, and its status is told" {
	begin --wall 3s "$PROGRAMS/patient_static" waits
	with_supervisor_stopped tell_after 10.1
	finish
	assert_verdict wall-limit
	assert_field exit_code 0
	((status == 124))
}

tell_after() {
	read -r -t "$1" -u 4 _ || true
	ask_to_end
}

@test "the verdict wall-limit comes with the time that proves it" {
	custody --wall 250ms sleep 60
	at_least "$(field evidence.wall_ns)" 250000000
	[[ $(field reason) == 'ran for '*' of 0.250 seconds' ]]
}

@test "what was written before the end by the wall limit is delivered" {
	custody --wall 3s sh -c 'echo before; sleep 60'
	assert_verdict wall-limit
	[[ $output == before ]]
}

@test "the wall limit is reported with what enforces it" {
	custody --wall 1500ms -- true
	assert_field limits.wall.limit 1500000000
	assert_field limits.wall.enforced_by watch
}

@test "without a wall limit none is enforced, and the report says so" {
	custody --wall max -- true
	assert_verdict ok
	assert_field limits.wall.enforced_by none
}
