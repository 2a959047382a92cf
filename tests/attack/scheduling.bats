# SPDX-License-Identifier: LGPL-2.1-or-later
# More of the processor than its share.

load ../helpers
load attack

@test "the program cannot be nicer to itself" { attack scheduling nice; }
@test "the first-in first-out class cannot be had" { attack scheduling real-time 1; }
@test "the round-robin class cannot be had" { attack scheduling real-time 2; }
@test "the deadline class cannot be had" { attack scheduling deadline; }
@test "real-time input and output cannot be had" { attack scheduling io-real-time; }
@test "the keeper cannot be rescheduled" { attack scheduling schedule-other 1; }
@test "the keeper cannot be pinned" { attack scheduling pin-other 1; }

@test "a caller's real-time class is not passed on" {
	OUTSIDE=(chrt -f 1)
	CALLER=("${OUTSIDE[@]}")
	attack scheduling inherited-class
}

@test "a caller's nice value below zero is not passed on" {
	OUTSIDE=(nice -n -5)
	CALLER=("${OUTSIDE[@]}")
	attack scheduling inherited-nice
}

@test "a caller's protection from the OOM killer is not passed on" {
	OUTSIDE=(choom -n -500 --)
	CALLER=("${OUTSIDE[@]}")
	attack scheduling inherited-protection
}

@test "a caller's real-time input class is not passed on" {
	OUTSIDE=(ionice -c 1 -n 4)
	CALLER=("${OUTSIDE[@]}")
	attack scheduling inherited-io
}

@test "more processors than the run's set cannot be had" {
	[[ $(nproc) -gt 1 ]] || skip "one processor only"
	OPTIONS=(--cpuset 0)
	attack scheduling widen 1
}
