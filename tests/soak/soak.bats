# SPDX-License-Identifier: LGPL-2.1-or-later
# A short soak; tools/soak takes any number of runs.

load ../helpers

setup() { requires cgroup_v2 root; }

@test "after 48 mixed runs from one caller nothing is left and nothing has grown" {
	run "$repo/tools/soak" 48
	printf '%s\n' "${lines[@]}" | sed -n 's/^# after/&/p' >&3
	((status == 0)) || fail "$output"
}
