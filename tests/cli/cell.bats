# SPDX-License-Identifier: LGPL-2.1-or-later
# What a program finds around it: files, devices, ids, network; what it may write, what it leaves.

load ../helpers

setup() {
	requires cgroup_v2
	cd "$BATS_TEST_TMPDIR" || return
}

inside() {
	"$REMAND" run "${options[@]}" -- sh -c "$1"
}

# not_collected NAME WORD SCRIPT: the run is as it was, the report says why, no file is made
not_collected() {
	custody --collect "$1:got" "${options[@]}" -- sh -c "$3; exit 3"
	[[ $status -eq 3 ]]
	assert_verdict exit
	[[ $(field collect_failed) == "$1: "*"$2"* ]] || fail "$(field collect_failed)"
	[[ ! -e got ]] || fail "got has $(wc -c <got) bytes"
}

options=()

@test "the root has the system, /box, /tmp, /dev, /proc and /etc, and nothing else" {
	[[ $(inside 'ls -A / | grep -vx -e "lib[0-9x]*" -e var') == $'bin\nbox\ndev\netc\nproc\nsbin\ntmp\nusr' ]]
}

@test "/etc has what programs need and no secret" {
	# and what the runtimes that this host has do not start without: tests/runtimes
	[[ $(inside 'ls -A /etc | grep -vE "^(java-.*-openjdk|mono|fpc.*[.]cfg)$"') == $'alternatives\ngroup\nhosts\nld.so.cache\nlocaltime\nnsswitch.conf\npasswd' ]]
	[[ $(inside 'cut -d: -f1 /etc/passwd') == $'box\nroot\nnobody' ]]
}

@test "/dev has the five harmless devices and the links to the streams" {
	[[ $(inside 'ls -A /dev') == $'fd\nfull\nnull\nrandom\nstderr\nstdin\nstdout\nurandom\nzero' ]]
}

@test "the devices work" {
	[[ $(inside 'head -c 5 /dev/urandom | wc -c; head -c 5 /dev/zero | wc -c; echo x >/dev/null
		cat /dev/null; cat /dev/full | head -c 5 | wc -c') == $'5\n5\n5' ]]
	run inside 'cat /proc/version >/dev/full'
	[[ $output == *'No space left on device'* ]]
}

@test "the streams can be opened by name, as /dev/stdin, /dev/stdout and /dev/stderr" {
	[[ $(inside 'cat /dev/stdin >/dev/stdout' <<<text) == text ]]
	[[ $(echo text | inside 'cat /dev/stdin; echo err >/dev/stderr' 2>&1) == $'text\nerr' ]]
}

@test "/proc shows the program's own processes only" {
	[[ $(inside 'ls -d /proc/[0-9]* | wc -l; cat /proc/[0-9]*/comm | sort -u') == $'2\ncat\nsh\nsort' || \
		$(inside 'cat /proc/[0-9]*/comm | grep -vxc "sh\|cat\|grep"') == 0 ]]
}

@test "the keeper is not to be seen" {
	run inside 'ls /proc/1; kill -0 1'
	[[ $status -ne 0 && $output == *'/proc/1'*'No such file'* ]]
}

@test "system, root, /etc, /dev and /proc/sys are read-only" {
	for place in /usr /usr/bin /etc / /dev /proc/sys /lib; do
		run inside "touch $place/x"
		[[ $status -eq 1 && $output == *touch*"$place/x"* ]] || fail "$place"
	done
	run inside 'rm -f /usr/bin/true; test -e /usr/bin/true'
	[[ $status -eq 0 && $output == *'Read-only file system'* ]]
}

@test "/box and /tmp are writable, and programs there can be run" {
	[[ $(inside 'cp /bin/echo /box; cp /bin/echo /tmp; /box/echo box; /tmp/echo tmp') == $'box\ntmp' ]]
}

@test "a run finds nothing of the one before it" {
	inside 'echo x >/box/x; echo x >/tmp/x'
	[[ -z $(inside 'ls -A /box /tmp | grep -v : ') ]]
}

@test "no set-user-id bit works anywhere" {
	[[ $(inside 'cat /proc/self/mounts' | grep -vc nosuid) == 0 ]]
	[[ $(inside 'grep NoNewPrivs /proc/self/status') == *1 ]]
}

@test "what fits into --disk can be written, more is refused with ENOSPC" {
	options=(--disk 4M)
	inside 'head -c 3M /dev/zero >/box/x'
	run inside 'head -c 8M /dev/zero >/box/x'
	[[ $status -eq 1 && $output == *'No space left on device'* ]]
}

@test "--disk is the limit of /box and /tmp together" {
	options=(--disk 4M)
	inside 'head -c 3M /dev/zero >/tmp/x'
	run inside 'head -c 3M /dev/zero >/box/x && head -c 3M /dev/zero >/tmp/y'
	[[ $status -eq 1 && $output == *'No space left on device'* ]]
}

@test "no more than --disk can be written" {
	options=(--disk 1M)
	((1048576 + 65536 >= $(inside 'head -c 4M /dev/zero >/box/x; cat /box/x | wc -c' 2>/dev/null)))
}

@test "empty files without end are refused too" {
	options=(--disk 1M)
	run inside 'cd /box; seq 6000 | xargs touch'
	[[ $status -ne 0 && $output == *'No space left on device'* ]]
}

@test "the program is user and group 1000, and in no other group" {
	[[ $(inside 'id -u; id -g; id -G; id -un') == $'1000\n1000\n1000\nbox' ]]
	[[ $(inside 'grep -E "^(Uid|Gid|Groups)" /proc/self/status | tr -s "\t " " "') == \
		$'Uid: 1000 1000 1000 1000\nGid: 1000 1000 1000 1000\nGroups: '* ]]
}

@test "the program has no capability in any set" {
	[[ $(inside 'grep -c "Cap.*0000000000000000" /proc/self/status') == 5 ]]
}

@test "there is one network device, lo, and it is up" {
	[[ $(inside 'sed 1,2d /proc/net/dev | cut -d: -f1') == *lo ]]
	run inside 'bash -c ": </dev/tcp/127.0.0.1/1"'
	[[ $output == *'Connection refused'* ]]
}

@test "no other address can be reached" {
	run inside 'bash -c ": </dev/tcp/192.0.2.1/80"'
	[[ $output == *'Network is unreachable'* ]]
}

@test "--network host is the caller's network, none another" {
	outside=$(readlink /proc/self/ns/net)
	[[ $("$REMAND" run --network host -- readlink /proc/self/ns/net) == "$outside" ]]
	[[ $("$REMAND" run --network none -- readlink /proc/self/ns/net) != "$outside" ]]
}

@test "--network host is said aloud, on stderr and in the report" {
	run --separate-stderr "$REMAND" run --network host --report report.json -- true
	[[ $stderr == *'NETWORK OF THE HOST'* ]]
	assert_field network host
}

@test "every namespace is another than the caller's" {
	names=(user pid mnt net ipc uts cgroup)
	inside 'cd /proc/self/ns; readlink user pid mnt net ipc uts cgroup' >their
	(cd /proc/self/ns && readlink "${names[@]}") >ours
	[[ $(wc -l <their) -eq 7 && -z $(comm -12 <(sort their) <(sort ours)) ]]
}

@test "the program is at the root of its own cgroups" { [[ $(inside 'cat /proc/self/cgroup') == '0::/' ]]; }

@test "a relative --chdir does not lead into the caller's directory" {
	mkdir sub
	echo secret >sub/secret
	run "$REMAND" run --chdir sub -- cat secret
	[[ $output != secret && $status -ne 0 ]] || fail "read from the host: $output"
}

@test "a --chdir with .. does not lead out of the cell" {
	for path in . .. ../../../../.. /box/../../..; do
		run "$REMAND" run --chdir "$path" -- sh -c 'ls -A . ; ls -A ..'
		[[ $output != *home* && $output != *bats* ]] || fail "$path: $output"
	done
}

@test "--bind shows a directory read-only under its own path" {
	mkdir -m 777 shown
	echo text >shown/file
	options=(--bind "$PWD/shown")
	[[ $(inside "cat $PWD/shown/file") == text ]]
	run inside "touch $PWD/shown/new"
	[[ $status -ne 0 && $output == *'Read-only file system'* && ! -e shown/new ]]
}

@test "--bind SRC:DST shows it there, and a single file too" {
	echo text >file
	options=(--bind "$PWD:/data/deep" --bind "$PWD/file:/data/one")
	[[ $(inside 'cat /data/deep/file /data/one') == $'text\ntext' ]]
	options=(--bind "$PWD:/data:ro")
	run inside 'touch /data/x'
	[[ $output == *'Read-only file system'* ]]
}

@test "--bind with rw lets the program write" {
	mkdir -m 777 shown
	options=(--bind "$PWD/shown:/data:rw")
	inside 'echo inside >/data/new'
	[[ $(cat shown/new) == inside ]]
}

@test "--bind with rw does not make programs set-user-id or devices usable" {
	requires root
	mkdir -m 777 shown
	mknod -m 666 shown/null c 1 3
	options=(--bind "$PWD/shown:/data:rw")
	run inside 'echo x >/data/null'
	[[ $status -ne 0 && $output == *'Permission denied'* ]]
}

@test "--bind of what is missing is refused before the start" {
	run --separate-stderr "$REMAND" run --bind "$PWD/missing" -- echo started
	[[ $status -eq 125 && -z $output && $stderr == *"$PWD/missing"*'No such file'* ]]
}

@test "--bind over a path of the system hides what was there" {
	mkdir shown
	options=(--bind "$PWD/shown:/usr/share")
	[[ -z $(inside 'ls -A /usr/share') ]]
}

@test "--tmpfs is an empty writable directory of its size" {
	options=(--tmpfs /scratch:1M)
	[[ -z $(inside 'ls -A /scratch; head -c 1000000 /dev/zero >/scratch/x') ]]
	run inside 'head -c 2M /dev/zero >/scratch/x'
	[[ $status -eq 1 && $output == *'No space left on device'* ]]
}

@test "--tmpfs at /dev/shm, --devpts, and a bound on the files of each file system" {
	options=(--disk max --devpts --tmpfs /dev/shm:1M --tmpfs /few:1M:20 --tmpfs /vast:max --tmpfs /free:1M:max)
	# shellcheck disable=SC2016 # for the shell inside
	run -0 inside 'stat -f -c %c /box /tmp /dev/shm /few /vast /free; cd /few; touch $(seq 20); touch one-more || echo full
		echo x >/dev/shm/x; ls /dev/pts; script -qec "tty; ls -1 /dev/pts" /dev/null'
	[[ ${lines[*]//$'\r'} == '1048576 1048576 4352 21 1048576 0 '*' full ptmx /dev/pts/0 0 ptmx' ]] || fail "$output"
	options=()
	[[ $(inside 'ls /dev') != *pt[sm]* ]]
}

@test "--tmpfs without a size has that of --disk" {
	options=(--disk 2M --tmpfs /scratch)
	inside 'head -c 1500000 /dev/zero >/scratch/x'
	run inside 'head -c 4M /dev/zero >/scratch/x'
	[[ $status -eq 1 && $output == *'No space left on device'* ]]
}

@test "--file is seen read-only in /box, under its own or another name" {
	echo text >file
	options=(--file file --file file:other)
	[[ $(inside 'ls -A /box; cat /box/file other') == $'file\nother\ntext\ntext' ]]
	run inside 'echo x >/box/file; rm -f /box/file; mv /box/file /box/x'
	[[ $(cat file) == text ]]
}

@test "--file that only root may read is readable where its bits say so" {
	mkdir -m 700 private
	echo text >private/file
	options=(--file private/file)
	[[ $(inside 'cat file') == text ]]
	chmod 600 private/file
	run inside 'cat file'
	[[ $status -ne 0 && $output == *'Permission denied'* ]]
}

@test "a file that is replaced again and again, as by who installs packages, is one of them" {
	local i replacer
	echo content >replaced
	"$PROGRAMS/replace_static" replaced 3>&- &
	replacer=$!
	for ((i = 0; i < 5; i++)); do
		run "$REMAND" run --file replaced -- cat replaced
		[[ $status -eq 0 && $output == content ]] || break
	done
	kill "$replacer"
	[[ $i -eq 5 ]] || fail "status $status: $output"
}

@test "--file that is missing is refused before the start" {
	run --separate-stderr "$REMAND" run --file missing -- echo started
	[[ $status -eq 125 && -z $output && $stderr == *missing*'No such file'* ]]
}

@test "--work is the caller's directory as /box, read-write" {
	mkdir work
	echo text >work/old
	options=(--work work)
	[[ $(inside 'pwd; cat old; echo changed >old; mkdir new; echo x >new/file') == $'/box\ntext' ]]
	[[ $(cat work/old work/new/file) == $'changed\nx' ]]
}

@test "--file with --work is seen in /file, and nothing is made in the directory" {
	mkdir work
	echo text >file
	options=(--work work --file file)
	[[ $(inside 'cat /file/file; ls -A /box') == text ]]
	[[ -z $(ls -A work) ]]
}

@test "what was made in --work belongs to the directory's owner afterwards" {
	requires root
	for owner in 0:0 1234:2345; do
		rm -rf work
		mkdir work
		chown "$owner" work
		"$REMAND" run --work work -- sh -c 'mkdir -p a/b; echo x >a/b/file; ln -s /etc/shadow a/link'
		[[ $(find work -printf '%U:%G\n' | sort -u) == "$owner" && -f work/a/b/file ]] || fail "$(ls -lR work)"
	done
}

@test "a file of somebody else in --work stays his, unread and unchanged" {
	requires root
	mkdir -m 777 work
	echo secret >work/theirs
	chmod 600 work/theirs
	chown 4321:4321 work/theirs
	run "$REMAND" run --work work -- sh -c 'cat theirs; echo hacked >theirs'
	[[ $output != *secret* && $(cat work/theirs) == secret && $(stat -c %u work/theirs) == 4321 ]]
}

@test "a link in --work leads nowhere on the host" {
	mkdir work
	ln -s "$PWD" work/out
	echo secret >secret
	run "$REMAND" run --work work -- cat out/secret
	[[ $status -ne 0 && $output != *secret*text* ]]
}

@test "--work that is missing or a file is refused before the start" {
	echo >file
	for path in missing file; do
		run --separate-stderr "$REMAND" run --work "$path" -- echo started
		[[ $status -eq 125 && -z $output && $stderr == *work* || $stderr == *"$path"* ]] || fail "$stderr"
	done
}

@test "--collect copies a file of /box out, also from below" {
	custody --collect result:got --collect sub/deep -- sh -c 'echo one >result; mkdir sub; echo two >sub/deep'
	[[ $(cat got deep) == $'one\ntwo' ]]
	assert_field collect_failed null
}

@test "--collect copies every byte" {
	head -c 3M /dev/urandom >data
	custody --file data --collect copy -- cp data copy
	cmp data copy
}

@test "--collect copies also what a limit ended" {
	custody --wall 3s --collect result:got -- sh -c 'echo partial >result; sleep 60'
	assert_verdict wall-limit
	[[ $(cat got) == partial ]]
}

@test "--collect from --work" {
	mkdir work
	custody --work work --collect result:got -- sh -c 'echo text >result'
	[[ $(cat got) == text ]]
}

@test "--collect of what is missing is reported, not fatal" { not_collected missing 'No such file' :; }
@test "--collect follows no link" { not_collected link link 'ln -s /etc/passwd link'; }
@test "--collect follows no link on the way" { not_collected dir/passwd link 'ln -s /etc dir'; }
@test "--collect takes no directory" { not_collected dir 'not a regular file' 'mkdir dir'; }
@test "--collect takes no fifo and does not wait for one" {
	not_collected fifo 'not a regular file' 'mkfifo fifo'
}

@test "--collect does not leave /box" { not_collected ../etc/passwd 'out of /box' :; }

@test "--collect takes no more than --output, and leaves no part of it" {
	mkdir work
	head -c 3000 /dev/zero >work/large
	options=(--work work --output 2000)
	not_collected large 'larger than the output limit' :
}

@test "--collect to where nothing can be written is reported" {
	custody --collect result:missing/got -- sh -c 'echo x >result'
	[[ $status -eq 0 && $(field collect_failed) == *result*'No such file'* ]]
}

@test "what was not collected is said on stderr without being asked" {
	run --separate-stderr "$REMAND" run --collect missing:got -- true
	[[ $status -eq 0 && $stderr == *'not collected: missing'* ]]
}

@test "one file that cannot be collected does not stop the others" {
	custody --collect missing:a --collect result:b -- sh -c 'echo x >result'
	[[ $(cat b) == x && ! -e a ]]
}
