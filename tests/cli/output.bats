# SPDX-License-Identifier: LGPL-2.1-or-later
# --output: bytes on each of stdout and stderr, and in each file.

load ../helpers
load background

setup() { requires cgroup_v2; }

flood() { custody --output 100K "${OPTIONS[@]}" -- "$PROGRAMS/flood_static" "$@"; }

OPTIONS=()
readonly limit=102400

@test "a flood on stdout is cut and ended" {
	flood 1 100000000
	assert_verdict output-limit
	((status == 124))
	((${#output} == limit))
	at_most "$(field stdout_bytes)" 50000000
	assert_nothing_left
}

@test "a flood on stderr is cut and ended" {
	flood 2 100000000
	assert_verdict output-limit
	((${#output} == limit))
}

@test "exactly as much as the limit is fine, on stdout and on stderr" {
	flood 1 $limit
	assert_verdict ok
	((${#output} == limit))
	flood 2 $limit
	assert_verdict ok
}

@test "one byte more is too much, also when the program then exits 0" {
	flood 1 $((limit + 1))
	assert_verdict output-limit
	((status == 124))
	((${#output} == limit))
	flood 2 $((limit + 1))
	assert_verdict output-limit
}

@test "stdout and stderr are counted apart" {
	# shellcheck disable=SC2016 # for the shell in the cell
	custody --output 1K sh -c 'printf %1000s x; printf %1000s x >&2'
	assert_verdict ok
	assert_field stdout_bytes 1000
	assert_field stderr_bytes 1000
}

@test "the bytes of each stream are reported" {
	flood 1 12345
	assert_field stdout_bytes 12345
	assert_field stderr_bytes 0
	assert_field limits.output.limit $limit
	assert_field limits.output.enforced_by watch
}

@test "beyond the limit, what was written is reported, not what was passed on" {
	flood 1 $((limit + 1))
	assert_field stdout_bytes $((limit + 1))
	assert_field evidence.stdout_bytes $((limit + 1))
}

@test "a file beyond the limit ends the run" {
	flood /box/file 100000000
	assert_verdict output-limit
	assert_field signal XFSZ
	((status == 124))
}

@test "a file as large as the limit is fine, one byte more is not" {
	flood /box/file $limit
	assert_verdict ok
	flood /box/file $((limit + 1))
	[[ $(field verdict) != ok ]]
}

@test "a stdout that is a file is cut at the limit" {
	OPTIONS=(--stdout "$BATS_TEST_TMPDIR/out")
	flood 1 100000000
	assert_verdict output-limit
	[[ $(stat -c %s "$BATS_TEST_TMPDIR/out") == "$limit" ]]
}

@test "a program that ignores the kernel's signal for it has still written too much" {
	custody --output 100K --stdout "$BATS_TEST_TMPDIR/out" \
		sh -c 'trap "" XFSZ; head -c 200K /dev/zero; exit 0'
	assert_verdict output-limit
}

@test "a stderr merged into stdout counts as stdout" {
	OPTIONS=(--stderr stdout)
	flood 2 $((limit + 1))
	assert_verdict output-limit
	assert_field stdout_bytes $((limit + 1))
}

@test "without an output limit a flood passes whole" {
	OPTIONS=(--output max)
	flood 1 1000000
	assert_verdict ok
	((${#output} == 1000000))
}

@test "remand's own memory stays small while a flood passes through it" {
	begin --output max --time max "$PROGRAMS/flood_static" 1 10000000000 ready
	head -c 32M <&4 >"$BATS_TEST_TMPDIR/drain"
	at_most "$(sed -n 's/^VmHWM:\s*\(.*\) kB/\1/p' "/proc/$supervisor/status")" 20000
	cancel
}
