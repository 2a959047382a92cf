# SPDX-License-Identifier: LGPL-2.1-or-later
# A short soak without memory and pids limits; tests/soak has those.

load ../helpers

setup() {
	requires root
	findmnt -n -t cgroup2 >/dev/null || skip 'this host has no cgroup v2'
}

@test "after 500 mixed runs from one caller nothing is left and nothing has grown" {
	run "$repo/tools/soak" 500
	printf '%s\n' "${lines[@]}" | sed -n 's/^# after/&/p' >&3
	((status == 0)) || fail "$output"
}
