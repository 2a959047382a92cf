# SPDX-License-Identifier: LGPL-2.1-or-later
# How the kernel treats the program beside others: never as it treats the caller.

load ../helpers

setup() { requires cgroup_v2; }

# stat_field N: of /proc/self/stat in the cell, proc(5)
stat_field() { cut -d' ' -f"$1" <<<"$output"; }

look() {
	custody "${OPTIONS[@]}" -- "$PROGRAMS/first_act_static" /proc/self/stat
	((status == 0))
}

OPTIONS=()

@test "the program has the nice value that was asked for" {
	OPTIONS=(--nice 5)
	look
	[[ $(stat_field 19) == 5 ]]
}

@test "the program's nice value is 0 by default" {
	look
	[[ $(stat_field 19) == 0 ]]
}

@test "the caller's nice value is not the program's" {
	REMAND="$BATS_TEST_TMPDIR/nice"
	printf '#!/bin/sh\nexec nice -n 7 %s/src/remand "$@"\n' "$REMAND_BUILD" >"$REMAND"
	chmod +x "$REMAND"
	look
	[[ $(stat_field 19) == 0 ]]
}

@test "a higher priority can be had by who may give it" {
	requires root
	OPTIONS=(--nice -5)
	look
	[[ $(stat_field 19) == -5 ]]
}

# as_scheduled OPTION...: the program's scheduling class with a caller under chrt
as_scheduled() {
	REMAND="$BATS_TEST_TMPDIR/chrt"
	printf '#!/bin/sh\nexec chrt %s %s/src/remand "$@"\n' "$*" "$REMAND_BUILD" >"$REMAND"
	chmod +x "$REMAND"
	look
	[[ $(stat_field 41) == 0 ]]
}

@test "a caller's real-time class is not the program's" { as_scheduled --fifo 1; }
@test "a caller's batch class is not the program's" { as_scheduled --batch 0; }
@test "a caller's idle class is not the program's" { as_scheduled --idle 0; }

@test "a caller's I/O priority is not the program's" {
	run ionice -c 2 -n 1 "$REMAND" run -- ionice
	[[ $output == none* ]]
}

@test "a caller's protection from the OOM killer is not the program's" {
	run choom -n -500 -- "$REMAND" run -- cat /proc/self/oom_score_adj
	[[ $output == 0 ]]
}

@test "the program cannot raise its own priority" {
	custody -- nice -n -5 cat /proc/self/stat
	[[ $(tail -n 1 <<<"$output" | cut -d' ' -f19) == 0 ]]
}
