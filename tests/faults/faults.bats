# SPDX-License-Identifier: LGPL-2.1-or-later
# Whatever fails or dies, at whatever system call: a right verdict or a sentence, and nothing left.
# Here a sample of the call sites (the machine is slow), with all limits. tests/native/faults.bats: each call, and each error.

load ../helpers
load faults

setup_file() {
	has cgroup_v2 && has root || return 0
	echo +memory +pids +cpu +cpuset >/sys/fs/cgroup/cgroup.subtree_control
	faults --sites plain errors/8 hidden/5 kill-keeper/32 kill-target/32 kill-groups/64
	faults --sites lent kill-supervisor/16
}

setup() { requires cgroup_v2 root; }

@test "a system call that fails never takes a limit away" { found_right errors plain; }
@test "a newer call that is hidden is done without, or missed in words" { found_right hidden plain; }
@test "a supervisor that is killed leaves nothing to the next remand" {
	found_right kill-supervisor lent
}
@test "a keeper that is killed leaves nothing" { found_right kill-keeper plain; }
@test "a target that is killed leaves nothing" { found_right kill-target plain; }
@test "a unit whose groups are all killed leaves nothing" { found_right kill-groups plain; }
