# SPDX-License-Identifier: LGPL-2.1-or-later
# Services: start, stop, restart, status, kill. What runs is told by a lock, and by nothing else.
# shellcheck disable=SC2016 # $ is for the shell inside

load ../helpers
load background

# Where groups cannot be limited, those limits are off.
limits=()

setup() {
	requires root
	has cgroup_v2 || limits=(--memory max --pids max)
	cd "$BATS_TEST_TMPDIR" || return
	export REMAND_STATE_DIR=$BATS_TEST_TMPDIR/services
	mkdir box
}

# Services that a failed test left.
teardown() {
	local dir
	for dir in "$BATS_TEST_TMPDIR"/services/*/; do
		dir=${dir%/}
		"$REMAND" stop "${dir##*/}" --grace 0 2>/dev/null || true
	done
}

# start NAME [OPTION...] -- SCRIPT: a shell in custody that says `echo >&3` when it is ready
start() {
	local options=("${@:1:$#-2}")
	"$REMAND" start "${options[@]}" "${limits[@]}" --work box --ready-fd 3 -- sh -c "${!#}"
}

# eventually COMMAND...: until it succeeds
eventually() {
	local i
	for ((i = 0; i < 600; i++)); do
		! "$@" || return 0
		sleep 0.05 # a shell has no poll(2)
	done
	fail "never: $*"
}

has_got() { [[ -e box/got && $(sort -u box/got) == "$1" ]]; }

# Waits without using a signal up.
idle='while :; do wait; done'

# look NAME MEMBER: of its status
look() {
	"$REMAND" status "$1" >status.json || true
	"$PROGRAMS/jsonget" status.json "$2"
}

# The supervisor, and all that live below it, in $supervisor and $family.
find_family() {
	supervisor=$(look "$1" supervisor)
	family=()
	descend "$supervisor"
}

descend() {
	local pid children
	read -r children < <(cat "/proc/$1/task/$1/children" && echo)
	for pid in $children; do
		family+=("$pid")
		descend "$pid"
	done
}

assert_gone() {
	local pid
	((${#family[@]} > 1))
	for pid in "${family[@]}"; do
		[[ ! -e /proc/$pid ]] || fail "$pid: $(tr '\0' ' ' <"/proc/$pid/cmdline")" || return
	done
}

@test "a start that fails says so, with the status of the failure" {
	run -127 "$REMAND" start x "${limits[@]}" -- /nonexistent
	[[ $output == 'remand: x: not-started: cannot execute /nonexistent: No such file or directory'* ]]
	run -126 "$REMAND" start x "${limits[@]}" -- /etc/passwd
	run -125 "$REMAND" start x "${limits[@]}" --stdin no-such-file -- true
	run -125 "$REMAND" start x "${limits[@]}" --stdout inherit -- true
	run -125 "$REMAND" start ../x "${limits[@]}" -- true
	run -125 "$REMAND" start x --ready-fd 2 -- true
	run -3 "$REMAND" status x
	run -125 "$REMAND" restart x
	[[ $output == *'never started'* ]]
	run -0 "$REMAND" start x "${limits[@]}" -- true
}

@test "a start waits for readiness, and an end is none" {
	run -125 start x -- 'exit 1'
	[[ $output == *'descriptor 3'* ]]
	run -125 start x -- 'printf almost >&3; exec 3>&-; sleep 1000'
	run -3 "$REMAND" status x
	run -0 start x -- 'sleep 0.5; echo up >up; echo >&3; sleep 1000'
	[[ $(<box/up) == up ]]
	run -0 "$REMAND" status x
}

@test "a start that is killed before the service is ready leaves nothing" {
	start x -- 'echo up >up; sleep 1000' 3>&- &
	local starter=$!
	eventually test -s box/up
	find_family x
	[[ $(look x state) == starting ]]
	# the shell function runs in a shell of its own: its child is the command
	read -r child _ < <(cat "/proc/$starter/task/$starter/children" && echo)
	kill -KILL "${child:-$starter}"
	wait "$starter" || true
	await_death "$supervisor"
	assert_gone
}

@test "a service has a session of its own, no terminal, the umask 022 and null streams" {
	local caller ids
	start=("$REMAND" start x "${limits[@]}" --isolation none --ready-fd 3 -- sh -c
		'cat /proc/self/stat >box/stat; ls -l /proc/self/fd >box/fds; echo >&3; sleep 1000')
	(umask 077 && script -qec "$(printf '%q ' "${start[@]}")" /dev/null 3>&- 7>leaked)
	find_family x
	run ! grep -E '/dev/(tty|pts)|leaked' <(ls -l "/proc/$supervisor/fd")
	read -ra caller </proc/self/stat
	read -ra ids <box/stat
	((ids[5] != caller[5] && ids[6] == 0)) || fail "session ${ids[5]}, terminal ${ids[6]}"
	read -ra ids <"/proc/$supervisor/stat"
	((ids[5] == supervisor && ids[6] == 0)) || fail "supervisor: session ${ids[5]}, terminal ${ids[6]}"
	[[ $(grep -c ' [012] -> /dev/null$' box/fds) -ge 2 ]] || fail "$(<box/fds)"
	"$REMAND" stop x --grace 0
	(umask 077 && start x -- 'umask >umask; echo >&3; sleep 1000')
	[[ $(<box/umask) == 0022 ]]
	[[ $(stat -c %a services services/x services/x/command) == $'700\n700\n600' ]]
}

@test "of eight starts at once one wins" {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		{
			"$REMAND" start x "${limits[@]}" -- sleep 1000 2>"said.$i" && status=0 || status=$?
			echo "$status" >"status.$i"
		} 3>&- &
	done
	wait
	[[ $(sort status.* | uniq -c | tr -s ' \n' ' ') == ' 1 0 7 1 ' ]] || fail "$(cat status.* said.*)"
	[[ $(cat said.* | sort -u) == 'remand: x: already running' ]]
}

@test "a service whose supervisor is killed is gone, and nothing is in the way of the next" {
	start x -- "setsid sleep 1000 & echo >&3; $idle"
	find_family x
	kill -KILL "$supervisor"
	await_death "$supervisor" "${family[@]}"
	run -3 "$REMAND" status x
	[[ -e services/x/socket ]]
	run -1 "$REMAND" stop x
	run -1 "$REMAND" kill x
	run -0 start x -- 'echo >&3; sleep 1000'
	# The service itself is killed: nobody has to clean up.
	run -0 "$REMAND" kill x -s KILL
	await_death "$(look x supervisor | grep -v null || echo 1000000000)"
	run -3 "$REMAND" status x
	[[ $output == *'"verdict":"signal"'* ]]
}

@test "who ignores SIGTERM is gone after the grace time, whatever session it fled to" {
	start x -- 'trap "" TERM; setsid sh -c "setsid sleep 1000 & echo >&3; sleep 1000" & sleep 1000'
	find_family x
	run -0 "$REMAND" stop x --grace 0.3s
	assert_gone
	[[ ! -e /proc/$supervisor ]] || await_death "$supervisor"
	run -1 "$REMAND" stop x
	[[ $output == 'remand: x: not running' ]]
}

@test "who heeds SIGTERM has the time for it, also when it was stopped" {
	start x -- 'trap "echo bye >bye; exit 0" TERM; echo >&3; while :; do sleep 1000 & wait; done'
	run -0 "$REMAND" kill x -s STOP
	run -0 "$REMAND" stop x --grace 1m
	[[ $(<box/bye) == bye ]]
}

@test "a signal reaches every process, whatever session it fled to" {
	start x -- "trap 'echo shell >>got' USR1
		setsid sh -c 'trap \"echo child >>got\" USR1; echo >&3; while :; do sleep 1000 & wait; done' & $idle"
	run -0 "$REMAND" kill x -s USR1
	eventually has_got $'child\nshell'
	run -125 "$REMAND" kill x -s NONSENSE
	run -0 "$REMAND" status x
}

has_state() { [[ $(look "$1" state) == "$2" ]]; }

@test "a service that is stopped by signal is frozen and uses no CPU time, and goes on with CONT" {
	local used
	run -0 start x --wall 1h -- 'setsid sh -c "while :; do :; done" & echo >&3; while :; do :; done'
	run -0 "$REMAND" kill x -s STOP
	eventually has_state x frozen
	used=$(look x cpu_ns)
	for _ in 1 2 3; do [[ $(look x cpu_ns) == "$used" ]]; done
	run -0 "$REMAND" kill x -s CONT
	eventually has_state x running
	eventually has_used_more "$used"
	run -0 "$REMAND" stop x --grace 0
}

has_used_more() { (($(look x cpu_ns) > $1)); }

@test "a restart is the same service with the same words, directory and environment" {
	GREETING=hello start x --env GREETING --pids 7 -- 'echo "$GREETING" >>greetings; echo >&3; sleep 1000' ||
		requires cgroup_v2
	local before
	before=$(look x supervisor)
	cp status.json before.json
	cd / || return
	run -0 "$REMAND" restart x
	cd "$BATS_TEST_TMPDIR" || return
	[[ $(<box/greetings) == $'hello\nhello' ]]
	[[ $(look x supervisor) != "$before" ]]
	[[ $(grep -o '"argv":\[[^]]*\]' status.json) == "$(grep -o '"argv":\[[^]]*\]' before.json)" ]]
	[[ $(<status.json) == *'"--pids","7"'* ]]
	"$REMAND" stop x --grace 0
	run -0 "$REMAND" restart x
	[[ $(look x state) == running ]]
}

@test "a restart begins when the last process of the service has let go of what it held" {
	start x -- 'setsid sh -c "trap \"\" TERM; exec 9>held; flock -n 9 && echo mine >>locks; echo >&3; sleep 1000" & wait'
	run -0 "$REMAND" restart x --grace 0.3s
	[[ $(<box/locks) == $'mine\nmine' ]] || fail "$(<box/locks)"
	run -0 "$REMAND" status x
}

@test "status says who runs, and its exit status too" {
	start x -- 'echo >&3; sleep 1000'
	run -0 "$REMAND" start y "${limits[@]}" -- true
	await_death "$(look y supervisor | grep -v null || echo 1000000000)"
	run -0 "$REMAND" status x
	[[ $output == *'"state":"running"'*'"wall_ns":'[0-9]*'"result":null'* ]]
	! has cgroup_v2 || [[ $output == *'"memory_bytes":'[0-9]*'"pids":'[0-9]* ]]
	run -3 "$REMAND" status y
	[[ $output == *'"state":"stopped"'*'"verdict":"ok"'*'"time":{"limit":null'*'"wall":{"limit":null'*'"output":{"limit":null'* ]]
	run -3 "$REMAND" status z
	run -0 "$REMAND" status --format text
	[[ ${lines[0]} == 'NAME '* && ${lines[1]} == 'x '*' running '* && ${lines[2]} == 'y '*' stopped '* ]]
	chmod 755 services
	run -4 "$REMAND" status x
	chmod 700 services
}

@test "a supervisor that was stopped hears a stop all the same, and the service has its time" {
	start x -- "trap 'echo term >>got; exit' TERM; echo >&3; $idle"
	kill -STOP "$(look x supervisor)"
	run -0 timeout 300 "$REMAND" stop x --grace 200s
	has_got term
	[[ ! $output ]]
	run -3 "$REMAND" status x
	[[ $output == *'"verdict":"cancelled"'* ]]
}

@test "a supervisor that cannot be roused is killed, and the service goes with it" {
	has cgroup_v2 || skip 'nothing else holds a process so that SIGCONT does not help'
	start x -- "trap '' TERM; echo >&3; $idle"
	find_family x
	mkdir /sys/fs/cgroup/held
	echo "$supervisor" >/sys/fs/cgroup/held/cgroup.procs
	echo 1 >/sys/fs/cgroup/held/cgroup.freeze
	run -0 timeout 300 "$REMAND" stop x
	[[ $output == *'x: its supervisor does not answer and is killed' ]]
	await_death "${family[@]}"
	rmdir /sys/fs/cgroup/held
	run -3 "$REMAND" status x
}

@test "the supervisor hears out a client who talks nonsense" {
	start x -- 'echo >&3; sleep 1000'
	run -0 --separate-stderr perl -MSocket -e 'for (@ARGV[1..$#ARGV]) {
		socket(S, AF_UNIX, SOCK_SEQPACKET, 0) && connect(S, sockaddr_un($ARGV[0])) && send(S, $_, 0) or die "$!";
		recv(S, $answer, 100, 0); print "<$answer>"; }' \
		services/x/socket 'signal 9x' 'signal' 'signal 99999999999999999999' 'signal -1' stop 'stop max' \
		"$(printf '%02000d' 0)" statusstatus
	[[ $output == '<><><><><><><><>' ]] || fail "$output"
	run -0 "$REMAND" status x
}

@test "a pid file is written for others and never believed" {
	echo precious >victim
	ln -s victim pid
	run -0 start x --pidfile pid -- "trap 'exit 0' TERM; echo >&3; $idle"
	[[ ! -L pid && $(<victim) == precious && $(<pid) == "$(look x supervisor)" && $(stat -c %a pid) == 644 ]]
	echo $$ >pid # an innocent: ourselves
	run -0 "$REMAND" stop x
	run -3 "$REMAND" status x
	[[ ! -e pid ]]
	echo $$ >pid # stale, and of somebody who lives
	run -3 "$REMAND" status x
	run -0 start x --pidfile pid -- 'echo >&3; sleep 1000'
	[[ $(<pid) == "$(look x supervisor)" ]]
	find_family x
	kill -KILL "$supervisor"
	await_death "$supervisor" "${family[@]}"
	[[ -s pid ]]
	run -0 start x --pidfile pid -- 'echo >&3; sleep 1000'
	[[ $(<pid) == "$(look x supervisor)" && $(<pid) != "$supervisor" ]]
	echo other >new
	mv new pid # another's by now
	run -0 "$REMAND" stop x --grace 0
	[[ $(<pid) == other && $(echo pid.*) == 'pid.*' ]]
}

@test "a pid file that cannot be written is 125 and a sentence, and nothing has started" {
	run -125 start x --pidfile no-such-dir/pid -- 'echo began >began; echo >&3; sleep 1000'
	[[ $output == 'remand: x: cannot write the pid file no-such-dir/pid: No such file or directory' ]] || fail "$output"
	run -3 "$REMAND" status x
	[[ ! -e box/began ]]
	run -127 "$REMAND" start x "${limits[@]}" --pidfile pid -- /nonexistent
	[[ ! -e pid ]]
}
