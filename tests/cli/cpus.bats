# SPDX-License-Identifier: LGPL-2.1-or-later
# --cpus and --cpuset: how fast, and where.

load ../helpers
load background

setup() { requires cgroup_v2; }

@test "--cpus is the bandwidth in the kernel" {
	begin --cpus 0.5 "$PROGRAMS/patient_static" waits
	[[ $(<"$group/cpu.max") == '50000 100000' ]]
	finish
	assert_field limits.cpus.limit 500
	assert_field limits.cpus.enforced_by cgroup
}

@test "without --cpus there is no bandwidth limit" {
	custody -- true
	assert_field limits.cpus.enforced_by none
}

# the first period's share comes at once
half_speed() {
	custody --cpus 0.5 --wall 60s -- "$PROGRAMS/spin_static" "$@"
	assert_verdict ok
	at_least "$(field wall_ns)" $(($(field cpu_ns) * 3 / 2))
}

@test "a program on half a CPU needs about twice its CPU time" { half_speed spin 400; }
@test "two processes share the half CPU" { half_speed pair 200; }

@test "a CPU limit holds for a slowed program as well" {
	custody --cpus 0.5 --time 200ms --wall 60s -- "$PROGRAMS/spin_static" spin
	assert_verdict time-limit
}

@test "--cpuset is where the program runs" {
	custody --cpuset 0 -- sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status
	[[ $output == 0 ]]
}

@test "a list of CPUs in another order than the kernel's is taken" {
	(($(nproc) > 1)) || skip 'this machine has one CPU'
	custody --cpuset 1,0 -- sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status
	[[ $output == 0-1 ]]
}

@test "a CPU that is not there is refused with a sentence" {
	run "$REMAND" run --cpuset 1000 -- true
	((status == 125))
	[[ $output == *cpuset* ]]
	assert_nothing_left
}

@test "less than a hundredth of a CPU is refused with a sentence" {
	run "$REMAND" run --cpus 0.001 -- true
	((status == 125))
	[[ $output == *cpu.max* ]]
}
