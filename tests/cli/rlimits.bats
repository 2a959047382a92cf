# SPDX-License-Identifier: LGPL-2.1-or-later
# The resource limits that the program finds, and --rlimit.

load ../helpers

setup() { requires cgroup_v2; }

# seen NAME: soft and hard limit in the cell, as /proc/self/limits calls it
seen() { sed -nE "s/^$1 +([^ ]+) +([^ ]+) .*/\1 \2/p" <<<"$output"; }

@test "each resource limit of the program is the one that is promised" {
	custody --output 3M --open-files 99 --stack 7M -- "$PROGRAMS/first_act_static" /proc/self/limits
	diff "$BATS_TEST_DIRNAME/rlimits.expected" - < <(
		while read -r name; do
			printf '%s: %s\n' "$name" "$(seen "$name")"
		done < <(cut -d: -f1 "$BATS_TEST_DIRNAME/rlimits.expected"))
}

@test "the number of processes is no per-user limit of the program" {
	custody -- "$PROGRAMS/first_act_static" /proc/self/limits
	local hard
	hard=$(ulimit -Hu)
	[[ $(seen 'Max processes') == "$hard $hard" ]]
}

@test "no core is dumped by default" {
	# shellcheck disable=SC2016 # for the shell in the cell
	custody sh -c 'kill -SEGV $$'
	assert_verdict signal
	assert_field core_dumped false
}

@test "a core is dumped where that is asked for, and the report says so" {
	ulimit -c unlimited
	# shellcheck disable=SC2016 # for the shell in the cell
	custody --rlimit core=max sh -c 'kill -ABRT $$'
	((status == 134))
	assert_field signal ABRT
	assert_field core_dumped true
}

@test "--rlimit overrides the default" {
	custody --rlimit memlock=1M --rlimit sigpending=7 -- "$PROGRAMS/first_act_static" /proc/self/limits
	[[ $(seen 'Max locked memory') == '1048576 1048576' ]]
	[[ $(seen 'Max pending signals') == '7 7' ]]
}

@test "--rlimit takes a soft and a hard value" {
	custody --rlimit nofile=20:30 -- "$PROGRAMS/first_act_static" /proc/self/limits
	[[ $(seen 'Max open files') == '20 30' ]]
}

@test "--rlimit overrides the limit's own option, and the last one wins" {
	custody --stack 1M --rlimit stack=2M --rlimit stack=3M -- \
		"$PROGRAMS/first_act_static" /proc/self/limits
	[[ $(seen 'Max stack size') == '3145728 3145728' ]]
}

@test "a limit of zero can be asked for" {
	custody --rlimit fsize=0 sh -c ': >/box/empty && echo full >/box/full'
	((status != 0))
}

@test "the number of open files is held" {
	# shellcheck disable=SC2016 # for the shell in the cell
	custody --open-files 5 sh -c 'exec 3>a 4>b && exec 5>c'
	[[ $output == *'Too many open files'* || $output == *'Bad file descriptor'* ]]
	((status != 0))
}

@test "recursion without end is stopped by the stack limit" {
	custody --stack 256K sh -c 'f() { f; }; f'
	assert_verdict signal
	assert_field signal SEGV
}

@test "rss is refused with the advice to use --memory" {
	run "$REMAND" run --rlimit rss=1M -- true
	((status == 125))
	[[ $output == *--memory* ]]
}

@test "a resource that does not exist is refused with the list of those that do" {
	run "$REMAND" run --rlimit files=3 -- true
	((status == 125))
	[[ $output == *nofile* ]]
}

@test "a soft limit above the hard one is refused" {
	run "$REMAND" run --rlimit nofile=30:20 -- true
	((status == 125))
	[[ $output == *'above the hard limit'* ]]
}

@test "a limit above what the caller itself may have is refused, not weakened" {
	ulimit -n 200
	custody --rlimit nofile=300 -- true
	((status == 125))
	assert_verdict not-started
	assert_field start_error.stage rlimit
	assert_nothing_left
}

@test "a default above what the caller itself may have becomes that" {
	ulimit -n 100
	custody -- "$PROGRAMS/first_act_static" /proc/self/limits
	((status == 0))
	[[ $(seen 'Max open files') == '100 100' ]]
}
