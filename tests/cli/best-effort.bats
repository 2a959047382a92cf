# SPDX-License-Identifier: LGPL-2.1-or-later
# Hosts whose cgroups lack controllers, or that have none for us: an error, or --best-effort, and a
# report that names what holds each limit. Runs on such hosts, and where they are imitated.

load ../helpers

setup() {
	requires root
	report=$BATS_TEST_TMPDIR/report.json
	# below a cgroup that passes no controller on
	if has cgroup_v2; then
		mkdir -p /sys/fs/cgroup/bare/base
		export REMAND_CGROUP=bare/base
	fi
}

# without_cgroups ARG...: remand run where no cgroup is mounted
without_cgroups() {
	rm -f "$report"
	# shellcheck disable=SC2016 # for the shell inside
	run unshare --mount --propagation private bash -c \
		'umount -Rl /sys/fs/cgroup; exec "$@"' - "$REMAND" run --quiet --report "$report" "$@"
}

@test "without the flag a limit that cannot be held is a sentence, and nothing is started" {
	for option in '--memory 100M --pids max' '--pids 5 --memory max' '--cpus 1 --memory max --pids max'; do
		# shellcheck disable=SC2086 # options and their values
		custody $option -- echo started
		[[ $status -eq 125 && $output != *started* ]] || fail "$option: $output"
		[[ $(field start_error.message) == *"controller '"*"' is missing"*'Or go without'* ]] || fail "$(<"$report")"
	done
	without_cgroups --memory max --pids max -- echo started
	[[ $status -eq 125 && $(field start_error.message) == *'no cgroup v2 mounted'* ]] || fail "$(<"$report")"
}

@test "the report names what holds each limit" {
	custody --best-effort --cpus 1 -- true
	assert_verdict ok
	assert_field limits.time.enforced_by cgroup
	assert_field limits.memory.enforced_by watch
	assert_field limits.pids.enforced_by rlimit
	assert_field limits.cpus.enforced_by none
	without_cgroups --best-effort -- true
	assert_verdict ok
	assert_field limits.time.enforced_by watch
	assert_field limits.memory.enforced_by watch
	assert_field limits.pids.enforced_by rlimit
}

@test "the memory of all processes together is watched, shared memory too" {
	custody --best-effort --memory 50M -- "$PROGRAMS/hog_static" kept 120
	assert_verdict memory-limit
	(($(field memory_peak_bytes) > 50 << 20)) || fail "$(<"$report")"
	custody --best-effort --memory 50M -- "$PROGRAMS/hog_static" shared 1200
	assert_verdict memory-limit
	custody --best-effort --memory 200M -- "$PROGRAMS/hog_static" children 100
	assert_verdict ok
}

@test "the data of one process is limited by the kernel at once" {
	custody --best-effort --memory 50M -- python3 -c 'bytearray(100_000_000)'
	assert_verdict exit
	[[ $output == *MemoryError* ]] || fail "$output"
}

@test "forks and threads beyond the limit are refused, in this run only" {
	custody --best-effort --pids 4 -- bash -c 'for i in 1 2 3 4 5 6; do sleep 100 & done; echo survived'
	[[ $output == *'Resource temporarily unavailable'* ]] || fail "$output"
	# two at a time, each with the whole limit
	"$REMAND" run --best-effort --pids 4 -- bash -c 'sleep 100 & sleep 100 & sleep 100 & kill %1 %2 %3; wait' 3>&- &
	custody --best-effort --pids 4 -- bash -c 'sleep 100 & sleep 100 & sleep 100 & kill %1 %2 %3; wait; echo fine'
	wait $!
	[[ $output == fine ]] || fail "$output"
}

@test "without a group CPU time is added up over parents, children and orphans, and nothing is left" {
	for how in user pair turns orphan; do
		without_cgroups --best-effort --time 300ms --wall 100s -- "$PROGRAMS/spin_static" $how 0
		assert_verdict time-limit
		(($(field cpu_ns) >= 300000000)) || fail "$how: $(<"$report")"
	done
	without_cgroups --best-effort -- "$PROGRAMS/spin_static" turns 100
	assert_verdict ok
	(($(field cpu_ns) >= 190000000)) || fail "$(<"$report")"
	without_cgroups --best-effort --wall 300ms -- bash -c 'trap "" TERM; setsid sleep 1234.5 & wait'
	assert_verdict wall-limit
	! grep -lzxs 1234.5 /proc/[0-9]*/cmdline || fail 'a sleeper is left'
}

@test "without a group a degree that has no pid namespace is refused: nothing would end it all" {
	for isolation in landlock none; do
		without_cgroups --best-effort --isolation $isolation -- echo started
		[[ $status -eq 125 && $output != *started* ]] || fail "$output"
	done
	custody --best-effort --cpuset 0 -- true
	[[ $status -eq 125 ]] || fail "$output"
}

@test "a pipeline goes without limits of all together, and says so" {
	run -125 "$REMAND" pipe -q -- echo started ::: cat
	[[ $output != *started* ]]
	run -0 "$REMAND" pipe -q --best-effort -r "$report" -- echo a ::: cat
	[[ $output == a ]]
	assert_field limits.memory.limit 536870912
	assert_field limits.memory.enforced_by none
	assert_field stages.0.limits.memory.enforced_by watch
	run -0 unshare --mount --propagation private bash -c \
		'umount -Rl /sys/fs/cgroup; exec "$@"' - "$REMAND" pipe -q --best-effort -r "$report" -- echo a ::: cat
	[[ $output == a ]]
	assert_field stages.1.limits.time.enforced_by watch
}
