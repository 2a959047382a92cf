# SPDX-License-Identifier: LGPL-2.1-or-later
# Every option's accepted values, seen to work inside. What is refused: refusals.bats.
# Streams, environment, report and cell have files of their own.

load ../helpers

setup() { requires cgroup_v2; }

# in_group FILE ARG...: what FILE of the run's group says while a program runs in it
in_group() {
	local file=$1 up
	shift
	coproc "$REMAND" run "$@" -- sh -c 'echo up; cat'
	read -r up <&"${COPROC[0]}"
	[[ $up == up ]]
	find /sys/fs/cgroup -path "*/run-*/$file" -exec cat {} +
	eval "exec ${COPROC[1]}>&-" # the end of the program's input, and so of the program
	wait "$COPROC_PID"
}

spin='while :; do :; done'

@test "--time is a limit of CPU time" {
	custody --time 100ms --wall 60s -- sh -c "$spin"
	[[ $status -eq 124 ]]
	assert_verdict time-limit
	assert_field limits.time.limit 100000000
}

@test "--wall is a limit of time that passes" {
	custody --wall 100ms -- sleep 60
	[[ $status -eq 124 ]]
	assert_verdict wall-limit
	assert_field limits.wall.limit 100000000
}

@test "--idle is a limit of time in which nothing is computed" {
	custody --idle 200ms --wall 60s -- sleep 60
	[[ $status -eq 124 ]]
	assert_verdict idle-limit
}

@test "--idle does not end a program that computes" {
	custody --idle 300ms --time 1s --wall 60s -- sh -c "$spin"
	assert_verdict time-limit
}

@test "--memory is a limit of the whole group, swap included" {
	[[ $(in_group memory.max --memory 48M) == 50331648 ]]
	[[ $(in_group memory.swap.max --memory 48M) == 0 ]]
	[[ $(in_group memory.oom.group --memory 48M) == 1 ]]
}

@test "--memory ends a program that wants more" {
	custody --memory 16M -- sh -c 'head -c 64M /dev/zero | tail -c 64M'
	[[ $status -eq 124 ]]
	assert_verdict memory-limit
}

@test "--pids refuses the fork that would be one too many" {
	[[ $(in_group pids.max --pids 7) == 7 ]]
	custody --pids 3 -- sh -c 'for i in 1 2 3 4; do sleep 60 & done'
	[[ $output == *[Ff]ork* && $status -ne 124 ]]
	assert_field pids_peak 3
	assert_field evidence.pids.events.max 1
}

@test "--pids-fatal ends the run at the refused fork" {
	custody --pids 3 --pids-fatal -- sh -c 'for i in 1 2 3 4; do sleep 60 & done; wait'
	[[ $status -eq 124 ]]
	assert_verdict pids-limit
}

@test "--cpus is the share of CPU time in each period" {
	[[ $(in_group cpu.max --cpus 0.25) == '25000 100000' ]]
	[[ $(in_group cpu.max --cpus 2) == '200000 100000' ]]
}

@test "--cpuset is where the program runs, and nowhere else" {
	[[ $("$REMAND" run --cpuset 1 -- grep Cpus_allowed_list /proc/self/status) == *:?1 ]]
}

@test "--cpuset with a CPU that is not there is refused" {
	for list in 0-999 1-0; do
		run --separate-stderr "$REMAND" run --cpuset "$list" -- echo started
		[[ $status -eq 125 && -z $output && $stderr == *cpuset*"$list"* ]] || fail "$stderr"
	done
}

@test "--cpuset without any CPU in it is refused, not taken for all of them" {
	run --separate-stderr "$REMAND" run --cpuset , -- echo started
	[[ $status -eq 125 && -z $output && $stderr == *cpuset* ]] || fail "$output $stderr"
}

@test "--output cuts a stream at exactly its size" {
	custody --output 1000 --stdout out -- sh -c 'head -c 1000 /dev/zero'
	[[ $status -eq 0 && $(wc -c <out) -eq 1000 ]]
	custody --output 1000 -- head -c 1001 /dev/zero
	assert_verdict output-limit
	[[ $("$REMAND" run --output 1000 -- head -c 5000 /dev/zero | wc -c) -eq 1000 ]]
}

@test "--output is also the limit of each file" {
	custody --output 1000 -- sh -c 'exec head -c 1001 /dev/zero >/box/file'
	[[ $status -eq 124 ]]
	assert_verdict output-limit
}

@test "--open-files is the number of file descriptors" {
	[[ $("$REMAND" run --open-files 32 -- sh -c 'ulimit -Sn; ulimit -Hn') == $'32\n32' ]]
}

@test "--stack is the size of the stack" {
	[[ $("$REMAND" run --stack 1M -- sh -c 'ulimit -Ss; ulimit -Hs') == $'1024\n1024' ]]
}

@test "--rlimit sets soft and hard limit, both when one is given" {
	[[ $("$REMAND" run --rlimit cpu=7:9 -- sh -c 'ulimit -St; ulimit -Ht') == $'7\n9' ]]
	[[ $("$REMAND" run --rlimit nofile=20 -- sh -c 'ulimit -Sn; ulimit -Hn') == $'20\n20' ]]
}

@test "--rlimit knows every limit of Linux that has an effect, by the name in prlimit(1)" {
	local all=(as=1000M core=0 cpu=5 data=900M fsize=6M locks=7 memlock=8K msgqueue=9 nice=0
		nofile=10 nproc=11 rtprio=0 rttime=12 sigpending=13 stack=1000K)
	run "$REMAND" run "${all[@]/#/--rlimit=}" -- cat /proc/self/limits
	for value in 1048576000 943718400 6291456 7 8192 9 10 11 12 13 1024000; do
		grep -Eq "^Max .* $value +$value +" <<<"$output" || fail "$value is missing: $output"
	done
}

@test "--rlimit takes units and max" {
	[[ $("$REMAND" run --rlimit fsize=1M:max --output max -- sh -c 'ulimit -Sf; ulimit -Hf') == \
		$'2048\nunlimited' ]]
}

@test "--nice is the program's nice value" { [[ $("$REMAND" run --nice 5 -- nice) == 5 ]]; }

@test "--grace lets the program say goodbye at a limit, within that time" {
	custody --wall 3s --grace 60s -- sh -c 'trap "echo bye; exit" TERM; sleep 99 & wait'
	[[ $status -eq 124 && $output == bye ]]
	assert_verdict wall-limit
}

@test "--chdir is where the program starts, /box otherwise" {
	[[ $("$REMAND" run --chdir /tmp -- pwd) == /tmp ]]
	[[ $("$REMAND" run -- pwd) == /box ]]
}

@test "--hostname is the name of the host inside" {
	[[ $("$REMAND" run --hostname judge-7 -- uname -n) == judge-7 ]]
	[[ $("$REMAND" run --hostname "$(printf '%064d' 0)" -- uname -n) == $(printf '%064d' 0) ]]
	[[ $("$REMAND" run -- uname -n) == remand ]]
}

@test "--cgroup is where the group is made" {
	requires root vm
	"$REMAND" run -- true # enables the controllers
	mkdir -p /sys/fs/cgroup/mine
	coproc "$REMAND" run --cgroup /sys/fs/cgroup/mine -- sh -c 'echo up; cat'
	read -r <&"${COPROC[0]}"
	ls -d /sys/fs/cgroup/mine/run-*
}

@test "\$REMAND_CGROUP is where the group is made when there is no --cgroup" {
	requires root vm
	"$REMAND" run -- true
	mkdir -p /sys/fs/cgroup/mine
	coproc env REMAND_CGROUP=/mine "$REMAND" run -- sh -c 'echo up; cat'
	read -r <&"${COPROC[0]}"
	ls -d /sys/fs/cgroup/mine/run-*
}

@test "--cgroup where a controller is missing is refused with its name" {
	requires root vm
	mkdir -p /sys/fs/cgroup/plain/leaf # the upper one hands no controllers down
	run --separate-stderr "$REMAND" run --cgroup /sys/fs/cgroup/plain/leaf -- echo started
	[[ $status -eq 125 && -z $output && $stderr == *controller*memory*'--memory max'* ]]
}

@test "what no limit needs may be missing: max switches the need for a controller off" {
	requires root vm
	mkdir -p /sys/fs/cgroup/plain/leaf
	run "$REMAND" run --cgroup /plain/leaf --memory max --pids max -- echo started
	[[ $status -eq 0 && $output == started ]]
}

@test "--cgroup that is not there or no cgroup is refused" {
	for path in /sys/fs/cgroup/missing missing /etc; do
		run --separate-stderr "$REMAND" run --cgroup "$path" -- echo started
		[[ $status -eq 125 && -z $output && $stderr == *cgroup*"${path##*/}"* ]] || fail "$stderr"
	done
}

@test "max is no limit, and the report claims none" {
	custody --time max --wall max --idle max --memory max --pids max --cpus max --output max \
		--disk max -- true
	[[ $status -eq 0 ]]
	for name in time wall idle memory pids cpus output disk; do
		assert_field "limits.$name" '{"limit":null,"enforced_by":"none"}' || return
	done
}

@test "without options the documented defaults hold" {
	custody -- true
	for pair in time=10000000000 wall=30000000000 idle=null memory=536870912 pids=64 cpus=null \
		output=67108864 disk=67108864 open-files=256 stack=8388608; do
		assert_field "limits.${pair%=*}.limit" "${pair#*=}" || return
	done
}

@test "every unit of time and of size means what the manual says" {
	custody --time 2m --wall 1.5h --idle 90000ms --memory 0.5GiB --output 1.5KB --disk 2MB -- true
	for pair in time=120000000000 wall=5400000000000 idle=90000000000 memory=536870912 \
		output=1500 disk=2000000; do
		assert_field "limits.${pair%=*}.limit" "${pair#*=}" || return
	done
}

@test "an option's letter is the option" {
	custody -t 30 -w 40 -m 5M -p 6 -o 7K -C /tmp -E X=y -q -- sh -c 'pwd; printenv X'
	[[ $output == $'/tmp\ny' ]]
	for pair in time=30000000000 wall=40000000000 memory=5242880 pids=6 output=7168; do
		assert_field "limits.${pair%=*}.limit" "${pair#*=}" || return
	done
}

@test "a value may be joined: --memory=5M, -m5M, -qm5M" {
	for argument in --memory=5M -m5M -qm5M; do
		custody "$argument" -- true
		assert_field limits.memory.limit 5242880 || return
	done
}

@test "of an option given twice the last one counts" {
	custody --pids 5 --pids 6 --hostname a --hostname b -- uname -n
	[[ $output == b ]]
	assert_field limits.pids.limit 6
}

@test "the first word that is no option is the program, and all after it is the program's" {
	run "$REMAND" run echo --version -x --memory y -- z
	[[ $status -eq 0 && $output == '--version -x --memory y -- z' ]]
}

@test "after -- a word with dashes is the program too" {
	run --separate-stderr "$REMAND" run -- --version
	[[ $status -eq 127 && -z $output && $stderr == *' --version: '* ]]
}

@test "an option's value may look like an option" {
	[[ $("$REMAND" run --hostname --help -- uname -n) == --help ]]
}
