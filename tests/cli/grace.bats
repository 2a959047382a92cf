# SPDX-License-Identifier: LGPL-2.1-or-later
# --grace: at a limit first SIGTERM, then the kill.

load ../helpers
load background

# A wall limit of 3s, in these files, is one that a program can be ready before, on any machine.

setup() { requires cgroup_v2; }

patient() { custody "${@:2}" -- "$PROGRAMS/patient_static" "$1"; }

@test "a program that traps SIGTERM can clean up within the grace time" {
	patient cleans --wall 3s --grace 30s
	assert_verdict wall-limit
	[[ $output == *cleaned* ]]
	assert_field exit_code 0
	((status == 124))
}

@test "a program that ends at SIGTERM is not waited for any longer" {
	custody --wall 500ms --grace 60s -- sleep 60
	assert_verdict wall-limit
	assert_field signal TERM
	at_most "$(field wall_ns)" 30000000000
}

@test "a program that ignores SIGTERM is killed when the grace time is over" {
	patient stubborn --wall 3s --grace 500ms
	assert_verdict wall-limit
	assert_field signal KILL
	at_least "$(field wall_ns)" 3500000000
	assert_nothing_left
}

@test "without grace the kill comes at once" {
	patient cleans --wall 3s
	assert_verdict wall-limit
	[[ $output == ready ]]
	assert_field signal KILL
}

@test "a program at its CPU limit is asked first too" {
	patient spins --time 300ms --grace 30s
	assert_verdict time-limit
	[[ $output == *cleaned* ]]
}

@test "an idle program is asked first too" {
	patient cleans --idle 500ms --grace 30s
	assert_verdict idle-limit
	[[ $output == *cleaned* ]]
}

@test "grace is no way round the memory limit" {
	custody --memory 24M --grace 30s -- "$PROGRAMS/hog_static" private 32
	assert_verdict memory-limit
	assert_field signal KILL
}

@test "a flood goes no further during the grace time" {
	custody --output 1K --grace 500ms -- "$PROGRAMS/flood_static" 1 100000000
	assert_verdict output-limit
	((${#output} == 1024))
}

@test "children do not outlive the program in its grace time" {
	custody --wall 3s --grace 5m sh -c 'sleep 60 & trap "exit 0" TERM; wait'
	assert_verdict wall-limit
	at_most "$(field wall_ns)" 150000000000
	assert_nothing_left
}
