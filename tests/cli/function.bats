# SPDX-License-Identifier: LGPL-2.1-or-later
# Functions in a program's place, where groups hold all limits and callers have no privilege. What
# needs neither: tests/library/test_library_function.c, of which these are parts.

load ../helpers

setup() { requires cgroup_v2 root vm; }

@test "a function that takes more memory than its limit is ended by its group" {
	run -0 "$REMAND_BUILD/tests/test_library_function" memory_limit
	[[ $output == *'# by the group'*$'\nok'* ]]
}

@test "a function of an ordinary user holds no more than one of root's" {
	local D=/sys/fs/cgroup/user-4321
	mkdir "$D" && chown 4321 "$D" "$D"/cgroup.{procs,subtree_control}
	# shellcheck disable=SC2016
	run bash -c 'echo 0 >"$0/cgroup.procs" &&
		exec setpriv --reuid 4321 --regid 4321 --clear-groups "$@"' \
		"$D" "$REMAND_BUILD/tests/test_library_function"
	rmdir "$D/supervisor" "$D"
	[[ $status == 0 && $(grep -c '^ok' <<<"$output") -ge 14 ]] || fail "$output"
}
