# SPDX-License-Identifier: LGPL-2.1-or-later
# Discs, inodes, watches, signals, time.

load ../helpers
load attack

@test "the disc of /box is bounded" {
	mkdir box
	outside exhaustion disc box 24
	OPTIONS=(--disk 8M)
	inside_limited exhaustion disc . 24
}

@test "the disc of /tmp is bounded" {
	OPTIONS=(--disk 8M)
	outside exhaustion disc /tmp 24
	rm -f /tmp/attack-fill-*
	inside_limited exhaustion disc /tmp 24
}

@test "the inodes of /box are bounded" {
	mkdir box
	outside exhaustion inodes box 8000
	rm -r box
	OPTIONS=(--disk 8M --memory 32M)
	inside_limited exhaustion inodes . 8000
}

@test "the queue of signals is bounded" {
	ulimit -i unlimited
	attack_limited exhaustion signals 40000
}

# All the inotify instances of a user: whoever comes after gets none.
@test "the inotify instances of the caller are not used up" {
	ulimit -n 1024
	mkfifo said end
	exec 5<>end
	"$ATTACKS/attack_exhaustion" inotify-hoard >said 3>&- 5>&- <end &
	read -r _ <said
	! "$ATTACKS/attack_exhaustion" inotify-one || false
	echo >&5
	wait
	OPTIONS=(--open-files 1024)
	"$REMAND" run "${OPTIONS[@]}" -- "$ATTACKS/attack_exhaustion" inotify-hoard >said 3>&- 5>&- <end &
	read -r _ <said
	outside exhaustion inotify-one
	echo >&5
	wait
}

@test "a program that spins is ended by the time limit" {
	outside exhaustion spin 1
	OPTIONS=(--time 300ms)
	custody_of exhaustion spin 60
	[[ $status -eq 124 ]]
}

@test "time that is spread over short-lived children counts" {
	outside exhaustion spin-children 1
	OPTIONS=(--time 300ms --wall 60s --pids 64)
	custody_of exhaustion spin-children 120
	[[ $status -eq 124 ]]
}

@test "a program that sleeps is ended by the wall limit" {
	outside exhaustion sleep 1
	OPTIONS=(--wall 1s)
	custody_of exhaustion sleep 60
	[[ $status -eq 124 ]]
}

@test "a program that sleeps is ended by the idle limit" {
	OPTIONS=(--idle 500ms)
	custody_of exhaustion sleep 60
	[[ $status -eq 124 ]]
}
