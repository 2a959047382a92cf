# SPDX-License-Identifier: LGPL-2.1-or-later
# --memory: of every kind, of the whole group, swap included by having none.

load ../helpers
load background

setup() { requires cgroup_v2; }

hog() { custody --memory 24M --disk 64M --output max -- "$PROGRAMS/hog_static" "$@"; }

ends_at_limit() {
	hog "$@"
	assert_verdict memory-limit
	((status == 124))
	at_least "$(field evidence.memory.events.oom_kill)" 1
	assert_nothing_left
}

@test "private memory beyond the limit ends the run" { ends_at_limit private 32; }
@test "shared memory beyond the limit ends the run" { ends_at_limit shared 32; }
@test "files without a name count" { ends_at_limit memfd 32; }
@test "files in /box count" { ends_at_limit /box/file 32; }
@test "files in /tmp count" { ends_at_limit /tmp/file 32; }
@test "the memory of four children is added up" { ends_at_limit children 32; }
@test "a child over the limit ends its parent too" {
	ends_at_limit child 32
	[[ $output != *survived* ]]
}

@test "memory of every kind below the limit is granted" {
	local kind
	for kind in private shared memfd /box/file children; do
		hog "$kind" 16
		assert_verdict ok || return
	done
}

@test "reading a file larger than the limit is no use of memory" {
	local large
	large=$(find /usr/lib -type f -size +48M -print -quit)
	[[ $large ]] || skip 'no file in /usr/lib is large enough'
	custody --memory 16M --stdout null head -c 48M "$large"
	assert_verdict ok
}

@test "the kernel alone ends the whole group, before remand has seen anything" {
	begin --memory 24M --wall 60s "$PROGRAMS/hog_static" asked 32
	with_supervisor_stopped last_words
	finish
	assert_verdict memory-limit
	[[ $output != *survived* ]]
}

last_words() {
	ask_to_end
	await_empty "$group"
}

@test "a program that exits 0 while its grandchild is killed for memory is over the limit" {
	begin --memory 24M --wall 60s "$PROGRAMS/hog_static" late 32
	with_supervisor_stopped last_words
	finish
	assert_verdict memory-limit
	assert_field exit_code 0
	((status == 124))
}

# shellcheck disable=SC2016 # for the shell in the cell
@test "a program that sends itself SIGKILL has died by a signal, not by the limit" {
	custody sh -c 'kill -KILL $$'
	assert_verdict signal
	assert_field signal KILL
	((status == 137))
}

@test "the limits in the kernel are the ones that were asked for" {
	begin --memory 24M "$PROGRAMS/patient_static" waits
	[[ $(<"$group/memory.max") == $((24 << 20)) ]]
	[[ $(<"$group/memory.swap.max") == 0 ]]
	[[ $(<"$group/memory.oom.group") == 1 ]]
	finish
	assert_field limits.memory.limit $((24 << 20))
	assert_field limits.memory.enforced_by cgroup
}

@test "a limit that is no whole number of pages is rounded down, never up" {
	begin --memory 25000001 "$PROGRAMS/patient_static" waits
	[[ $(<"$group/memory.max") == $((25000001 / 4096 * 4096)) ]]
	finish
}

@test "the most memory ever used is reported, and is never more than the limit" {
	custody --memory 64M -- "$PROGRAMS/hog_static" private 20
	at_least "$(field memory_peak_bytes)" $((20 << 20))
	at_most "$(field memory_peak_bytes)" $((40 << 20))
	hog private 32
	at_least "$(field memory_peak_bytes)" $((20 << 20))
	at_most "$(field memory_peak_bytes)" $((24 << 20))
}

@test "without a memory limit none is enforced, and the report says so" {
	custody --memory max -- "$PROGRAMS/hog_static" private 40
	assert_verdict ok
	assert_field limits.memory.limit null
	assert_field limits.memory.enforced_by none
}
