# SPDX-License-Identifier: LGPL-2.1-or-later
# PID 1 of the cell: it is not the program, and neither the program nor the caller sees it.

load ../helpers
load background

setup() { requires cgroup_v2; }

# shellcheck disable=SC2016 # for the shell in the cell
dies_by() {
	custody sh -c "kill -$1 \$\$"
	assert_verdict signal
	assert_field signal "$1"
	((status == 128 + $2))
}

@test "the program is not PID 1: SIGSEGV kills it, and is told as such" { dies_by SEGV 11; }
@test "the program is not PID 1: SIGTERM kills it, and is told as such" { dies_by TERM 15; }
@test "the program is not PID 1: SIGUSR1 kills it, and is told as such" { dies_by USR1 10; }

# shellcheck disable=SC2016 # for the shell in the cell
@test "a program does not find out its own pid to be 1" {
	custody sh -c 'echo $$'
	((output > 1))
}

@test "the keeper is not to be seen in /proc" {
	custody sh -c 'echo /proc/[0-9]*; cat /proc/1/status'
	[[ $output == /proc/* && " ${lines[0]} " != *' /proc/1 '* && $output != *Pid* ]]
}

@test "the keeper cannot be killed from inside" {
	custody sh -c 'kill -KILL 1; kill -TERM 1; echo still here'
	[[ $output == *'still here'* ]]
	assert_verdict ok
}

@test "killing everybody from inside ends the program, and its end is told" {
	custody sh -c 'sleep 60 & kill -KILL -1'
	[[ $(field verdict) == @(signal|exit|ok) ]]
	assert_nothing_left
}

@test "orphans are reaped: a hundred of them need no more than a few pids" {
	custody --pids 8 --time max --wall max -- "$PROGRAMS/breed_static" orphans 100
	assert_verdict ok
	at_most "$(field pids_peak)" 8
}

@test "a grandchild in a session of its own ends with the program" {
	begin "$PROGRAMS/patient_static" stays
	grep -qsx stays <(cat /proc/[0-9]*/comm 2>/dev/null)
	tell
	finish
	assert_verdict ok
	run ! grep -lsx stays /proc/[0-9]*/comm
	assert_nothing_left
}

@test "the program's status is right with a caller that ignores SIGCHLD" {
	run env --ignore-signal=CHLD "$REMAND" run sh -c 'exit 42'
	((status == 42))
}

@test "the program's status is right with a caller that blocks every signal" {
	run env --block-signal "$REMAND" run sh -c 'kill -USR1 $$; exit 42'
	((status == 138))
}

@test "a caller that waits for any child steals none from the library, and gets no SIGCHLD" {
	run "$PROGRAMS/thief" sh -c 'exit 42'
	[[ $output == 'stolen 0 signals 0 exited 42' ]]
}

@test "the keeper runs under other ids than the program, and than the caller" {
	begin "$PROGRAMS/patient_static" waits
	local of_keeper of_target
	of_keeper=$(awk '/^Uid/ { print $2 }' "/proc/$keeper/status")
	of_target=$(awk '/^Uid/ { print $2 }' "/proc/$target/status")
	((of_keeper != of_target && of_keeper != 0 && of_target != 0))
	finish
}

@test "the keeper keeps no descriptor of the program's streams" {
	begin "$PROGRAMS/patient_static" waits
	run ls -l "/proc/$keeper/fd"
	[[ $output != *pipe:* && $output != *told* && $output != *said* ]]
	finish
}
