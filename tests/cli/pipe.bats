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
