# SPDX-License-Identifier: LGPL-2.1-or-later
# The report: every member of schema 1, where it goes, its form for people.

load ../helpers

setup() {
	requires cgroup_v2
	cd "$BATS_TEST_TMPDIR" || return
}

# assert_like MEMBER REGEX
assert_like() {
	local got
	got=$(field "$1") || return
	[[ $got =~ ^($2)$ ]] || fail "$1 is $got"
}

@test "every member of schema 1 is there and of its type" {
	custody -- echo text
	for pair in schema=1 id=run-.+ verdict=ok reason=.+ 'evidence=\{.*\}' exit_code=0 signal=null \
		core_dumped=false raw_status=0 'limits=\{.+\}' isolation=full network=none \
		policy=default 'pressure=\{.+\}' 'trustworthy_time=true|false' denied=null \
		start_error=null collect_failed=null; do
		assert_like "${pair%%=*}" "${pair#*=}" || return
	done
}

@test "every time, size and count is a whole number" {
	custody -- echo text
	for name in cpu_ns user_ns system_ns wall_ns memory_peak_bytes pids_peak stdout_bytes \
		stderr_bytes pressure.cpu_some_ns pressure.memory_some_ns pressure.io_some_ns; do
		assert_like "$name" '[0-9]+' || return
	done
}

@test "each limit has its value and what enforced it" {
	custody --idle 9s --cpus 1 -- true
	for pair in time=cgroup wall=watch idle=watch memory=cgroup pids=cgroup cpus=cgroup \
		output=watch disk=tmpfs open-files=rlimit stack=rlimit; do
		assert_like "limits.${pair%=*}.limit" '[0-9]+' &&
			assert_field "limits.${pair%=*}.enforced_by" "${pair#*=}" || return
	done
}

@test "user and system time add up to the CPU time" {
	custody -- sh -c 'seq 100000 | wc'
	local difference=$(($(field cpu_ns) - $(field user_ns) - $(field system_ns)))
	((difference >= -2000 && difference <= 2000)) || fail "$difference ns"
	(($(field cpu_ns) > 0))
}

@test "the CPU time of grandchildren counts" {
	custody --time 200ms -- sh -c '(while :; do :; done) & wait'
	assert_verdict time-limit
	(($(field cpu_ns) >= 200000000))
}

@test "the peak of memory is that of the program" {
	custody --time max --wall max -- sh -c 'head -c 20M /dev/zero | tail -c 20M | wc -c'
	(($(field memory_peak_bytes) >= 20971520 && $(field memory_peak_bytes) < 100000000))
}

@test "the peak of processes is that of the program" {
	custody -- sh -c 'sleep 60 & sleep 60 & sleep 60 &'
	assert_field pids_peak 4
}

@test "a non-zero status is the verdict exit" {
	custody -- sh -c 'exit 42'
	assert_verdict exit
	assert_field exit_code 42
	assert_field raw_status 10752
	assert_field reason 'exited with status 42'
}

@test "an exit code that --ok names is a success, one that it does not name is none, 0 neither" {
	custody --ok 0,3 -- sh -c 'exit 3'
	[[ $status -eq 0 ]] || fail "status $status"
	assert_verdict ok && assert_field exit_code 3 && assert_field raw_status 768
	custody --ok 1,3-5 -- sh -c 'exit 2'
	[[ $status -eq 2 ]] || fail "status $status"
	assert_verdict exit
	custody --ok 3 -- true
	[[ $status -eq 1 ]] || fail "status $status"
	assert_verdict exit && assert_field exit_code 0
}

@test "no --ok makes a success of a missing program, a signal or a limit" {
	custody --ok 0-255 -- /missing
	[[ $status -eq 127 ]] && assert_verdict not-started
	custody --ok 0-255 -- sh -c 'kill -KILL $$'
	[[ $status -eq 137 ]] && assert_verdict signal
	custody --ok 0-255 --wall 1s -- sleep 1000
	[[ $status -eq 124 ]] && assert_verdict wall-limit
	custody --ok 256 -- true
	[[ $status -eq 125 ]]
}

@test "a signal has its name, and no exit status" {
	custody -- sh -c 'kill -SEGV $$'
	assert_verdict signal
	assert_field signal SEGV
	assert_field exit_code null
	assert_field core_dumped false
}

@test "a limit's verdict comes with the evidence" {
	custody --memory 16M -- sh -c 'head -c 64M /dev/zero | tail -c 64M'
	assert_field evidence.memory.events.oom_kill "$(field evidence.memory.events.oom_kill)"
	(($(field evidence.memory.events.oom_kill) >= 1))
	assert_like reason 'used [0-9]+ of 16777216 bytes'
}

@test "what was not started has no time, no status, and the error" {
	custody -- /missing
	assert_verdict not-started
	for name in exit_code signal raw_status wall_ns; do assert_field "$name" null || return; done
	assert_field start_error.stage exec
	assert_field start_error.errno ENOENT
	assert_field start_error.message 'cannot execute /missing: No such file or directory'
}

@test "what was refused before the start is reported too" {
	custody --bind /missing -- true
	[[ $status -eq 125 ]]
	assert_verdict not-started
	assert_field start_error.stage cell
	assert_field start_error.errno ENOENT
}

@test "two runs have two ids" {
	custody -- true
	first=$(field id)
	custody -- true
	[[ $first != "$(field id)" ]]
}

@test "the report is one line" {
	custody -- true
	[[ $(wc -l <report.json) -eq 1 && $(head -c 1 report.json) == '{' ]]
}

@test "names that are no text leave the report valid" {
	custody -- $'/missing-\xff"\n\x01'
	assert_verdict not-started
	assert_like start_error.message 'cannot execute /missing-.*No such file or directory'
}

@test "the report replaces an older one" {
	head -c 100000 /dev/zero >report.json
	"$REMAND" run --report report.json -- true
	assert_verdict ok
}

@test "the report is never mixed into the program's output" {
	run --separate-stderr "$REMAND" run --report report.json -- echo text
	[[ $output == text && -z $stderr ]]
	[[ $("$REMAND" run -- echo text) == text ]]
}

@test "--report fd:N is written there" {
	"$REMAND" run --report fd:9 -- echo text 9>report.json >out
	assert_verdict ok
	[[ $(cat out) == text ]]
}

@test "--report fd:N appends behind what the caller wrote" {
	{ echo '# mine'; "$REMAND" run --report fd:9 -- true; echo '# end' >&9; } 9>all >&9
	[[ $(sed -n '1p;$p' all) == $'# mine\n# end' && $(wc -l <all) -eq 3 ]]
}

@test "a report that cannot be written in the end is 125 and a sentence" {
	run --separate-stderr "$REMAND" run --report /dev/full -- true
	[[ $status -eq 125 && $stderr == *report* ]]
}

@test "the sentence says where the report could not be written, and why" {
	run --separate-stderr "$REMAND" run --report /dev/full -- true
	[[ $stderr == *'/dev/full: No space left on device'* ]]
}

@test "--format text is the line for people" {
	"$REMAND" run --report out --format text -- sh -c 'exit 3' || [[ $? -eq 3 ]]
	grep -Ex 'exit: exited with status 3 · cpu [0-9.]+s · wall [0-9.]+s · memory [0-9.]+[BKM] · program sh' out
}

@test "the usage of the program itself is labelled, and a line of the text with --verbose" {
	"$REMAND" run --report out --format text --verbose --quiet -- true
	[[ $(grep -c "" out) -eq 2 ]]
	grep -E '^root process: user [0-9.]+s · system [0-9.]+s .*· faults [0-9]+ minor [0-9]+ major · switches ' out
	custody -- true
	for member in user_ns system_ns minor_faults major_faults voluntary_switches involuntary_switches read_bytes written_bytes; do
		[[ $(field "root.$member") =~ ^[0-9]+$ ]] || fail "$member"
	done
	(($(field root.minor_faults) > 0))
	custody -- /missing
	assert_field root null
}

@test "--format json is the default" {
	custody --format json -- true
	assert_verdict ok
}

@test "the line for a memory limit says what was used of what, and the evidence" {
	run --separate-stderr "$REMAND" run --verbose --memory 16M -- sh -c 'head -c 64M /dev/zero | tail -c 64M'
	[[ $stderr == 'remand: memory-limit: used '*' of 16.0M (memory.events.oom_kill '[1-9]*') · cpu '* ]]
}

@test "an ordinary run says nothing on stderr that is no terminal" {
	for code in 0 1 137; do
		run --separate-stderr "$REMAND" run -- sh -c "exit $code"
		[[ $status -eq $code && -z $stderr ]]
	done
}

@test "on a terminal there is one line about the run" {
	run script -qec "'$REMAND' run -- true" /dev/null </dev/null
	[[ ${#lines[@]} -eq 1 && $output == 'remand: ok: exited with status 0 · cpu '* ]]
}

@test "--verbose says the line anywhere" {
	run --separate-stderr "$REMAND" run --verbose -- true
	[[ ${#stderr_lines[@]} -eq 1 && $stderr == 'remand: ok: exited with status 0 · cpu '* ]]
}

@test "--quiet says nothing on a terminal either" {
	run script -qec "'$REMAND' run --quiet -- true" /dev/null </dev/null
	[[ -z $output ]]
}

@test "--quiet says nothing about a program that could not be started, but the status does" {
	run "$REMAND" run --quiet -- /etc
	[[ $status -eq 126 && -z $output ]]
}

@test "a program that could not be started is told of without being asked" {
	run --separate-stderr "$REMAND" run -- /etc
	[[ $status -eq 126 && ${#stderr_lines[@]} -eq 1 && $stderr == 'remand: not-started: '* ]]
}
