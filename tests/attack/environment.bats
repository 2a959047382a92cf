# SPDX-License-Identifier: LGPL-2.1-or-later
# What the caller has about it and did not mean to pass on.

load ../helpers
load attack

# A caller with odd signals, umask, personality and a running alarm.
odd_caller() {
	OUTSIDE=("$ATTACKS/attack_environment" odd-caller)
	CALLER=("$ATTACKS/attack_environment" odd-caller)
	OUTSIDE+=(/usr/bin/env)
	CALLER+=(/usr/bin/env)
}

@test "a secret in the caller's environment is not there" {
	export ATTACK_SECRET=1
	attack environment variable ATTACK_SECRET
}
@test "a secret in the caller's environment is not in the initial stack" {
	export ATTACK_SECRET=1
	attack environment environ ATTACK_SECRET
}
@test "the caller's preloaded library is not passed on" {
	export LD_PRELOAD=libattack-none.so
	attack environment variable LD_PRELOAD
}
@test "the caller's library path is not passed on" {
	export LD_LIBRARY_PATH=/srv/attack
	attack environment variable LD_LIBRARY_PATH
}
@test "the caller's working directory is not told" {
	mkdir attack-needle
	cd attack-needle
	attack environment cwd attack-needle
}
@test "the caller's ignored SIGPIPE is not passed on" { odd_caller; attack environment ignored 13; }
@test "the caller's ignored SIGUSR1 is not passed on" { odd_caller; attack environment ignored 10; }
@test "the caller's blocked signals are not passed on" { odd_caller; attack environment blocked 12; }
@test "the caller's umask is not passed on" { odd_caller; attack environment umask; }
@test "the caller's personality is not passed on" { odd_caller; attack environment personality; }
@test "the caller's alarm is not passed on" { odd_caller; attack environment alarm; }
@test "the host's name is not told" {
	hostname attack-host-name
	attack environment hostname attack-host-name
}

@test "a huge environment of the caller does not harm" {
	local i
	for i in $(seq 200); do export "ATTACK_$i=$(printf '%08000d' "$i")"; done
	attack environment variable ATTACK_7
}

@test "a huge argument list reaches the program or is refused with a sentence" {
	local huge
	huge=$(printf '%0100000d' 7)
	custody_of environment variable ATTACK "$huge" "$huge" "$huge" "$huge" "$huge"
	[[ $status -eq 1 && $output == *"held: "* ]]
}
