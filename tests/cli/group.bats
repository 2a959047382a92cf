# SPDX-License-Identifier: LGPL-2.1-or-later
# The run's cgroup: where it is made, what is in it, and that it goes away.

load ../helpers
load background

setup() {
	requires cgroup_v2 root vm
	echo '+memory +pids +cpu' >/sys/fs/cgroup/cgroup.subtree_control
	base=/sys/fs/cgroup/test-group
	mkdir -p "$base"
}

# group_in DIRECTORY: where the run in the background has its group
group_in() {
	[[ ${group%/*} == "$1" ]] || fail "the group is $group"
	[[ ${group##*/} == run-+([0-9a-f]) ]]
}

@test "the program's first act sees itself at the root of its own cgroup namespace" {
	custody -- "$PROGRAMS/first_act_static" /proc/self/cgroup
	[[ $output == 0::/ ]]
}

@test "from outside the program is in a group of its own, and alone there" {
	begin "$PROGRAMS/patient_static" waits
	[[ ${group##*/} == run-* && $(<"$group/cgroup.procs") == "$target" ]]
	finish
	assert_field id "${group##*/}"
}

@test "the program is born inside the group: nothing is moved there" {
	strace -f -e trace=openat,clone3 -o "$BATS_TEST_TMPDIR/trace" "$REMAND" run -- true
	grep -q CLONE_INTO_CGROUP "$BATS_TEST_TMPDIR/trace"
	run ! grep cgroup.procs "$BATS_TEST_TMPDIR/trace"
}

@test "every limit is written and read back before any process is born" {
	strace -y -e trace=write,read,pread64,clone3 -o "$BATS_TEST_TMPDIR/trace" \
		"$REMAND" run --memory 40M --pids 33 --cpus 0.5 -- true
	local before value
	before=$(sed '/^clone3/,$d' "$BATS_TEST_TMPDIR/trace")
	for value in memory.max memory.swap.max memory.oom.group pids.max cpu.max; do
		[[ $before == *write\(*"/$value>"*read*\(*"/$value>"* ]] || fail "$value" || return
	done
}

@test "the group is gone after the run" {
	begin --cgroup test-group "$PROGRAMS/patient_static" waits
	[[ -d $group ]]
	finish
	[[ ! -e $group ]]
}

@test "--cgroup says where the group is made" {
	begin --cgroup test-group "$PROGRAMS/patient_static" waits
	group_in "$base"
	finish
}

@test "--cgroup takes the full path as well" {
	begin --cgroup "$base" "$PROGRAMS/patient_static" waits
	group_in "$base"
	finish
}

@test "REMAND_CGROUP says where the group is made" {
	CALLER=(env REMAND_CGROUP=test-group)
	begin "$PROGRAMS/patient_static" waits
	group_in "$base"
	finish
}

@test "--cgroup goes before REMAND_CGROUP" {
	CALLER=(env REMAND_CGROUP=missing)
	begin --cgroup test-group "$PROGRAMS/patient_static" waits
	group_in "$base"
	finish
}

@test "for root without anything given the group is made in /sys/fs/cgroup/remand" {
	[[ ! -d /run/systemd/system ]] || skip 'systemd gave us a group'
	begin "$PROGRAMS/patient_static" waits
	group_in /sys/fs/cgroup/remand
	finish
}

@test "a cgroup that is not there is refused with a sentence" {
	run "$REMAND" run --cgroup test-group/missing -- true
	((status == 125))
	[[ $output == *test-group/missing* ]]
}

@test "controllers are enabled along the way from the root" {
	[[ ! -d /run/systemd/system ]] || skip 'systemd gave us a group'
	[[ ! -d /sys/fs/cgroup/remand ]] || rmdir /sys/fs/cgroup/remand
	echo -cpuset >/sys/fs/cgroup/cgroup.subtree_control
	"$REMAND" run --cpuset 0 -- true
	grep -w cpuset /sys/fs/cgroup{,/remand}/cgroup.subtree_control
}

@test "controllers are enabled where the group is made" {
	mkdir "$base/fresh"
	echo '+memory +pids +cpu' >"$base/cgroup.subtree_control"
	"$REMAND" run --cgroup test-group/fresh --cpus 0.5 -- true
	[[ " $(<"$base/fresh/cgroup.subtree_control") " == *' cpu '*memory*pids* ]]
	rmdir "$base/fresh"
}

@test "a controller that is not to be had is an error that names it, not a missing limit" {
	mkdir -p "$base/bare/inner"
	run "$REMAND" run --cgroup test-group/bare/inner -- true
	((status == 125))
	[[ $output == *"'memory'"* ]]
	rmdir "$base/bare/inner" "$base/bare"
}

@test "a controller that no limit needs may be missing" {
	mkdir -p "$base/bare/inner"
	run "$REMAND" run --cgroup test-group/bare/inner --memory max --pids max -- true
	((status == 0))
	rmdir "$base/bare/inner" "$base/bare"
}

@test "a cgroup that has processes of its own is refused, and they stay where they are" {
	mkdir "$base/busy"
	sleep 60 3>&- &
	echo $! >"$base/busy/cgroup.procs"
	run "$REMAND" run --cgroup test-group/busy -- true
	((status == 125)) && [[ $(<"$base/busy/cgroup.procs") == "$!" ]]
	kill $! && await_empty "$base/busy" && rmdir "$base/busy"
}

@test "ten runs at once keep apart, and nothing is left" {
	local i pids=()
	for i in {0..9}; do
		"$REMAND" run --wall 60s --report "$BATS_TEST_TMPDIR/$i" sh -c "exit $i" 3>&- &
		pids+=($!)
	done
	for i in {0..9}; do wait "${pids[i]}" && status=0 || status=$?; ((status == i)) || return; done
	[[ $(grep -oh '"id":"[^"]*"' "$BATS_TEST_TMPDIR"/[0-9] | sort -u | wc -l) == 10 ]]
	assert_nothing_left
}
