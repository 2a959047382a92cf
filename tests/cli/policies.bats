# SPDX-License-Identifier: LGPL-2.1-or-later
# Policies and system call rules at work: what they say is what the program gets, and no program gets
# to choose them. How the text is read: tests/unit/test_policy.c, test_options_policy.c.

load ../helpers

setup() {
	requires root cgroup_v2
	cd "$BATS_TEST_TMPDIR" || return
}

policy() {
	printf '%s\n' "${@:2}" >"$1.policy"
}

@test "without a policy the report names default, with one it names that" {
	policy mine 'memory 64M' 'pids 5'
	custody -- true
	assert_field policy default
	custody --policy default -- true
	assert_field policy default
	custody --pids 7 --policy ./mine.policy -- true
	assert_field policy ./mine.policy
	assert_field limits.memory.limit 67108864
	assert_field limits.pids.limit 7
}

@test "--deny answers with EPERM or the errno asked for, --allow takes it back" {
	custody --deny 'mkdir*' -- mkdir x
	[[ $status -eq 1 && $output == *'Operation not permitted'* ]]
	custody --deny '(ENOSPC) mkdir, mkdirat' -- mkdir x
	[[ $status -eq 1 && $output == *'No space left on device'* ]]
	custody --deny '@file-system' --allow '@file-system' -- mkdir x
	assert_verdict ok
}

@test "--kill ends the run, and the verdict names the call" {
	custody --kill 'mkdir*' -- sh -c 'mkdir x; echo survived'
	assert_verdict denied
	[[ $(field denied.call) == 'mkdir("x", 0777)' && $(field denied.place) == *libc.so.6+0x* ]]
	[[ $(field denied.syscall) == mkdir* && $output != *survived* && $status -eq 159 ]]
}

@test "--log lets the call happen, and counts it" {
	custody --log 'mkdir*' -- sh -c 'mkdir x && mkdir y && echo made'
	assert_verdict ok
	[[ $output == made ]]
	assert_field logged.0.syscall mkdir
	assert_field logged.0.count 2
	assert_field logged.0.call 'mkdir("x", 0777)'
	assert_field refused '[]'
}

@test "a refused call is in the report with arguments, count and place, and in the line for people" {
	custody --deny 'mkdir*' -- sh -c 'mkdir /tmp/x; mkdir /tmp/y; exit 3'
	assert_verdict exit
	assert_field refused.0.call 'mkdir("/tmp/x", 0777)'
	assert_field refused.0.count 2
	assert_field refused.0.errno EPERM
	[[ $(field refused.0.place) == /usr/lib/*/libc.so.6+0x* ]] || fail "$(field refused.0.place)"
	assert_field denied null
	run "$REMAND" run -v --deny 'mkdir*' -- mkdir x
	[[ $output == *'refused: mkdir("x", 0777)'* ]] || fail "$output"
}

@test "a profile in JSON is used as it is, with rules on top of it" {
	printf '%s' '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"],' \
		'"action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}' >profile.json
	custody --seccomp profile.json -- mkdir x
	[[ $status -eq 1 && $output == *'No space left on device'* ]]
	custody --seccomp profile.json --allow 'mkdir*' -- mkdir x
	assert_verdict ok
	printf '{"defaultAction": "SCMP_ACT_ALLOW", "sysCalls": []}' >profile.json
	custody --seccomp profile.json -- true
	[[ $status -eq 125 && $output == *'profile.json: '*'unknown member "sysCalls"'* ]]
}

@test "a policy that forbids everything stops the program, not remand" {
	policy nothing 'deny(ENOSYS) @known'
	custody --policy ./nothing.policy -- "$PROGRAMS/first_act_static"
	[[ $(field verdict) == signal || $(field verdict) == exit ]] || fail "$(field verdict)"
	policy worse 'kill @known'
	custody --policy ./worse.policy -- true
	assert_verdict denied
}

@test "compute is enough to read, compute and write, and for nothing else" {
	custody --policy compute --stdin /etc/passwd -- sort
	assert_verdict ok
	[[ $output == *root:x:0* ]]
	custody --policy compute -- sh -c 'echo x >/tmp/file'
	[[ $output == *'Operation not permitted'* && $status -ne 0 ]] || fail "$output"
	custody --policy compute -- sh -c 'true & wait; echo $?'
	[[ $output == *annot\ fork* ]] || fail "$output"
	custody --policy compute -- env true
	[[ $status -eq 126 && $output == *'Operation not permitted'* ]] || fail "$output"
}

@test "every shipped policy is one, and is found by its name" {
	for file in "$repo"/policies/*.policy; do
		name=${file##*/}
		custody --policy "${name%.policy}" -- true
		assert_verdict ok || return
		assert_field policy "${name%.policy}" || return
	done
}

@test "a policy or profile that the program could have planted is refused" {
	mkdir work
	printf 'time max\n' >work/planted.policy
	printf '{"defaultAction": "SCMP_ACT_ALLOW"}' >work/planted.json
	ln -s work/planted.policy link.policy
	for policy in ./work/planted.policy ./link.policy "$PWD/work/../work/planted.policy"; do
		custody --policy "$policy" --work work -- true
		[[ $status -eq 125 && $output == *'must not choose'* ]] || fail "$policy: $output"
	done
	REMAND_POLICY_PATH=$PWD/work custody --work work --policy planted -- true
	[[ $status -eq 125 && $output == *'must not choose'* ]] || fail "$output"
	custody --work work --seccomp work/planted.json -- true
	[[ $status -eq 125 && $output == *'must not choose'* ]] || fail "$output"
	custody --bind "$PWD/work:/x:rw" --seccomp work/planted.json -- true
	[[ $status -eq 125 && $output == *'must not choose'* ]] || fail "$output"
	cd work
	custody --policy planted -- true
	[[ $status -eq 125 && $output == *'there is no policy'* ]] || fail "$output"
}

@test "a policy with a mistake starts nothing, and says where it is" {
	policy wrong '# a comment' 'memory 1X'
	custody --policy ./wrong.policy -- echo started
	[[ $status -eq 125 && $output == "remand: ./wrong.policy:2:8: memory: '1X' is not a size;"* ]] || fail "$output"
	[[ $output != *started* ]]
}
