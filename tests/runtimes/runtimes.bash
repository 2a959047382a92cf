# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # repo and output are set by helpers.bash and bats
# The shipped policies with the real thing. Each program of programs/ does the same in its language:
# it reads COUNT, DEPTH and MEGABYTES from standard input; sorts COUNT random numbers; adds them up in
# threads, where the language has them; throws and catches an exception; recurses DEPTH deep; makes
# MEGABYTES of garbage in pieces of 1 KiB, of which it keeps 1000; writes a file, reads and removes it.

load ../helpers

programs=$repo/tests/runtimes/programs

# Nothing depends on how fast the machine is; memory and pids are the policy's where groups limit them.
limits=(--time 10m --wall 10m)
has cgroup_v2 || limits+=(--memory max --pids max)

# The full size, or one that an emulated machine gets through.
if has vm; then
	count=10000 depth=10000 megabytes=5
else
	count=1000000 depth=100000 megabytes=200
fi

setup() {
	requires root
	cd "$BATS_TEST_TMPDIR" || return
}

# What every program says. The numbers are Park and Miller's: x = 16807 x mod 2^31-1 from 1, of which
# the 10000th is 1043618065 (CACM 31, 1988).
expected() {
	local numbers
	case $count in
	10000) numbers=$'sorted 8383 1085614563 2147483531\nsum 10776648943184' ;;
	1000000) numbers=$'sorted 1003 1074651046 2147483531\nsum 1073806376451147' ;;
	esac
	printf '%s\ncaught\ndepth %d\npieces %d\nfile 1' "$numbers" \
		$((depth * (depth + 1) / 2)) $((megabytes * 1024))
}

# runs POLICY [OPTION...] -- PROGRAM [ARG...]: does it all, and ends well
runs() {
	local policy=$1
	shift
	printf '%d %d %d\n' "$count" "$depth" "$megabytes" >input
	custody --policy "$policy" "${limits[@]}" --stdin input "$@"
	assert_verdict ok || return
	[[ $output == "$(expected)" ]] || fail "$output"
}

# compiles SOURCE RESULT COMMAND...: under `compile`, with --collect, as of a judge
compiles() {
	local source=$1 result=$2
	shift 2
	custody --policy compile "${limits[@]}" --file "$programs/$source" --collect "$result" -- "$@"
	assert_verdict ok || { fail "$output"; return 1; }
	[[ -s $result ]] || fail "$(field collect_failed)"
	chmod +x "$result"
}
