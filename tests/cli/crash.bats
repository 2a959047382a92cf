# SPDX-License-Identifier: LGPL-2.1-or-later
# Whoever of the three dies, however it dies: nothing of the run goes on.

load ../helpers
load background

setup() { requires cgroup_v2 root; }

# the supervisor is gone at once, and with it, by itself, all the rest
crash() {
	kill -KILL "$supervisor"
	wait "$supervisor" || supervisor=
	await_death "$keeper"
	await_empty "$group"
}

@test "when remand is killed the program dies" {
	begin "$PROGRAMS/patient_static" stubborn
	crash
	[[ ! -e /proc/$target ]]
}

@test "when remand is killed a grandchild in a session of its own dies" {
	begin "$PROGRAMS/patient_static" stays
	crash
	run ! grep -lsx stays /proc/[0-9]*/comm
}

@test "when remand is killed a fork bomb dies" {
	begin --pids 20 --time max --file "$PROGRAMS/breed_static:breed" \
		sh -c 'echo ready; exec ./breed bomb'
	crash
}

@test "when remand is killed while stopped the program dies" {
	begin "$PROGRAMS/patient_static" stubborn
	kill -STOP "$supervisor"
	crash
}

@test "the group of a killed remand is removed by the next one" {
	begin "$PROGRAMS/patient_static" stubborn
	crash
	[[ -d $group ]]
	"$REMAND" run -- true
	[[ ! -e $group ]]
	assert_nothing_left
}

@test "the group of a living remand is left alone by another one" {
	begin "$PROGRAMS/patient_static" waits
	"$REMAND" run -- true
	[[ -d $group && $(<"$group/cgroup.procs") == "$target" ]]
	tell
	finish
	assert_verdict ok
}

@test "the group of a stopped remand is left alone by another one" {
	begin "$PROGRAMS/patient_static" waits
	with_supervisor_stopped "$REMAND" run -- true
	tell
	finish
	assert_verdict ok
}

@test "a group that bears no mark of remand is left alone" {
	"$REMAND" run -- true
	mkdir /sys/fs/cgroup/remand/run-of-another
	"$REMAND" run -- true
	rmdir /sys/fs/cgroup/remand/run-of-another
}

@test "when the keeper is killed the program dies, and it is an error of ours, not a verdict" {
	begin "$PROGRAMS/patient_static" stubborn
	kill -KILL "$keeper"
	finish
	assert_verdict internal-error
	((status == 125))
	[[ $(<"$BATS_TEST_TMPDIR/complaint") == *'the keeper was killed'* ]]
	assert_nothing_left
}

@test "when the target is killed from outside that is told as its signal" {
	begin "$PROGRAMS/patient_static" stubborn
	kill -KILL "$target"
	finish
	assert_verdict signal
	assert_field signal KILL
	assert_nothing_left
}

@test "when remand is asked to end the run is cancelled and nothing is left" {
	local signal
	# a shell starts what it starts in the background with INT ignored
	CALLER=(env --default-signal=INT)
	for signal in TERM INT HUP; do
		begin "$PROGRAMS/patient_static" stubborn
		kill "-$signal" "$supervisor"
		finish
		assert_verdict cancelled && ((status == 128 + $(kill -l "$signal"))) || return
		rm "$BATS_TEST_TMPDIR"/{said,told}
	done
	assert_nothing_left
}
