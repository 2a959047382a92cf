# SPDX-License-Identifier: LGPL-2.1-or-later
# Where remand itself lacks something it says so, and never gives a wrong verdict.

load ../helpers

setup() {
	requires cgroup_v2 root vm
	"$REMAND" run -- true # the base of all groups is there from now on
}

# either it works, or it is 125 with a sentence; sets $refused
works_or_says_why() {
	custody --quiet "$@"
	refused=$((status == 125))
	((status == 0)) || [[ $status == 125 && $output == 'remand: '?* ]] ||
		[[ $status == 125 && $(field start_error.message) == ?* ]] ||
		fail "status $status, output: $output"
}

@test "whatever number of descriptors it may have, it works or says why it does not" {
	local n highest=0 refused
	for n in {4..40..4} 64; do
		ulimit -Sn "$n"
		works_or_says_why -- true || return
		((!refused)) || highest=$n
	done
	((highest > 8 && !refused))
	assert_nothing_left
}

@test "with ten descriptors the sentence is about open files" {
	ulimit -n 10
	run "$REMAND" run -- true
	((status == 125))
	[[ $output == *'Too many open files'* ]]
	assert_nothing_left
}

@test "however little memory it may have, it works or says why it does not" {
	local kib refused
	for kib in 4000 5000 6000 8000 16000 100000; do
		(ulimit -v "$kib" && "$REMAND" run -- true) >"$BATS_TEST_TMPDIR/said" 2>&1 && status=0 || status=$?
		[[ $status == @(0|125|127) && ($status == 0 || -s $BATS_TEST_TMPDIR/said) ]] || fail "$kib: $status" || return
	done
	((status == 0))
	assert_nothing_left
}

@test "where no more cgroups may be made it says so" {
	echo 0 >/sys/fs/cgroup/remand/cgroup.max.descendants
	run "$REMAND" run -- true
	echo max >/sys/fs/cgroup/remand/cgroup.max.descendants
	((status == 125))
	[[ $output == *'cannot make the cgroup run-'* ]]
	assert_nothing_left
}

@test "where no more processes may be started it says so" {
	mkdir -p /sys/fs/cgroup/remand-few
	echo +pids >/sys/fs/cgroup/cgroup.subtree_control
	echo 1 >/sys/fs/cgroup/remand-few/pids.max
	# shellcheck disable=SC2016 # for the inner shell
	run sh -c 'echo $$ >/sys/fs/cgroup/remand-few/cgroup.procs && exec "$REMAND" run -- true'
	((status == 125))
	[[ $output == *'cannot create the keeper'* ]]
	assert_nothing_left
}

@test "where no more user namespaces may be made it says so" {
	local before
	before=$(</proc/sys/user/max_user_namespaces)
	echo 0 >/proc/sys/user/max_user_namespaces
	run "$REMAND" run -- true
	echo "$before" >/proc/sys/user/max_user_namespaces
	((status == 125))
	[[ $output == *'cannot create a user namespace'* ]]
	assert_nothing_left
}

@test "where no more network namespaces may be made it says so" {
	local before
	before=$(</proc/sys/user/max_net_namespaces)
	echo 0 >/proc/sys/user/max_net_namespaces
	run "$REMAND" run -- true
	echo "$before" >/proc/sys/user/max_net_namespaces
	((status == 125))
	[[ $output == *'cannot set up the network: No space left on device'*user.max_net_namespaces* ]] || fail "$output"
	assert_nothing_left
}

@test "where the report does not fit on the disk it is not reported as success" {
	run "$REMAND" run --report /dev/full -- true
	((status == 125))
	[[ $output == *report* ]]
}

@test "where the program's output cannot be written that is an error, not a verdict" {
	run bash -c '"$REMAND" run -- echo hello >/dev/full'
	((status == 125))
	[[ $output == *'No space left on device'* ]]
	assert_nothing_left
}
