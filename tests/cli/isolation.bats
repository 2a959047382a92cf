# SPDX-License-Identifier: LGPL-2.1-or-later
# The degrees of isolation, on a host that allows all of them and on one that forbids user
# namespaces (by its sysctl, or by a filter above us as a container has it).

# shellcheck disable=SC2016 # for the shell inside

load ../helpers

setup() {
	requires root vm cgroup_v2
	# a place that other users reach: bats' own is closed to them
	place=$(mktemp -d /tmp/isolation.XXXXXX)
	chmod 0755 "$place"
	cd "$place" || return
	report=$BATS_TEST_TMPDIR/report.json
	forbidden=/proc/sys/user/max_user_namespaces
	allowed=$(<$forbidden)
}

teardown() {
	echo "$allowed" >"$forbidden"
	rm -rf "$place"
}

# by_user ARG...: remand run as an ordinary user with a delegated cgroup
by_user() {
	local base=/sys/fs/cgroup/by-user
	echo '+memory +pids' >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p $base/supervisor
	chown nobody $base $base/cgroup.procs $base/cgroup.subtree_control $base/supervisor{,/cgroup.procs}
	run bash -c 'echo $$ >/sys/fs/cgroup/by-user/supervisor/cgroup.procs &&
		exec setpriv --reuid nobody --clear-groups "$@"' - \
		"$REMAND" run --cgroup by-user --quiet --report fd:9 "$@" 9>"$report"
}

# what a target may do to the host's files, its user's other processes, and the network
probe='cat /etc/shadow && echo READ; ls /root /home && echo LISTED; echo x >/tmp/planted && echo WROTE
: >own && echo MADE; chmod 777 own && echo CHMOD; kill -0 1 && echo SIGNAL; kill -9 $PPID && echo KILLED
cat /proc/1/environ && echo SPIED; :'

@test "landlock: the host's files, but only the box to write, and nothing of others to touch" {
	custody --isolation landlock -- sh -c "$probe"
	assert_verdict ok
	[[ $output == *MADE* ]] || fail "$output"
	for word in READ LISTED WROTE SIGNAL KILLED SPIED; do [[ $output != *$word* ]] || fail "$output"; done
	assert_field isolation landlock
	assert_field limits.disk.enforced_by none
	assert_field limits.memory.enforced_by cgroup
	[[ $(<"$report") == *'"missing_walls":["user-namespace","pid-namespace","mount-namespace","network-namespace","ipc-namespace","uts-namespace","cgroup-namespace"]'* ]]
	[[ ! -e /tmp/planted ]]
}

@test "landlock: the box is a new directory of the run's own user, and goes with the run" {
	custody --isolation landlock -- sh -c 'pwd; echo "$HOME $TMPDIR"; mkdir -p a/b; ln -s /etc a/l; mkfifo f
		mkdir c; touch c/x; stat -c %u .; echo kept >out'
	assert_verdict ok
	[[ ${lines[0]} == /tmp/remand-*/box && ${lines[1]} == "${lines[0]} ${lines[0]}" ]] || fail "$output"
	((lines[2] >= 0x70000000)) || fail "$output"
	[[ ! -e ${lines[0]%/box} && -e /etc/passwd ]]
}

@test "landlock: programs, files and results by name, a work directory, a bind" {
	cp /bin/false own
	mkdir work bound
	echo given >given
	ln -s /bin/false link
	echo data >bound/file
	custody --isolation landlock -- ./own
	assert_verdict exit
	custody --isolation landlock -- ./link
	assert_verdict exit
	custody --isolation landlock --file given:name --bind "$PWD/bound:rw" --collect out -- \
		sh -c 'cat name; cat "$1"/file; echo more >"$1"/file2; echo result >out' - "$PWD/bound"
	[[ $output == $'given\ndata' && $(<out) == result && $(<bound/file2) == more ]] || fail "$output"
	[[ $(stat -c %u bound/file2) == 0 ]]
	custody --isolation landlock --work work -- sh -c 'pwd; echo x >made'
	[[ $output == "$PWD/work" && $(stat -c %u work/made) == 0 ]] || fail "$output"
}

@test "landlock: a link that was planted in the work directory leads to no program and no right" {
	mkdir -m 0777 work
	cp /usr/bin/true hidden
	ln -s "$place/hidden" work/link
	custody --isolation landlock --work work -- work/link
	((status == 125)) && [[ $output == *'cannot show work/link'*'symbolic link'* ]] || fail "$output"
	custody --isolation landlock --work work --bind "$place/work/link" -- true
	((status == 125)) && [[ $output == *"cannot show $place/work/link"*'symbolic link'* ]] || fail "$output"
}

@test "landlock: no sockets but pairs; with the host's network IP, never local ones" {
	local program='import socket as s
for f in (s.AF_UNIX, s.AF_INET, s.AF_INET6, s.AF_NETLINK):
    try: s.socket(f, s.SOCK_DGRAM if f != s.AF_NETLINK else s.SOCK_RAW); print(f.name)
    except OSError: pass
s.socketpair(); print("pair")'
	custody --isolation landlock -- python3 -c "$program"
	[[ $output == pair ]] || fail "$output"
	custody --isolation landlock --network host -- python3 -c "$program"
	[[ $output == $'AF_INET\nAF_INET6\nAF_NETLINK\npair' ]] || fail "$output"
	assert_field network host
}

@test "landlock: what is left when all were killed goes with the next run" {
	# in /tmp may be what runs of other tests left
	mkdir -m 1777 own
	export TMPDIR=$PWD/own
	"$REMAND" run --isolation landlock -- sh -c 'mkdir a; chmod 0 a; echo started; sleep 100' >started 3>&- &
	until [[ -s started ]]; do sleep 0.1; done
	left=(own/remand-*)
	kill -KILL $!
	wait $! || true
	[[ ${#left[@]} -eq 1 && -d ${left[0]} ]]
	flock -w 60 "${left[0]}" true # its keeper, too, has ended
	custody --isolation landlock -- true
	assert_verdict ok
	[[ ! -e ${left[0]} ]]
	assert_nothing_left
}

@test "landlock: somebody else's bait is left alone, and what only begins with that name" {
	install -d -o nobody /tmp/remand-00000000000000aa
	ln -s /etc /tmp/remand-00000000000000bb
	mkdir /tmp/remand-src /tmp/remand-0123456789abcdef0
	touch /tmp/remand-src/file
	custody --isolation landlock -- true
	assert_verdict ok
	[[ -d /tmp/remand-00000000000000aa && -L /tmp/remand-00000000000000bb && -e /etc/passwd ]]
	[[ -e /tmp/remand-src/file && -d /tmp/remand-0123456789abcdef0 ]]
	rm -r /tmp/remand-src /tmp/remand-0123456789abcdef0 /tmp/remand-00000000000000aa /tmp/remand-00000000000000bb
}

@test "without a pid namespace a daemon dies with the run, and with the supervisor" {
	mkdir work
	for isolation in landlock none; do
		custody --isolation $isolation --work work -- sh -c 'setsid sleep 1000 & echo $! >pid; sleep 0.2'
		assert_verdict ok
		[[ ! -e /proc/$(<work/pid) ]] || fail "$isolation: the daemon lives"
		rm work/pid
		"$REMAND" run --isolation $isolation --work work -- sh -c 'setsid sleep 1000 & echo $! >pid.new; mv pid.new pid; wait' 3>&- &
		until [[ -s work/pid ]]; do sleep 0.1; done
		kill -KILL $!
		wait $! || true
		for _ in {1..600}; do [[ -e /proc/$(<work/pid) ]] || break; sleep 0.1; done
		[[ ! -e /proc/$(<work/pid) ]] || fail "$isolation: the daemon outlives the supervisor"
		rm work/pid
	done
}

@test "what only a cell can do is refused without one" {
	mkdir work
	for option in '--root /' '--tmpfs /x' '--disk 1M' '--hostname x' '--bind /etc:/host' '--file /etc/hosts --work work'; do
		# shellcheck disable=SC2086 # options and their values
		custody --isolation landlock $option -- true
		[[ $status -eq 125 && $(field start_error.message) == *"${option%% *}"*"isolation 'landlock'"* ]] ||
			fail "$option: $(<"$report")"
	done
	custody --isolation none --bind /etc -- true
	[[ $status -eq 125 ]]
}

@test "none: the caller's files, user, rights, umask and directory; the limits hold" {
	custody --isolation none -- sh -c 'pwd; id -u; umask; grep -E "CapEff|NoNew" /proc/self/status; cat /etc/shadow >/dev/null && echo READ'
	assert_verdict ok
	[[ $output == "$PWD"$'\n0\n'"$(umask)"*'NoNewPrivs:'*0*READ && $output != *CapEff:*0000000000000000* ]] || fail "$output"
	assert_field isolation none
	custody --isolation none --pids 5 --time 300ms -- sh -c 'while :; do :; done'
	assert_verdict time-limit
	custody --isolation none --memory 20M -- "$PROGRAMS/hog_static" private 100
	assert_verdict memory-limit
	custody --isolation none --user 12:13 -- sh -c 'id -u; id -g; id -G'
	[[ $output == $'12\n13\n13' ]] || fail "$output"
}

@test "an ordinary user on a host without user namespaces: a sentence, or Landlock if that will do" {
	echo 0 >"$forbidden"
	by_user -- true
	[[ $status -eq 125 && $(field start_error.message) == *"user.max_user_namespaces is 0"*"sysctl -w"*--best-effort* ]] ||
		fail "$(<"$report")"
	by_user --best-effort -- sh -c "$probe"
	assert_verdict ok
	assert_field isolation landlock
	[[ $(<"$report") == *'"own-ids"]'* && $output == *MADE* ]] || fail "$output $(<"$report")"
	for word in READ LISTED WROTE CHMOD SIGNAL KILLED SPIED; do [[ $output != *$word* ]] || fail "$output"; done
	by_user --user 0 --isolation landlock -- true
	[[ $status -eq 125 && $(field start_error.message) == *'--user 0:0 needs root'* ]] || fail "$(<"$report")"
}

@test "root on a host without user namespaces: a sentence, or the same cell without one" {
	echo 0 >"$forbidden"
	custody -- true
	[[ $status -eq 125 && $(field start_error.message) == *"user.max_user_namespaces is 0"* ]] || fail "$(<"$report")"
	mkdir work
	custody --best-effort --work work -- sh -c "$probe"'; id -u; echo x >/box/made; ls /; grep Cap /proc/self/status'
	assert_verdict ok
	assert_field isolation full
	[[ $(<"$report") == *'"missing_walls":["user-namespace"]'* ]] || fail "$(<"$report")"
	for word in READ LISTED SIGNAL KILLED SPIED; do [[ $output != *$word* ]] || fail "$output"; done
	[[ $output == *18[78]*CapEff:*0000000000000000* && $(stat -c %u work/made) == 0 ]] || fail "$output"
	[[ ! -e /tmp/planted ]]
}

@test "a filter above us that forbids user namespaces is named" {
	run "$PROGRAMS/no-userns" "$REMAND" run -- true
	[[ $status -eq 125 && $output == *'a seccomp filter is above this process'* ]] || fail "$output"
	run "$PROGRAMS/no-userns" "$REMAND" run --isolation landlock -- echo fine
	[[ $status -eq 0 && $output == fine ]] || fail "$output"
}

@test "--user are names in the cell, and give no right" {
	custody --user 0 -- sh -c 'id -u; id -g; id -un; cat /etc/shadow && echo READ; mount -t tmpfs x /tmp && echo MOUNTED
		chown 1:1 /box && echo GAVE; grep -E "Cap(Eff|Prm|Bnd)" /proc/self/status'
	assert_verdict ok
	[[ $output == $'0\n0\nroot\n'* ]] || fail "$output"
	for word in READ MOUNTED GAVE; do [[ $output != *$word* ]] || fail "$output"; done
	[[ $(grep -c '0000000000000000$' <<<"$output") -eq 3 ]] || fail "$output"
	custody --user 12:13 -- sh -c 'id -u; id -g; stat -c %u:%g /box; id -un'
	[[ $output == $'12\n13\n12:13\nbox' ]] || fail "$output"
	for value in root 4294967295 -1 1:2:3 1: :1 '' 1.5; do
		custody --user "$value" -- true
		[[ $status -eq 125 ]] || fail "$value: $status"
	done
}

@test "--root shows a directory's entries as the root, makes nothing there, and runs programs from it" {
	mkdir -p image/{usr/bin,etc,tmp,proc,box,run,hidden}
	cp /bin/busybox image/usr/bin/sh
	ln -s usr/bin image/bin
	ln -s /etc/shadow image/link
	echo mine >image/etc/hosts
	touch image/run/socket image/tmp/file image/box/file
	before=$(find image | sort)
	custody --root image -- /bin/sh -c 'busybox() { /bin/sh "$@"; }; cat /etc/hosts; echo /*; echo x >/box/x; echo /tmp/* /box/*
		echo x >/etc/x; cat /link && echo READ; cat /etc/passwd && echo HOST; exit 0'
	assert_verdict ok
	[[ $output == *'/bin /box /dev /etc /hidden /link /proc /tmp /usr'*'/tmp/* /box/x'* ]] || fail "$output"
	[[ $output != *READ* && $output != *HOST* && $(find image | sort) == "$before" ]] || fail "$output"
	custody --root missing -- true
	[[ $status -eq 125 && $(field start_error.message) == *missing* ]] || fail "$(<"$report")"
}

@test "where mounts are shared, as by systemd, and there are no user namespaces, none of the cell appears outside" {
	echo 0 >"$forbidden"
	# shellcheck disable=SC2016 # expanded by the inner shell
	run -0 unshare --mount --propagation shared bash -c '
		before=$(</proc/self/mountinfo)
		"$REMAND" run --best-effort -- true && [[ $(</proc/self/mountinfo) == "$before" ]]'
}

# as_container_root "MAP" ARG...: remand run ARG..., by root of a user namespace of those ids
as_container_root() {
	local holder map=$1
	shift
	unshare --user sleep 600 3>&- &
	holder=$!
	until [[ $(readlink "/proc/$holder/ns/user") != "$(readlink /proc/self/ns/user)" ]]; do :; done
	echo "$map" >"/proc/$holder/uid_map"
	echo "$map" >"/proc/$holder/gid_map"
	run nsenter --user --target "$holder" --setuid 0 --setgid 0 \
		unshare --mount --pid --fork --mount-proc "$REMAND" run --best-effort "$@"
	kill "$holder"
}

@test "root of a container's user namespace gives each run two ids of those that it has" {
	requires root
	as_container_root '0 100000 65536' -- cat /proc/self/uid_map
	[[ ${lines[0]} =~ ^\ *1000\ +3[2-9][0-9]{3}\ +1$ && ${lines[1]} =~ ^\ *0\ +4[0-9]{4}\ +1$ ]] || fail "$output"
}

@test "root of a user namespace with one id runs programs as an ordinary user would" {
	requires root
	as_container_root '0 100000 1' -- cat /proc/self/uid_map
	[[ $status -eq 0 && $output =~ ^\ *1000\ +0\ +1$ ]] || fail "$output"
}
