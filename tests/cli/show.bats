# SPDX-License-Identifier: LGPL-2.1-or-later
# remand show: the plan is what a run would get, each value says where it comes from, nothing is started.

load ../helpers

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR" || return
}

# show ARG...: the plan, where `plan MEMBER` finds it
show() {
	"$REMAND" show "$@" >plan.json
}

plan() {
	"$PROGRAMS/jsonget" plan.json "$1"
}

assert_plan() {
	local got
	got=$(plan "$1") || return
	[[ $got == "$2" ]] || fail "$1 is $got, not $2"
}

@test "each value says whether the command line, a policy or the default says so" {
	printf 'pids 5\n' >parent.policy
	printf '# comment\nextends ./parent.policy\n\nmemory 64M\nenv A=1\n' >child.policy
	show --wall 3s --policy ./child.policy -E B=2 --ok 0,3 -- cat x
	assert_plan policy ./child.policy
	assert_plan options.wall.value 3s
	assert_plan options.wall.from 'command line'
	assert_plan options.memory.value 64M
	assert_plan options.memory.from ./child.policy:4
	assert_plan options.pids.from ././parent.policy:1
	assert_plan options.time.value 10s
	assert_plan options.ok.value 0,3
	[[ $(plan options.time.from) == default.policy:* ]]
	assert_plan options.env.0.value A=1
	assert_plan options.env.0.from ./child.policy:5
	assert_plan options.env.1.from 'command line'
	assert_plan policy_files.0 ./child.policy
	assert_plan policy_files.1 ././parent.policy
}

@test "program, environment and mounts are those of the cell" {
	show -E B=2 --file /etc/hostname:h --tmpfs /scratch:1M -- cat x
	assert_plan argv.1 x
	assert_plan programs.1 /usr/bin/cat
	[[ $(plan environment) == *'"HOME=/box"'*'"B=2"'* ]]
	[[ $(plan mounts) == *'{"path":"/usr","kind":"bind","source":"/usr","writable":false}'* ]]
	[[ $(plan mounts) == *'"path":"/scratch","kind":"tmpfs"'*'"writable":true'* ]]
	show
	assert_plan argv null
}

@test "system calls are summed up by group from the compiled filter" {
	show --deny mkdir --kill ptrace
	assert_plan syscalls.groups.@file-system.answer allow
	[[ $(plan syscalls.groups.@file-system.but.EPERM) == *'"mkdir"'* ]]
	[[ $(plan syscalls.groups.@debug) == *'"kill":["ptrace"]'* ]]
	assert_plan syscalls.rules.0.action deny
	assert_plan syscalls.rules.1.value ptrace
	(($(plan syscalls.instructions) > 100 && $(plan syscalls.compile_ns) > 0))
	printf '{"defaultAction": "SCMP_ACT_ALLOW"}' >profile.json
	show --seccomp profile.json
	assert_plan syscalls.profile profile.json
	assert_plan syscalls.groups.@mount.answer allow
}

@test "each resource limit of the plan is that of a real run" {
	local options=(--open-files 99 --stack 7M --output 3M --rlimit cpu=5:9 --rlimit memlock=1M --rlimit core=0)
	local planned title name soft hard count=0
	show "${options[@]}"
	planned=$(plan rlimits)
	"$REMAND" run --memory max --pids max "${options[@]}" -- cat /proc/self/limits >limits
	while IFS=: read -r title name; do
		[[ $(<limits) =~ $'\n'"$title "\ *([^ ]+)\ +([^ ]+) ]]
		soft=${BASH_REMATCH[1]/unlimited/null} hard=${BASH_REMATCH[2]/unlimited/null}
		[[ $planned == *"\"$name\":{\"soft\":$soft,\"hard\":$hard}"* ]] || fail "$name $soft $hard: $planned"
		count=$((count + 1))
	done <<-'END'
		Max cpu time:cpu
		Max file size:fsize
		Max data size:data
		Max stack size:stack
		Max core file size:core
		Max resident set:rss
		Max processes:nproc
		Max open files:nofile
		Max locked memory:memlock
		Max address space:as
		Max file locks:locks
		Max pending signals:sigpending
		Max msgqueue size:msgqueue
		Max nice priority:nice
		Max realtime priority:rtprio
		Max realtime timeout:rttime
	END
	[[ $count -eq 16 && $planned != *$'\n'* ]]
	run -0 "$REMAND" show --format text --rlimit cpu=5:9
	[[ $output == *$'\n  cpu  '*' 5:9'$'\n'*$'\n  as '*' max:max'$'\n'* ]]
}

@test "as text it names the same, without what a terminal would obey" {
	run -0 "$REMAND" show --format text -m 64M -E $'A=\e[2J' --deny mkdir -- cat x
	[[ $output == *$'\n  memory '*64M*'command line'* ]]
	[[ $output == *$'\n  @mount '*EPERM* && $output == *'A=?[2J'* && $output != *$'\e'* ]]
	[[ $output == *$'\n  deny '*mkdir*'command line'* ]]
}

@test "nothing is started, opened for output or made" {
	show --stdout out --stderr err --report report --work . -- touch here
	for name in out err report here; do [[ ! -e $name ]] || fail "$name"; done
}

@test "what a run would refuse, show refuses with the same sentence" {
	printf 'memory 1X\n' >wrong.policy
	for arguments in '--policy ./wrong.policy' '--memory 1K' '--file nowhere' '--policy nowhere' '--format xml'; do
		# shellcheck disable=SC2086
		run -125 "$REMAND" show $arguments -- true
		shown=$output
		# shellcheck disable=SC2086
		run -125 "$REMAND" run --memory max --pids max $arguments -- true
		[[ $output == "$shown" ]] || fail "$output, not $shown"
	done
}
