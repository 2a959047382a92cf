# SPDX-License-Identifier: LGPL-2.1-or-later
# --pids: processes and threads of the whole group, at one time.

load ../helpers
load background

setup() { requires cgroup_v2; }

breed() { custody --pids 10 "${OPTIONS[@]}" -- "$PROGRAMS/breed_static" "$@"; }

OPTIONS=()

@test "the program itself is one, and so many more are granted as the limit says" {
	breed processes 9
	[[ $output == '9 all' ]]
	assert_verdict ok
	assert_field pids_peak 10
}

@test "one process too many is refused with EAGAIN, and the program goes on" {
	breed processes 10
	[[ $output == '9 EAGAIN' ]]
	assert_verdict ok
}

@test "threads count as processes do" {
	breed threads 30
	[[ $output == '9 EAGAIN' ]]
}

@test "a refused fork is told as evidence, whatever the verdict" {
	breed processes 12
	at_least "$(field evidence.pids.events.max)" 1
}

@test "where nothing was refused there is no such evidence" {
	breed processes 5
	run ! field evidence.pids.events.max
}

@test "a fork bomb stays within the limit until another limit ends it, and nothing is left" {
	OPTIONS=(--wall 3s)
	breed bomb
	[[ $(field verdict) == @(wall|time)-limit ]]
	assert_field pids_peak 10
	assert_nothing_left
}

@test "with --pids-fatal the first refused fork ends the run" {
	OPTIONS=(--pids-fatal --wall 60s --time 60s)
	breed bomb
	assert_verdict pids-limit
	((status == 124))
	at_least "$(field evidence.pids.events.max)" 1
	assert_nothing_left
}

@test "with --pids-fatal a program that ends by itself after a refused fork is over the limit" {
	OPTIONS=(--pids-fatal)
	breed processes 10
	assert_verdict pids-limit
}

@test "with --pids-fatal a program within the limit is left alone" {
	OPTIONS=(--pids-fatal)
	breed processes 9
	assert_verdict ok
}

@test "the most processes at one time are reported, not how many there were in all" {
	custody --pids 64 -- "$PROGRAMS/breed_static" processes 4
	assert_field pids_peak 5
	custody --pids 64 -- "$PROGRAMS/spin_static" turns 1
	assert_field pids_peak 2
}

@test "the limit in the kernel is the one that was asked for" {
	begin --pids 17 "$PROGRAMS/patient_static" waits
	[[ $(<"$group/pids.max") == 17 ]]
	finish
	assert_field limits.pids.limit 17
	assert_field limits.pids.enforced_by cgroup
}
