# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034 # the variables are for the tests
# A run in the background whose program says "ready", so that it can be looked at from outside.

# begin [OPTION...] PROGRAM [ARG...]: returns once the program is ready. Then there are $supervisor,
# $keeper and $target (their pids), $group (its directory), and fd 4 has what the program says next.
# The input of the program is fd 5, see tell; it does not pass through remand, which may be stopped.
begin() {
	local name
	for name in said told; do mkfifo "$BATS_TEST_TMPDIR/$name"; done
	exec 4<>"$BATS_TEST_TMPDIR/said" 5<>"$BATS_TEST_TMPDIR/told"
	"${CALLER[@]}" "$REMAND" run --report "$BATS_TEST_TMPDIR/report.json" --verbose --wall 5m \
		--stdin "$BATS_TEST_TMPDIR/told" "$@" >&4 2>"$BATS_TEST_TMPDIR/complaint" 3>&- 4>&- 5>&- &
	supervisor=$!
	read -r -t 60 -u 4 _ || fail "not ready: $(<"$BATS_TEST_TMPDIR/complaint")" || return
	read -r keeper _ < <(cat "/proc/$supervisor/task/$supervisor/children" && echo)
	read -r target _ < <(cat "/proc/$keeper/task/$keeper/children" && echo)
	group=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$target/cgroup")
}

# What stands between the shell and remand, e.g. (env REMAND_CGROUP=custom).
CALLER=()

# tell: one byte to the program, and its input ends.
tell() {
	echo >&5
	exec 5>&-
}

# ask_to_end: tell it, and see it end.
ask_to_end() {
	tell
	await_death "$target"
}

# finish: the end of the run: $status, and the rest of what was said in $output.
finish() {
	exec 5>&- 6<"$BATS_TEST_TMPDIR/said" 4>&-
	output=$(cat <&6)
	exec 6<&-
	wait "$supervisor" && status=0 || status=$?
	supervisor=
}

# cancel: end it, whatever it does.
cancel() {
	kill -TERM "$supervisor"
	finish
}

# await_death PID...: of processes that are not ours to wait for.
await_death() {
	local pid
	for pid; do
		timeout 60 tail -s 0.05 -f --pid="$pid" /dev/null
	done
}

# await_empty DIRECTORY: until no process of the group lives.
await_empty() {
	local i
	for ((i = 0; i < 600; i++)); do
		grep -q 'populated 0' "$1/cgroup.events" && return
		sleep 0.05 # a shell has no poll(2)
	done
	fail "still alive in $1: $(<"$1/cgroup.procs")"
}

# with_supervisor_stopped COMMAND...: what happens meanwhile it learns all at once, afterwards.
with_supervisor_stopped() {
	kill -STOP "$supervisor"
	"$@"
	kill -CONT "$supervisor"
}

# at_least NUMBER LEAST, at_most NUMBER MOST: for figures of reports, which may be null.
at_least() {
	[[ $1 =~ ^[0-9]+$ && $1 -ge $2 ]] || fail "$1 is less than $2"
}

at_most() {
	[[ $1 =~ ^[0-9]+$ && $1 -le $2 ]] || fail "$1 is more than $2"
}

# A run that a failed test left.
teardown() {
	[[ ! ${supervisor-} ]] || kill -KILL "$supervisor" || true
}
