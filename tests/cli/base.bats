# SPDX-License-Identifier: LGPL-2.1-or-later
# Where groups are made on machines of other kinds than our own: containers, users, odd trees. What is
# in the way is said in one sentence, with the command that mends it.

load ../helpers

setup() {
	requires cgroup_v2 root vm
	[[ ! -d /run/systemd/system ]] || skip 'the tree is systemd'"'"'s'
	echo '+memory +pids +cpu' >/sys/fs/cgroup/cgroup.subtree_control
	base=/sys/fs/cgroup/test-base
	mkdir -p "$base"
}

teardown() {
	local dir
	while read -r dir; do
		echo 1 >"$dir/cgroup.kill"
		until rmdir "$dir" 2>/dev/null; do :; done
	done < <(find "$base" -depth -type d)
}

# inside SCRIPT [WORD]...: bash runs it in $base
inside() {
	(echo "$BASHPID" >"$base/cgroup.procs" && exec bash -c "$@")
}

# contained SCRIPT [WORD...]: as a container's: $base is the root of its cgroup namespace and of its mount
contained() {
	# shellcheck disable=SC2016
	inside 'exec unshare --cgroup --mount bash -c '\''
		umount -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && eval "$1"'\'' _ "$1"' _ "$1"
}

refused() {
	((status == 125)) || fail "status $status: $output"
	local part
	for part; do
		[[ $output == *"$part"* ]] || fail "'$part' is not in: $output" || return
	done
}

@test "a container's processes move to a leaf of its root, and its groups are made beside it" {
	local before
	before=$(</sys/fs/cgroup/cgroup.subtree_control)
	# shellcheck disable=SC2016
	run -0 contained '
		sleep 60 3>&- &
		"$REMAND" run -- cat /proc/self/cgroup
		cat /proc/self/cgroup /proc/$!/cgroup
		echo root: $(</sys/fs/cgroup/cgroup.procs)
		kill $!'
	[[ ${lines[*]} == '0::/ 0::/supervisor 0::/supervisor root:' ]] || fail "$output"
	[[ " $(<"$base/cgroup.subtree_control") " == *memory*pids* ]]
	[[ $(</sys/fs/cgroup/cgroup.subtree_control) == "$before" ]]
}

@test "with --best-effort what is not yet enabled is enabled, and nothing gone without" {
	local dir
	while read -r dir; do echo '-memory -pids -cpu -cpuset' >"$dir/cgroup.subtree_control"; done \
		< <(find /sys/fs/cgroup -depth -type d)
	[[ $(</sys/fs/cgroup/cgroup.subtree_control) != *memory* ]]
	custody --best-effort --cpus 1 -- true
	assert_verdict ok
	for limit in memory pids cpus; do assert_field limits.$limit.enforced_by cgroup || return; done
}

@test "a hundred first starts at once do not race" {
	mkfifo "$BATS_TEST_TMPDIR/barrier"
	# shellcheck disable=SC2016
	run -0 contained '
		cd "$BATS_TEST_TMPDIR"
		exec 9<>barrier
		for i in {1..100}; do
			(read -r -n 1 -u 9; exec "$REMAND" run --wall 5m -- true 2>>refusals 9<&-) 3>&- &
			pids+=($!)
		done
		printf %100s >&9
		failed=0
		for pid in "${pids[@]}"; do wait "$pid" || ((++failed)); done
		cat refusals
		echo "$failed failed"'
	[[ $output == '0 failed' ]] || fail "$output"
	[[ -z $(find "$base" -name 'run-*') ]]
}

@test "a cgroup file system that is mounted read-only is diagnosed, with what container engines want" {
	# shellcheck disable=SC2016
	run contained 'mount -o remount,ro,bind /sys/fs/cgroup; "$REMAND" run -- true'
	refused '/sys/fs/cgroup is mounted read-only' 'docker run --security-opt writable-cgroups=true'
	[[ $(find "$base" -type d) == "$base" ]]
}

@test "a mount of another cgroup namespace is diagnosed, and the command that is named mends it" {
	# shellcheck disable=SC2016
	run inside 'unshare --cgroup --mount bash -c '\''
		"$REMAND" run -- true
		eval "$("$REMAND" run -- true 2>&1 | sed "s/.*mount its own: //")"
		"$REMAND" run -- true && echo mended'\'
	[[ $output == *'another part of the cgroup tree'*mended ]] || fail "$output"
}

@test "threaded trees are refused" {
	mkdir "$base/threads"
	echo threaded >"$base/threads/cgroup.type"
	run "$REMAND" run --cgroup test-base/threads -- true
	refused "$base/threads is of the type 'threaded'"
	run "$REMAND" run --cgroup test-base -- true
	refused "$base is of the type 'domain threaded'"
}

@test "who lives in a cgroup that was given is named" {
	sleep 60 3>&- &
	echo $! >"$base/cgroup.procs"
	run "$REMAND" run --cgroup test-base -- true
	refused "processes live in that cgroup itself ($!, sleep)" "mkdir $base/remand"
}

# as_user COMMAND...: an ordinary user of the machine
as_user() {
	setpriv --reuid 4321 --regid 4321 --clear-groups "$@"
}

@test "a user with no cgroup of his own is told how root gives him one, and that mends it" {
	run as_user "$REMAND" run -- true
	refused 'no cgroup is delegated to user 4321' 'as root: D=/sys/fs/cgroup/user-4321'
	# shellcheck disable=SC2016
	run -0 bash -c '
		eval "$(setpriv --reuid 4321 --regid 4321 --clear-groups "$REMAND" run -- true 2>&1 | sed "s/.*as root: //; s/echo [0-9]*/echo 0/")"
		exec setpriv --reuid 4321 --regid 4321 --clear-groups "$REMAND" run -- cat /proc/self/cgroup'
	[[ $output == 0::/ ]]
	rmdir /sys/fs/cgroup/user-4321/supervisor /sys/fs/cgroup/user-4321
}

@test "a tree that is delegated in part is refused, the part is named, and the command mends it" {
	chown 4321 "$base" "$base/cgroup.procs"
	# shellcheck disable=SC2016
	user='setpriv --reuid 4321 --regid 4321 --clear-groups "$REMAND" run -- true'
	run inside "$user"
	refused 'not delegated to user 4321 as a whole: cgroup.subtree_control'
	eval "${output##*as root: }"
	run -0 inside "$user"
}

@test "a user cannot reach a cgroup of his own from outside of it, and is told so" {
	chown 4321 "$base" "$base"/cgroup.{procs,subtree_control}
	run as_user "$REMAND" run --cgroup test-base -- true
	refused 'start remand itself inside the tree'
}

@test "a controller that is lost on the way is traced to where, and the command mends it" {
	mkdir "$base/inner"
	run "$REMAND" run --cgroup test-base/inner -- true
	refused "'memory' is missing in $base/inner, so that --memory cannot be enforced: $base has it"
	[[ $output =~ 'as its owner: '(.*)'. Or go without: --memory max' ]]
	eval "${BASH_REMATCH[1]}"
	echo +pids >"$base/cgroup.subtree_control"
	run -0 "$REMAND" run --cgroup test-base/inner -- true
}
