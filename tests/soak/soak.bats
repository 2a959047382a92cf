# SPDX-License-Identifier: LGPL-2.1-or-later
# A short soak; tools/soak takes any number of runs.

load ../helpers

setup() { requires cgroup_v2 root; }

@test "after 48 mixed runs from one caller nothing is left and nothing has grown" {
	run "$repo/tools/soak" 48
	printf '%s\n' "${lines[@]}" | sed -n 's/^# after/&/p' >&3
	((status == 0)) || fail "$output"
}

@test "of 100 jobs, 8 at a time, one kills itself and one uses up its memory, and each has its own verdict" {
	run "$repo/tools/soak" --batch 100
	((status == 0)) || fail "$output"
}
