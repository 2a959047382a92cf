# SPDX-License-Identifier: LGPL-2.1-or-later
# Attacks, first without remand and then in custody: a test that cannot fail is so impossible.

# shellcheck shell=bash

# Options of `remand run` for the next custody; a caller to put before it; one to put before the
# attack without remand.
OPTIONS=()
CALLER=()
OUTSIDE=()

# These programs wreck the machine where remand does not hold them, and all are shown without it
# first, which takes root: only where the machine is thrown away. A file that needs more to be
# there for its tests says it in `prepare`.
# What is made once for all tests of a file: `prepare_file`.
setup_file() {
	has root && has vm && has cgroup_v2 || return 0
	if declare -F prepare_file >/dev/null; then prepare_file; fi
}

setup() {
	requires root vm cgroup_v2
	cd "$BATS_TEST_TMPDIR" || return 1
	if declare -F prepare >/dev/null; then prepare; fi
}

# Whoever hangs is ended with its file: starting timeout(1) for each would cost more than all else.

# outside PROGRAM MODE [ARG...]: without remand it must succeed.
outside() {
	local program=$1
	shift
	output=$("${OUTSIDE[@]}" "$ATTACKS/attack_$program" "$@" 2>&1) && status=0 || status=$?
	[[ $status -eq 0 && $output == *"BROKE OUT"* ]] && return 0
	echo "without remand, status $status: $output"
	return 1
}

# custody_of PROGRAM MODE [ARG...]: runs it inside, whatever comes of it.
custody_of() {
	local program=$1
	shift
	output=$("${CALLER[@]}" "$REMAND" run --time 100s --wall 100s "${OPTIONS[@]}" -- \
		"$ATTACKS/attack_$program" "$@" 2>&1) && status=0 || status=$?
}

# inside PROGRAM MODE [ARG...]: in custody it must run, and be held (or killed by the filter).
inside() {
	custody_of "$@"
	[[ $output != *"BROKE OUT"* ]] && [[ $status -eq 1 && $output == *"held: "* || $status -eq 159 ]] && return 0
	echo "in custody, status $status: $output"
	return 1
}

# The same where a limit may end the run before the program can say that it was held.
inside_limited() {
	custody_of "$@"
	[[ $output != *"BROKE OUT"* ]] &&
		[[ $status -eq 1 && $output == *"held: "* || $status -eq 124 || $status -gt 128 ]] && return 0
	echo "in custody, status $status: $output"
	return 1
}

attack() {
	outside "$@" && inside "$@"
}

attack_limited() {
	outside "$@" && inside_limited "$@"
}

# Where this kernel has not got the thing at all, there is nothing to hold.
attack_if_possible() {
	outside "$@" >/dev/null || skip "this kernel cannot do it: $output"
	inside "$@"
}

# No process with this name is left; waits for no one.
nobody_is_called() {
	! grep -lsx "$1" /proc/[0-9]*/comm
}

end_those_called() {
	local comm pid
	while read -r comm; do
		pid=${comm#/proc/}
		kill -KILL "${pid%/comm}" || true
	done < <(grep -lsx "$1" /proc/[0-9]*/comm)
}

# A process of the host with its own name, ready to be looked for; $VICTIM is its pid.
start_victim() {
	cp "$ATTACKS/attack_signals" "./${1:-attack-victim}"
	VICTIM=$("./${1:-attack-victim}" victim "$PWD/note")
}

teardown() {
	[[ -z ${VICTIM:-} ]] || kill -KILL "$VICTIM"
}
