# SPDX-License-Identifier: LGPL-2.1-or-later
# What a host that cannot enforce the limits is told. (A group without controllers in the machine
# of tools/vm: tests/cli/options.bats.)

load ../helpers

setup() {
	if has cgroup_v2; then skip 'this host has all three controllers'; fi
	run --separate-stderr "$REMAND" run -- echo started
}

@test "a host without the controllers is refused with exit 125" { [[ $status -eq 125 ]]; }
@test "nothing is started that could not be held" { [[ -z $output ]]; }
@test "one sentence says which part of cgroup v2 is missing and what helps" {
	[[ ${#stderr_lines[@]} -eq 1 && $stderr == 'remand: '*'cgroup v2'*'oot with'* ]] || fail "$stderr"
}
@test "even --quiet does not hide it" {
	run --separate-stderr "$REMAND" run --quiet -- echo started
	[[ $status -eq 125 && $stderr == *'cgroup v2'* ]]
}
@test "the report has the same story" {
	custody -- echo started
	assert_verdict not-started
	assert_field start_error.stage host
}
