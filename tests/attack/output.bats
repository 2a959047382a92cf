# SPDX-License-Identifier: LGPL-2.1-or-later
# Floods, and what can be done to the caller's open files through the streams.

load ../helpers
load attack

size_of() {
	stat -c %s "$1"
}

@test "a flood of standard output is bounded" {
	"$ATTACKS/attack_output" flood 1 8388608 >log
	[[ $(size_of log) -gt 8000000 ]]
	"$REMAND" run --output 1M --stdout log2 -- "$ATTACKS/attack_output" flood 1 8388608 || status=$?
	[[ $status -eq 124 || $status -eq 153 ]]
	[[ $(size_of log2) -le 1048576 ]]
}

@test "a flood of standard output that is inherited is bounded" {
	"$REMAND" run --output 1M -- "$ATTACKS/attack_output" flood 1 8388608 >log || status=$?
	[[ $status -eq 124 || $status -eq 153 ]]
	[[ $(size_of log) -le 1048576 ]]
}

@test "a flood of standard output into a pipe is bounded" {
	local size
	size=$("$ATTACKS/attack_output" flood 1 8388608 | wc -c)
	[[ $size -gt 8000000 ]]
	size=$({ "$REMAND" run --output 1M -- "$ATTACKS/attack_output" flood 1 8388608 || true; } | wc -c)
	[[ $size -le 1048576 ]]
}

@test "a flood of standard error is bounded" {
	"$REMAND" run --output 1M --stderr log -- "$ATTACKS/attack_output" flood 2 8388608 || status=$?
	[[ $status -eq 124 || $status -eq 153 ]]
	[[ $(size_of log) -le 1048576 ]]
}

@test "standard output cannot be stretched beyond the limit" {
	"$ATTACKS/attack_output" stretch 1073741824 >log
	[[ $(size_of log) -gt 1000000000 ]]
	"$REMAND" run --output 1M -- "$ATTACKS/attack_output" stretch 1073741824 >log2 || true
	[[ $(size_of log2) -le 1048576 ]]
}

@test "nothing can be written far into standard output" {
	"$ATTACKS/attack_output" far 1073741824 >log
	[[ $(size_of log) -gt 1000000000 ]]
	"$REMAND" run --output 1M -- "$ATTACKS/attack_output" far 1073741824 >log2 || true
	[[ $(size_of log2) -le 1048576 ]]
}

@test "what the caller wrote to its log before cannot be wiped" {
	echo precious >log
	"$ATTACKS/attack_output" wipe >>log
	[[ $(grep -c precious log) -eq 0 ]]
	echo precious >log
	"$REMAND" run -- "$ATTACKS/attack_output" wipe >>log || true
	grep precious log
}

@test "the mode of the caller's log cannot be changed" {
	"$ATTACKS/attack_output" chmod >log
	[[ $(stat -c %a log) == 777 ]]
	"$REMAND" run -- "$ATTACKS/attack_output" chmod >log2 || true
	[[ $(stat -c %a log2) != 777 ]]
}

flags_of() {
	sed -n 's/^flags:\t//p' "/proc/$BASHPID/fdinfo/$1"
}

@test "the caller's output is not left non-blocking" {
	exec 7>log
	local before
	before=$(flags_of 7)
	"$ATTACKS/attack_output" nonblock 1 >&7
	[[ $(flags_of 7) != "$before" ]]
	exec 8>log2
	before=$(flags_of 8)
	"$REMAND" run -- "$ATTACKS/attack_output" nonblock 1 >&8 || true
	[[ $(flags_of 8) == "$before" ]]
}

@test "the caller's input is not left non-blocking" {
	echo >data
	exec 7<data
	local before
	before=$(flags_of 7)
	"$ATTACKS/attack_output" nonblock 0 <&7
	[[ $(flags_of 7) != "$before" ]]
	exec 8<data
	before=$(flags_of 8)
	"$REMAND" run -- "$ATTACKS/attack_output" nonblock 0 <&8 || true
	[[ $(flags_of 8) == "$before" ]]
}

@test "no lock is left on the caller's output" {
	exec 7>log
	"$ATTACKS/attack_output" lock 1 >&7
	! flock -n log true || false
	exec 8>log2
	"$REMAND" run -- "$ATTACKS/attack_output" lock 1 >&8 || true
	flock -n log2 true
}
