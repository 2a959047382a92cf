# SPDX-License-Identifier: LGPL-2.1-or-later
# An ordinary user with ids in /etc/subuid and /etc/subgid: the target has one of them.

# shellcheck disable=SC2016 # for the shell inside

load ../helpers

base=/sys/fs/cgroup/sub-ids

setup_file() {
	has root && has vm || return 0
	useradd --create-home --uid 4401 --groups tty subbed
	sed -i '/^subbed:/d' /etc/subuid /etc/subgid
	echo 'subbed:500000:1000' >>/etc/subuid
	echo '4401:700000:1000' >>/etc/subgid
	echo '+memory +pids' >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p $base/supervisor
	chown subbed $base $base/cgroup.procs $base/cgroup.subtree_control $base/supervisor{,/cgroup.procs}
}

setup() {
	requires root vm cgroup_v2
	place=$(mktemp -d /tmp/sub-ids.XXXXXX)
	chown subbed "$place"
	chmod 0755 "$place"
	cd "$place" || return
	report=$BATS_TEST_TMPDIR/report.json
}

teardown() {
	chmod u+s /usr/bin/newuidmap /usr/bin/newgidmap
	rm -rf "$place"
}

# by_user PROGRAM ARG...: in the user's own cgroup, with its groups
by_user() {
	bash -c 'echo $$ >/sys/fs/cgroup/sub-ids/supervisor/cgroup.procs &&
		exec setpriv --reuid subbed --regid subbed --init-groups "$@"' - "$@"
}

# by_user_run ARG...: remand run, with a report
by_user_run() {
	run by_user "$REMAND" run --cgroup sub-ids --quiet --report fd:9 "$@" 9>"$report"
}

@test "the target is one of the user's sub-ids, without groups, and its streams and files work" {
	echo given >input
	by_user_run --devpts --stdin input --collect out:collected --collect link:planted -- sh -c 'cat /proc/self/uid_map /proc/self/gid_map
		id -u; id -g; id -G; cat /dev/stdin; echo written >/dev/stdout; umask 077; echo secret >out; ls -n out
		script -qec tty /dev/null; chmod 0 out; ln -s /etc/passwd link'
	assert_verdict ok
	[[ $(<"$report") == *'"missing_walls":[]'* && $(<collected) == secret ]] || fail "$(<"$report")"
	[[ ! -e planted && $(field collect_failed) == *'symbolic link'* ]] || fail "$(<"$report")"
	read -r inside outside count <<<"${lines[0]}"
	((inside == 1000 && outside >= 500500 && outside < 501000 && count == 1)) || fail "$output"
	read -r inside outside count <<<"${lines[1]}"
	((inside == 0 && outside == 4401 && count == 1)) || fail "$output"
	read -r inside outside count <<<"${lines[2]}"
	((inside == 1000 && outside >= 700500 && outside < 701000 && count == 1)) || fail "$output"
	[[ ${lines[*]:4} == "1000 1000 1000 given written"*" 1000 1000 "*" out /dev/pts/0"* ]] || fail "$output"
	assert_nothing_left
}

@test "two runs at a time have different ids, and a limit ends one" {
	local inside other uid
	mkfifo said end
	exec 5<>end
	by_user "$REMAND" run --cgroup sub-ids --wall 100s --stdin end -- sh -c 'cat /proc/self/uid_map; read -r _' >said 3>&- 5>&- &
	read -r _ uid _ <said
	by_user_run --user 0 --wall 10s -- sh -c 'cat /proc/self/uid_map; exec sleep 60'
	assert_verdict wall-limit
	read -r inside other _ <<<"${lines[0]}"
	[[ $inside == 0 ]] && ((other >= 500500 && other != uid)) || fail "$uid $output"
	[[ $(stat -c %u "/proc/$(head -n 1 "$base"/run-*/cgroup.procs)") == "$uid" ]]
	echo >&5
	wait
	assert_nothing_left
}

@test "what is the caller's alone, to write or to read, is used by the caller's id, and the report says so" {
	by_user mkdir work
	by_user_run --work work -- sh -c 'cat /proc/self/uid_map; echo made >made'
	assert_verdict ok
	[[ $(<"$report") == *'"missing_walls":["own-ids"]'* && $(stat -c %u work/made) == 4401 ]]
	[[ ${lines[0]} =~ ^\ +1000\ +4401\ +1$ && ${#lines[@]} -eq 1 ]] || fail "$output"
	cp /usr/bin/true own
	chown subbed own
	chmod 0700 own
	by_user_run -- ./own
	[[ $(<"$report") == *'"missing_walls":["own-ids"]'* && $status -eq 0 ]] || fail "$status $output"
}

@test "without the programs' privilege the run has the caller's id, and the report says so" {
	chmod u-s /usr/bin/newgidmap /usr/bin/newuidmap
	by_user_run --user 0 --devpts -- sh -c 'exec </dev/ptmx; cat /proc/self/uid_map; ls /dev/pts'
	assert_verdict ok
	[[ $(<"$report") == *'"missing_walls":["own-ids"]'* && ${lines[0]} =~ ^\ +0\ +4401\ +1$ && ${lines[1]} == 0* ]] || fail "$output"
	rm -f /etc/subuid.kept && mv /etc/subuid /etc/subuid.kept
	by_user_run --devpts -- true
	mv /etc/subuid.kept /etc/subuid
	((status == 125)) && [[ $output == *'--devpts needs'*'--user 0' ]] || fail "$output"
}

@test "half of the programs is an error that names both" {
	chmod u-s /usr/bin/newuidmap
	by_user_run -- true
	((status == 125)) && [[ $output == *'/usr/bin/newuidmap refused'*'setuid root'* ]] || fail "$output"
	assert_nothing_left
}

@test "no wait loop of the caller sees the programs" {
	run by_user env REMAND_CGROUP=sub-ids "$PROGRAMS/thief" /usr/bin/true
	[[ $output == 'stolen 0 signals 0 exited 0' ]] || fail "$output"
}
