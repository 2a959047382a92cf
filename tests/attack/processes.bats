# SPDX-License-Identifier: LGPL-2.1-or-later
# Breeding, hiding, refusing to stop, staying behind.

load ../helpers
load attack

teardown() {
	end_those_called attack-stays
}

# Outside it is there until it is killed; inside remand ends it with the run.
stubborn() {
	mkfifo said
	"$ATTACKS/attack_processes" "$1" attack-stays >said 3>&- &
	read -r _ <said
	end_if_still_there
	OPTIONS=(--wall 1s)
	custody_of processes "$1" attack-stays
	[[ $status -eq 124 ]]
	nobody_is_called attack-stays
	assert_nothing_left
}

end_if_still_there() {
	! nobody_is_called attack-stays
	end_those_called attack-stays
}

@test "a fork bomb stays within the number of processes" {
	outside processes breed 200
	OPTIONS=(--pids 20)
	inside processes breed 200
}

@test "threads count as processes" {
	outside processes threads 200
	OPTIONS=(--pids 20)
	inside processes threads 200
}

@test "zombies count as processes" {
	outside processes zombies 200
	OPTIONS=(--pids 20)
	inside processes zombies 200
}

@test "a fork bomb that never ends is ended by the wall limit, and nothing is left" {
	OPTIONS=(--pids 20 --wall 1s)
	custody_of processes bomb
	[[ $status -eq 124 ]]
	assert_nothing_left
}

@test "a daemon does not outlive the run" {
	outside processes daemon attack-stays
	! nobody_is_called attack-stays || false
	end_those_called attack-stays
	custody_of processes daemon attack-stays
	[[ $status -eq 0 ]]
	nobody_is_called attack-stays
	assert_nothing_left
}

@test "an orphan that holds standard output does not keep remand from returning" {
	"$ATTACKS/attack_processes" orphan attack-stays >log 3>&-
	! nobody_is_called attack-stays || false
	end_those_called attack-stays
	custody_of processes orphan attack-stays
	[[ $status -eq 0 ]]
	nobody_is_called attack-stays
	assert_nothing_left
}

@test "processes that ignore and block every signal are ended" { stubborn ignore; }
@test "a program that stops itself is ended by the wall limit" { stubborn stop; }
@test "processes that stop each other are ended by the wall limit" { stubborn stop-each-other; }
@test "processes that are always somebody else are ended" {
	OPTIONS=(--wall 1s)
	custody_of processes run attack-stays
	nobody_is_called attack-stays
	assert_nothing_left
}
@test "a child that holds its parent in vfork is ended" { stubborn vfork; }

@test "a program that asks to be traced by the keeper still ends" {
	outside ptrace traceme
	custody_of ptrace traceme
	[[ $status -eq 0 || $status -eq 1 ]]
	assert_nothing_left
}
