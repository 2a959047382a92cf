# SPDX-License-Identifier: LGPL-2.1-or-later
# The supervisor waits, it does not look around: no tick, no sleep, no busy loop.

load ../helpers
load background

setup() { requires cgroup_v2; }

# watch SECONDS: the system calls of the supervisor meanwhile, one each line, in $calls; how long that
# was in $watched
watch() {
	local line tracer
	mkfifo "$BATS_TEST_TMPDIR/strace"
	exec 7<>"$BATS_TEST_TMPDIR/strace"
	strace -o "$BATS_TEST_TMPDIR/trace" -p "$supervisor" 2>&7 3>&- 4>&- 5>&- 7>&- &
	tracer=$!
	read -r -t 60 -u 7 line
	[[ $line == *attached ]] || fail "not traced: $line" || return
	watched=$SECONDS
	read -r -t "$1" -u 7 line || true
	kill -TERM "$tracer"
	wait "$tracer" || true
	watched=$((SECONDS - watched))
	calls=$(<"$BATS_TEST_TMPDIR/trace")
}

@test "a program that sleeps wakes nobody" {
	begin --time max "$PROGRAMS/patient_static" waits
	watch 2
	[[ $calls == @(poll|restart_syscall)\(*' <detached ...>' && $calls != *$'\n'* ]] || fail "$calls"
	finish
}

# a second for each CPU: the limit cannot be reached earlier than in a second from any look at it
@test "a sleeper under a CPU limit costs no more wake-ups than the looks at that limit" {
	begin --time "$(nproc)s" "$PROGRAMS/patient_static" waits
	watch 3
	at_least "$(grep -c '^\(poll\|restart_syscall\)(.*= 1 ' <<<"$calls")" 1
	at_most "$(grep -c '^\(poll\|restart_syscall\)(.*= 1 ' <<<"$calls")" $((watched + 3))
	finish
}

@test "the supervisor never sleeps" {
	strace -o "$BATS_TEST_TMPDIR/trace" "$REMAND" run -- sleep 0.2
	grep -q '^poll(' "$BATS_TEST_TMPDIR/trace"
	run ! grep -E '^(clock_)?nanosleep|^(setitimer|alarm|pause|select|pselect6)\(' \
		"$BATS_TEST_TMPDIR/trace"
}

# ticks PID: CPU time, in hundredths of a second: proc(5). Who spins uses some 100 a second; a tenth
# of that is left to what may still be going on.
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

@test "supervisor and keeper use no CPU time while the program sleeps" {
	begin "$PROGRAMS/patient_static" waits
	local before_supervisor before_keeper
	before_supervisor=$(ticks "$supervisor") before_keeper=$(ticks "$keeper")
	read -r -t 2 -u 4 _ || true
	at_most "$(ticks "$supervisor")" $((before_supervisor + 30))
	at_most "$(ticks "$keeper")" $((before_keeper + 30))
	finish
}

@test "a program that closed its streams leaves nobody spinning" {
	begin sh -c 'echo ready; exec <&- >&- 2>&-; exec sleep 60'
	local before
	before=$(ticks "$supervisor")
	read -r -t 2 -u 4 _ || true
	at_most "$(ticks "$supervisor")" $((before + 20))
	cancel
}

@test "an output that nobody reads leaves nobody spinning" {
	begin --output max --time max "$PROGRAMS/flood_static" 1 10000000000 ready
	read -r -t 1 -u 6 _ 6<>"$BATS_TEST_TMPDIR/told" || true
	local before
	before=$(ticks "$supervisor")
	read -r -t 2 -u 6 _ 6<>"$BATS_TEST_TMPDIR/told" || true
	at_most "$(ticks "$supervisor")" $((before + 20))
	cancel
}
