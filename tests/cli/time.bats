# SPDX-License-Identifier: LGPL-2.1-or-later
# --time: CPU time, user and system, of all that the program ever started.

load ../helpers
load background

setup() { requires cgroup_v2; }

spin() { custody --wall 40s --time "$1" -- "$PROGRAMS/spin_static" "${@:2}"; }

ends_at_limit() {
	spin 300ms "$@"
	assert_verdict time-limit
	((status == 124))
	at_least "$(field cpu_ns)" 300000000
	# ended then, not merely found to be over it when another limit came
	at_most "$(field cpu_ns)" 10000000000
	at_most "$(field wall_ns)" 35000000000
	assert_nothing_left
}

@test "a program that spins is ended at its CPU limit" { ends_at_limit spin; }
@test "the CPU time of two processes at once is added up" { ends_at_limit pair 200; }
@test "the CPU time of two processes in turn is added up, also of those that are gone" {
	ends_at_limit turns 200
}
@test "the CPU time of threads is added up" { ends_at_limit threads 250; }
@test "an orphan that spins is counted while the program itself sleeps" { ends_at_limit orphan; }
@test "two processes that spin for ever are both ended" { ends_at_limit pair; }
@test "a program that uses its CPU time and then sleeps for ever is ended at its CPU limit" {
	ends_at_limit sleep 500
}

@test "CPU time spent in the kernel counts" {
	ends_at_limit system
	at_least "$(field system_ns)" 100000000
}

@test "the verdict time-limit comes with the counter that proves it" {
	spin 200ms spin
	at_least "$(field evidence.cpu.stat.usage_usec)" 200000
	[[ $(field reason) == 'used 0.'*' of 0.200 seconds of CPU time' ]]
}

@test "a program below its CPU limit is left alone" {
	spin 1s spin 300
	assert_verdict ok
	((status == 0))
	at_least "$(field cpu_ns)" 200000000
}

@test "two processes that together stay below the limit are left alone" {
	spin 2s pair 300
	assert_verdict ok
}

@test "sleeping uses no CPU time" {
	custody --time 1s -- sleep 1.2
	assert_verdict ok
}

@test "a program that ends by itself just past its limit is over it, and its status is told" {
	begin --time 300ms --wall 60s "$PROGRAMS/spin_static" told 600
	with_supervisor_stopped ask_to_end
	finish
	assert_verdict time-limit
	assert_field exit_code 0
	((status == 124))
}

@test "with CPU and wall limit both passed it is the CPU limit that is named" {
	begin --time 300ms --wall 10s "$PROGRAMS/spin_static" told 600
	with_supervisor_stopped end_after 10.1
	finish
	assert_verdict time-limit
	at_least "$(field wall_ns)" 10000000000
}

end_after() {
	read -r -t "$1" -u 4 _ || true
	ask_to_end
}

@test "the CPU time reported is that of the group's cpu.stat, less at most the start" {
	begin "$PROGRAMS/spin_static" ready 500
	local counted
	counted=$(sed -n 's/^usage_usec //p' "$group/cpu.stat")
	tell
	finish
	at_least "$(field cpu_ns)" "$((counted - 400000))000"
	at_most "$(field cpu_ns)" "$((counted + 400000))000"
}

@test "user and system time make up the CPU time" {
	spin 2s system 200
	local sum=$(($(field user_ns) + $(field system_ns))) cpu
	cpu=$(field cpu_ns)
	at_least "$cpu" $((sum - 2000000))
	at_most "$cpu" $((sum + 2000000))
}

@test "the CPU limit is reported with what enforces it" {
	custody --time 1500ms -- true
	assert_field limits.time.limit 1500000000
	assert_field limits.time.enforced_by cgroup
}

@test "without a CPU limit none is enforced, and the report says so" {
	spin max spin 200
	assert_verdict ok
	assert_field limits.time.limit null
	assert_field limits.time.enforced_by none
}

@test "a CPU limit too short even to start ends the run as time-limit" {
	spin 1us spin
	assert_verdict time-limit
	((status == 124))
	assert_nothing_left
}
