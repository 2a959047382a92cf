# SPDX-License-Identifier: LGPL-2.1-or-later
# Whatever fails or dies, at every system call: a right verdict or a sentence, and nothing left.
# Without memory and pids limits, which this host may not have: with them in tests/faults.

load ../helpers
load ../faults/faults

setup_file() {
	has root && findmnt -n -t cgroup2 >/dev/null || return 0
	faults --native plain errors
	faults --native files errors/3 hidden kill-supervisor kill-keeper/3 kill-target/4 kill-groups/4 \
		kill-forked/4
	faults '--native --sites' lent kill-supervisor
	faults '--native --sites' wall errors/4 kill-supervisor/4
}

setup() {
	requires root
	findmnt -n -t cgroup2 >/dev/null || skip 'this host has no cgroup v2'
}

@test "a system call that fails takes nothing away" { found_right errors plain; }
@test "nor with files, directories and streams" { found_right errors files; }
@test "nor where a limit ends it" { found_right errors wall; }
@test "a newer call that is hidden is done without, or missed in words" { found_right hidden files; }
@test "a supervisor that is killed leaves nothing to the next remand" {
	found_right kill-supervisor files
	found_right kill-supervisor wall
}
@test "nor a directory in the hands of a target that is dead" { found_right kill-supervisor lent; }
@test "nor is it missed where a fork of the supervisor holds its end of each socket" {
	found_right kill-forked files
}
@test "a keeper that is killed leaves nothing" { found_right kill-keeper files; }
@test "a target that is killed leaves nothing" { found_right kill-target files; }
@test "a unit whose groups are all killed leaves nothing" { found_right kill-groups files; }
