# SPDX-License-Identifier: LGPL-2.1-or-later
# remand check: says what is so, says what mends it, and changes nothing.

load ../helpers

# fact NAME: its line, in $line
fact() {
	line=$(grep -E "^  (ok|note|weak|missing) +$1 " <<<"$output") || fail "no fact $1: $output"
}

# state_of NAME STATE
state_of() {
	fact "$1"
	[[ $line == "  $2 "* ]] || fail "not $2: $line"
}

@test "a host with all controllers can keep every guarantee; one without cannot, and the controllers are named" {
	requires root
	run "$REMAND" check
	if has cgroup_v2; then
		((status == 0)) || fail "$output"
		[[ ${lines[-1]} == 'All guarantees can be kept.' ]]
	else
		((status == 1 || status == 2)) || fail "$output"
		state_of memory weak
		state_of pids weak
		[[ $line == *'no controller for --pids: '*' -> '* ]]
		# hybrid
		[[ ! -e /sys/fs/cgroup/unified || -e /sys/fs/cgroup/cgroup.controllers ]] ||
			[[ $line == *'cgroup v1 holds it -> boot with systemd.unified_cgroup_hierarchy=1'* ]] || fail "$line"
	fi
}

@test "every line that is not fine ends with what mends it" {
	run "$REMAND" check --cgroup /
	[[ $(grep -cE '^  (ok|note|weak|missing)' <<<"$output") -ge 30 ]] || fail "$output"
	run ! grep -vE ' -> .|^  missing +(base|cgroup v2) ' <(grep -E '^  (note|weak|missing)' <<<"$output")
}

@test "as JSON it is one object with the same status" {
	"$REMAND" check --format json >"$BATS_TEST_TMPDIR/report.json" || status=$?
	[[ $("$PROGRAMS/jsonget" "$BATS_TEST_TMPDIR/report.json" status) == "${status:-0}" ]]
	[[ $("$PROGRAMS/jsonget" "$BATS_TEST_TMPDIR/report.json" schema) == 1 ]]
}

@test "what is no business of check is refused with 125" {
	run -125 "$REMAND" check --time 1s
	[[ $output == *"no use for '--time'"* ]]
	run -125 "$REMAND" check something
	run -125 "$REMAND" check --format xml
	run -0 "$REMAND" check --help
}

@test "system calls are tried: one that a filter hides is not there, whatever the kernel's version" {
	local call name state
	while read -r call name state; do
		run strace -f -o /dev/null -e inject="$call":error=ENOSYS "$REMAND" check
		state_of "$name" "$state"
		[[ $line == *' -> '*seccomp* ]]
		[[ $state == note || $status == 2 ]] || fail "$call: $status"
	done <<-'END'
		clone3 clone3 note
		close_range close_range missing
		pidfd_send_signal pidfds missing
	END
}

@test "no child of check is left to others, and none is seen by them" {
	run strace -f -e trace=clone,clone3,fork,vfork -o "$BATS_TEST_TMPDIR/trace" "$REMAND" check
	grep -q CLONE_NEWUSER "$BATS_TEST_TMPDIR/trace"
	run ! grep -E 'fork\(|SIGCHLD' "$BATS_TEST_TMPDIR/trace"
}

# ---- in the machine ----

machine() {
	requires cgroup_v2 root vm
}

@test "nothing is changed by looking" {
	machine
	[[ ! -d /sys/fs/cgroup/remand ]] || rmdir /sys/fs/cgroup/remand
	state() { find /sys/fs/cgroup -type d; cat /sys/fs/cgroup/cgroup.subtree_control; cat /proc/self/mountinfo; cat /proc/sys/user/* /proc/sys/vm/overcommit_memory; }
	state >"$BATS_TEST_TMPDIR/before"
	run "$REMAND" check
	diff "$BATS_TEST_TMPDIR/before" <(state)
}

# mended NAME STATE: it is in that state, and no longer after its own command
mended() {
	run "$REMAND" check
	state_of "$1" "$2"
	eval "${line##* -> }" >/dev/null
	run "$REMAND" check
	state_of "$1" ok
}

@test "the sysctl in the way of user namespaces is named, and the command that is named mends it" {
	machine
	sysctl -q -w user.max_user_namespaces=0
	run -1 "$REMAND" check
	state_of 'user namespaces' weak
	[[ $line == *'user.max_user_namespaces'* ]] || fail "$line"
	sysctl -q -w user.max_user_namespaces=15000
	sysctl -q -w user.max_net_namespaces=0
	mended 'pid, mount, net, ipc, uts' weak
}

@test "settings that make times vary are notes, and the commands that are named mend them" {
	machine
	echo always >/sys/kernel/mm/transparent_hugepage/enabled
	mended 'huge pages' note
	echo 2 >/proc/sys/vm/overcommit_memory
	mended overcommit note
}

@test "something mounted over /proc is found, as in containers" {
	machine
	# shellcheck disable=SC2016
	run unshare --mount bash -c 'mount -t tmpfs none /proc/irq && exec "$REMAND" check'
	state_of 'a new /proc' weak
	[[ $line == *'refused: Operation not permitted'*' -> '*systempaths=unconfined* ]] || fail "$line"
}

@test "a cgroup that lacks controllers is weak, and one that cannot be used is missing" {
	machine
	mkdir -p /sys/fs/cgroup/test-check/inner
	run -1 "$REMAND" check --cgroup test-check/inner
	state_of base ok
	state_of memory weak
	[[ $line == *'-> as its owner: echo +memory >/sys/fs/cgroup/'*cgroup.subtree_control ]] || fail "$line"
	echo threaded >/sys/fs/cgroup/test-check/inner/cgroup.type
	run -2 "$REMAND" check --cgroup test-check/inner
	state_of base missing
	rmdir /sys/fs/cgroup/test-check/inner /sys/fs/cgroup/test-check
	# shellcheck disable=SC2016
	run -1 unshare --mount bash -c 'umount -l /sys/fs/cgroup; exec "$REMAND" check'
	state_of 'cgroup v2' weak
	[[ $line == *'mount -t cgroup2'* && ${lines[-1]} == *'runs need --best-effort.' ]]
}

@test "what a dead owner left is removed and named, what a living one has is not" {
	machine
	local i group killed
	"$REMAND" run --wall 1h -- sleep 3600 3>&- &
	killed=$!
	for ((i = 0; i < 300; i++)); do
		group=$(find /sys/fs/cgroup -name 'run-*' -type d)
		[[ $group && -n $(<"$group/cgroup.procs") ]] && break
		sleep 0.1
	done
	run "$REMAND" check
	[[ -d $group && $output != *leftovers* ]] || fail "$output"
	kill -KILL "$killed"
	wait "$killed" || true
	until grep -qx 'populated 0' "$group/cgroup.events"; do sleep 0.1; done
	run "$REMAND" check
	fact leftovers
	[[ ! -d $group && $line == *"removed 1 of dead owners: ${group##*/}" ]] || fail "$line"
}
