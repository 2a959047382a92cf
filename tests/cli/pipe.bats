# SPDX-License-Identifier: LGPL-2.1-or-later
# remand pipe: programs in custody that feed each other. What the library does by itself:
# tests/library/test_library_pipeline.c.

# shellcheck disable=SC2016 # for the shells inside

load ../helpers

setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "stages feed each other, with the caller's stdin and stdout at the ends, and own options" {
	run -0 --separate-stderr "$REMAND" pipe --memory max --pids max -r report -- \
		tr a b ::: -w 60s -E X=1 -- sh -c 'cat; echo "$X"' <<<aa
	[[ $output == $'bb\n1' && -z $stderr ]]
	[[ $("$PROGRAMS/jsonget" report stages.1.limits.wall.limit) == 60000000000 ]]
	[[ $("$PROGRAMS/jsonget" report stages.0.limits.wall.limit) == 30000000000 ]]
	[[ $("$PROGRAMS/jsonget" report failed_stage) == null ]]
}

@test "a stage's own exit codes can be a success" {
	run -0 "$REMAND" pipe -r report --memory max --pids max -- true ::: --ok 0,3 -- sh -c 'exit 3'
	[[ $("$PROGRAMS/jsonget" report stages.1.exit_code) == 3 && $("$PROGRAMS/jsonget" report failed_stage) == null ]]
}

@test "what cannot be meant is one sentence and 125" {
	run -125 "$REMAND" pipe --memory max --pids max -- true ::: -w 1s true
	[[ $output == 'remand: stage 2: end its own options with --' ]]
	run -125 "$REMAND" pipe --memory max --pids max -- true ::: -q -- true
	[[ $output == 'remand: stage 2: --quiet is for the whole pipeline: say it before the first --' ]]
	run -125 "$REMAND" pipe --memory max --pids max -- true :::
	[[ $output == 'remand: stage 2: say which program to run' ]]
	run -125 "$REMAND" pipe --duplex --memory max --pids max -- true
	[[ $output == 'remand: stage 1: --duplex joins two programs: A ::: B' ]]
}

@test "memory is limited for all stages together, and for each" {
	requires root cgroup_v2
	# the last begins when the second holds 30M; alone it would have 48M
	run -124 "$REMAND" pipe -q -r report --memory 48M --wall 120s --time max -- \
		sleep 1000 ::: "$PROGRAMS/hog_static" held 30 ::: sh -c 'read ready; exec tail /dev/zero'
	[[ $("$PROGRAMS/jsonget" report verdict) == memory-limit ]]
	[[ $("$PROGRAMS/jsonget" report stage) == null ]]
	run -0 "$REMAND" pipe -q -r report --memory 48M --wall 120s --time max -- -m 16M -- tail /dev/zero ::: cat
	[[ $("$PROGRAMS/jsonget" report stages.0.verdict) == memory-limit ]]
	[[ $("$PROGRAMS/jsonget" report failed_stage) == 1 ]]
	assert_nothing_left
}

@test "a program that is missing ends the one before it" {
	run -127 "$REMAND" pipe -r report --memory max --pids max -- sleep 1000 ::: no-such-program
	[[ $("$PROGRAMS/jsonget" report stages.0.verdict) == cancelled ]]
	[[ $("$PROGRAMS/jsonget" report stages.0.failed) == false ]]
	[[ $("$PROGRAMS/jsonget" report failed_stage) == 2 ]]
}

@test "a writer whose reader has read enough has not failed" {
	run -0 "$REMAND" pipe -r report --memory max --pids max -- yes ::: head -n 1
	[[ $output == y && $("$PROGRAMS/jsonget" report stages.0.signal) == PIPE ]]
	[[ $("$PROGRAMS/jsonget" report failed_stage) == null ]]
}

@test "two that talk: who let the other wait is to blame, and who said what is kept" {
	run -124 "$REMAND" pipe --duplex --idle 2s -r report --transcript said --memory max --pids max -- \
		sh -c 'echo 7; read answer' ::: sh -c 'read number; read another'
	[[ $("$PROGRAMS/jsonget" report verdict) == idle-limit && $("$PROGRAMS/jsonget" report blamed) == 2 ]]
	[[ $(head -n 1 said) == *'"stage":1,"wrote":"7\n"}' ]]
}

@test "when a pipeline is killed its programs die, and the next command removes its groups" {
	requires root cgroup_v2
	local group
	"$REMAND" pipe -q -- sh -c 'echo ready; sleep 1000' ::: sh -c 'read x; echo $x; setsid sleep 1000' >told 3>&- &
	until [[ -s told ]]; do
		kill -0 $! || return
		sleep 0.1
	done
	kill -KILL $!
	wait $! || true
	group=$(find /sys/fs/cgroup -type d -path '*/run-*/run-*' -print -quit)
	[[ $group ]] || fail 'there is no group of a stage'
	until grep -qx 'populated 0' "$group/../cgroup.events"; do sleep 0.1; done
	"$REMAND" run -q -- true
	assert_nothing_left
}
