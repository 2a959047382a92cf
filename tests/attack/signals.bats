# SPDX-License-Identifier: LGPL-2.1-or-later
# Signals to the keeper, to the supervisor, to the host.

load ../helpers
load attack

prepare() {
	start_victim
}

signalled() {
	grep -c signalled note || true
}

# The victim notes what came: once from outside, and from inside never.
felt() {
	"$ATTACKS/attack_signals" "$@"
	local tries=0
	until [[ $(signalled) -ge 1 ]]; do
		tries=$((tries + 1))
		[[ $tries -lt 1000 ]] || return 1
	done
	local before
	before=$(signalled)
	custody_of signals "$@"
	[[ $status -lt 124 || $status -gt 127 ]]
	[[ $(signalled) -eq $before ]]
}

@test "a signal to all reaches nobody outside" { felt kill-all; }
@test "a signal to the own group reaches nobody outside" { felt kill-group; }
@test "a signal to a process of the host does not reach it" { felt kill "$VICTIM" 23; }
@test "a signal to a thread of the host does not reach it" { felt tgkill "$VICTIM"; }
@test "a queued signal to the host does not reach it" { felt sigqueue "$VICTIM"; }
@test "a signal by pidfd to the host does not reach it" { felt pidfd "$VICTIM"; }
@test "a signal of asynchronous input does not reach the host" { felt owner "$VICTIM"; }
@test "the keeper cannot be probed with signal 0" { attack signals kill 1 0; }

@test "the keeper cannot be stopped" {
	outside signals kill "$VICTIM" 19
	kill -CONT "$VICTIM"
	inside signals kill 1 19
}

@test "the keeper cannot be killed" {
	inside signals kill 1 9
}

@test "a storm of signals does not shake the keeper" {
	inside signals storm
}

@test "a massacre inside ends the program alone, and remand says so" {
	OPTIONS=(--report "$PWD/report")
	custody_of signals massacre
	[[ $status -eq 137 || $status -eq 1 ]]
	grep -Eq '"verdict": *"(signal|exit)"' report
}
