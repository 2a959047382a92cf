# SPDX-License-Identifier: LGPL-2.1-or-later
# Signals to remand, signals inside, and what of the caller's reaches the program.

# shellcheck disable=SC2016 # for the shell inside

load ../helpers

setup() {
	requires cgroup_v2
	cd "$BATS_TEST_TMPDIR" || return
	mkfifo up in
	exec 9<>in
}

# start ENV-OPTION ARG...: a run in the background, returns when its program says that it is up.
# What is written to fd 9 is its input; its pid is $pid.
start() {
	env --default-signal "$1" "$REMAND" run --quiet --report report.json "${@:2}" \
		>up <in 3>&- 9>&- &
	pid=$!
	exec 8<up
	read -r _ <&8
}

# outcome: waits for the run; $status
outcome() {
	wait "$pid" && status=0 || status=$?
}

@test "INT, TERM, HUP and QUIT to remand end the run, and the status says which" {
	for pair in INT=130 TERM=143 HUP=129 QUIT=131; do
		start --default-signal -- sh -c 'trap "" INT TERM HUP QUIT; echo up; sleep 60'
		kill "-${pair%=*}" "$pid"
		outcome
		[[ $status -eq ${pair#*=} ]] || fail "${pair%=*}: $status"
		assert_verdict cancelled && assert_nothing_left || return
	done
}

@test "a signal to remand takes the grandchildren in other sessions along" {
	start --default-signal -- sh -c 'setsid sleep 60 & (setsid sleep 60 &) ; echo up; wait'
	kill -TERM "$pid"
	outcome
	assert_nothing_left
}

@test "with --grace the program may say goodbye when remand is told to end" {
	start --default-signal --grace 60s -- sh -c 'trap "echo bye; exit" TERM; echo up; sleep 60 & wait'
	kill -INT "$pid"
	read -r line <&8
	outcome
	[[ $line == bye && $status -eq 130 ]]
}

@test "a signal that remand's parent had it ignore does not end the run" {
	for name in HUP INT QUIT TERM; do
		start "--ignore-signal=$name" -- sh -c 'echo up; read -r x; exit 7'
		kill "-$name" "$pid"
		echo go >&9
		outcome
		[[ $status -eq 7 ]] || fail "$name: $status"
	done
}

@test "signals that mean nothing to remand do not disturb the run" {
	start --default-signal -- sh -c 'echo up; read -r x; exit 7'
	for name in CHLD CONT WINCH URG; do kill "-$name" "$pid"; done
	echo go >&9
	outcome
	[[ $status -eq 7 ]]
}

@test "remand stopped and continued goes on" {
	start --default-signal -- sh -c 'echo up; read -r x; exit 7'
	kill -STOP "$pid"
	echo go >&9
	kill -CONT "$pid"
	outcome
	[[ $status -eq 7 ]]
}

@test "a parent that ignores SIGCHLD gets the true status" {
	run env --ignore-signal=CHLD "$REMAND" run -- sh -c 'exit 42'
	[[ $status -eq 42 ]]
}

@test "every signal that ends a program is the verdict, by name, and 128+N is the status" {
	for number in {1..16} 24 26 27 29 30 31; do
		custody -- sh -c "kill -$number \$\$"
		name=$(kill -l "$number")
		[[ $status -eq $((128 + number)) ]] || fail "$name: status $status"
		assert_verdict signal && assert_field signal "${name/IO/POLL}" || return
	done
}

@test "a real-time signal ends a program with its number" {
	for number in 34 50 64; do
		custody -- sh -c "kill -$number \$\$"
		[[ $status -eq $((128 + number)) ]]
		assert_verdict signal || return
	done
}

@test "a real-time signal has the name that kill(1) gives it" {
	custody -- sh -c 'kill -35 $$'
	assert_field signal RTMIN+1
}

@test "SIGXFSZ is too much output" {
	custody -- sh -c 'kill -XFSZ $$'
	[[ $status -eq 124 ]]
	assert_verdict output-limit
}

@test "signals that a program handles or that mean nothing by default do not end it" {
	custody -- bash -c 'trap "echo got" USR1; for s in USR1 CHLD CONT URG WINCH; do kill -$s $$; done'
	[[ $status -eq 0 && $output == got ]]
}

@test "a program that stops itself ends at the wall limit" {
	custody --wall 300ms -- sh -c 'kill -STOP $$'
	assert_verdict wall-limit
}

@test "no signal that the caller ignores is ignored inside" {
	run env --ignore-signal "$REMAND" run -- grep SigIgn /proc/self/status
	[[ $output == *:?0000000000000000 ]] || fail "$output"
}

@test "no signal that the caller blocks is blocked inside" {
	run env --block-signal "$REMAND" run -- grep SigBlk /proc/self/status
	[[ $output == *:?0000000000000000 ]] || fail "$output"
}

@test "SIGPIPE ends a program also when the caller ignores it" {
	run env --ignore-signal=PIPE "$REMAND" run -- bash -c 'yes | true; echo "${PIPESTATUS[0]}"'
	[[ $output == 141 ]]
}

@test "the program cannot signal what is outside" {
	run "$REMAND" run -- bash -c "kill -0 $$ || kill -0 $PPID"
	[[ $status -ne 0 ]]
}

@test "the program's kill of everything reaches only itself" {
	custody -- sh -c 'sleep 60 & kill -KILL -1; echo alone'
	[[ $output == alone || $status -eq 137 ]]
	assert_nothing_left
}
