# SPDX-License-Identifier: LGPL-2.1-or-later
# stdin, stdout and stderr: where they come from and go to, and what their other ends may do.
# `timeout 300` turns a run that would hang into a failure; nothing is measured with it.

# shellcheck disable=SC2016 # for the shell inside

load ../helpers

setup() {
	requires cgroup_v2
	cd "$BATS_TEST_TMPDIR" || return
}

remand_run() {
	timeout 300 "$REMAND" run "$@"
}

# refused WORD ARG...: 125, one sentence with WORD, nothing started
refused() {
	local word=$1
	shift
	run --separate-stderr remand_run "$@" -- echo started
	[[ $status -eq 125 && -z $output && ${#stderr_lines[@]} -eq 1 && $stderr == *"$word"* ]] ||
		fail "status $status, stdout '$output', stderr '$stderr'"
}

@test "--stdin FILE is what the program reads" {
	printf 'one\ntwo' >input
	[[ $(remand_run --stdin input -- cat) == $'one\ntwo' ]]
}

@test "--stdin null is empty, whatever the caller has" {
	[[ $(echo text | remand_run --stdin null -- wc -c) == 0 ]]
}

@test "--stdin inherit is the caller's, and so it is without the option" {
	[[ $(echo text | remand_run --stdin inherit -- cat) == text ]]
	[[ $(echo text | remand_run -- cat) == text ]]
}

@test "--stdout FILE gets what the program writes, and only that" {
	echo 'something longer that was there before' >out
	run remand_run --stdout out -- echo new
	[[ -z $output && $(cat out) == new ]]
}

@test "--stdout null goes nowhere" {
	run remand_run --stdout null -- echo text
	[[ $status -eq 0 && -z $output ]]
}

@test "--stdout inherit is the caller's" { [[ $(remand_run --stdout inherit -- echo text) == text ]]; }

@test "--stderr FILE and null take only stderr" {
	[[ $(remand_run --stderr err -- sh -c 'echo out; echo err >&2' 2>&1) == out && $(cat err) == err ]]
	[[ $(remand_run --stderr null -- sh -c 'echo out; echo err >&2' 2>&1) == out ]]
}

@test "stdout and stderr stay apart" {
	remand_run -- sh -c 'echo out; echo err >&2' >out 2>err
	[[ $(cat out) == out && $(cat err) == err ]]
}

@test "--stderr stdout keeps the order in which the program wrote" {
	remand_run --stderr stdout -- sh -c 'for i in 1 2 3 4 5 6; do echo o$i; echo e$i >&2; done' >both
	cmp both <(for i in 1 2 3 4 5 6; do echo "o$i"; echo "e$i"; done)
}

@test "--stderr stdout follows --stdout FILE" {
	remand_run --stdout both --stderr stdout -- sh -c 'echo o1; echo e1 >&2; echo o2'
	[[ $(cat both) == $'o1\ne1\no2' ]]
}

@test "what the caller appends to keeps what it has" {
	echo before >log
	remand_run -- echo after >>log
	[[ $(cat log) == $'before\nafter' ]]
}

@test "10 MB pass through two pipes byte by byte" {
	head -c 10M /dev/urandom >data
	remand_run -- cat <data >direct
	# shellcheck disable=SC2002
	cat data | remand_run --report report.json -- cat | cmp - data
	cmp direct data
	[[ $(field stdout_bytes) == 10485760 ]]
}

@test "10 MB pass from file to file byte by byte, and are counted" {
	head -c 10M /dev/urandom >data
	custody --stdin data --stdout copy -- cat
	cmp data copy
	assert_field stdout_bytes 10485760
}

@test "a file that the caller opened for reading and writing is read too" {
	echo text >file
	[[ $(remand_run -- cat <>file) == text ]]
}

@test "what the program does not read of a file stays for the caller" {
	printf 'one\ntwo\n' >in
	chmod 644 in
	[[ $({ remand_run -- true; cat; } <in) == $'one\ntwo' ]]
}

@test "a writer that never stops does not keep a program that never reads" {
	yes | remand_run -- echo text
	[[ ${PIPESTATUS[1]} -eq 0 ]]
}

@test "input that never comes does not delay the end" {
	mkfifo fifo
	exec 8<>fifo
	remand_run -- true <&8
}

@test "a program sees the end of its input when the caller's ends" {
	mkfifo fifo
	printf text >fifo &
	[[ $(remand_run -- cat <fifo) == text ]]
}

@test "with stdin closed by the caller the program reads nothing, and its own output is whole" {
	[[ $(remand_run -- sh -c 'wc -c; echo more' <&-) == $'0\nmore' ]]
}

@test "with stdout closed by the caller the program runs, and nothing of it goes astray" {
	remand_run --report report -- sh -c 'echo astray; echo err >&2' >&- 2>err
	[[ $(cat err) == err ]]
	[[ $(cat report) != *astray* ]]
}

@test "with stderr closed by the caller nothing of it goes astray" {
	remand_run --report report -- sh -c 'echo astray >&2; echo out' 2>&- >out
	[[ $(cat out) == out ]]
	[[ $(cat report) != *astray* ]]
}

@test "with all three closed by the caller the run is an ordinary one" {
	remand_run --report report.json -- sh -c 'echo astray; cat; exit 3' <&- >&- 2>&- || [[ $? -eq 3 ]]
	assert_verdict exit
	[[ $(cat report.json) != *astray* ]]
}

@test "a reader that goes away ends the writer with SIGPIPE" {
	remand_run --report report.json -- yes | head -c 1
	[[ ${PIPESTATUS[0]} -eq 141 ]]
	assert_verdict signal
	assert_field signal PIPE
}

@test "a reader of stderr that goes away ends the writer too" {
	{ remand_run --report report.json -- sh -c 'exec yes >&2' 2>&1 >&9 | head -c 1; } 9>&1
	[[ ${PIPESTATUS[0]} -eq 141 ]]
	assert_field signal PIPE
}

@test "an orphan that holds stdout does not delay the return" {
	[[ $(remand_run -- sh -c 'sleep 60 & echo main') == main ]]
	assert_nothing_left
}

@test "an orphan that holds the caller's file does not delay the return" {
	remand_run --stdout out -- sh -c 'setsid sleep 60 & echo main'
	[[ $(cat out) == main ]]
	assert_nothing_left
}

@test "the program has no terminal, though the caller has one on all three streams" {
	run script -qec "'$REMAND' run --quiet -- sh -c 'for fd in 0 1 2; do
		[ ! -t \$fd ] || echo tty \$fd; done; [ -e /dev/tty ] || echo none'" /dev/null </dev/null
	[[ $output == *none* && $output != *'tty '[012]* ]] || fail "$output"
}

@test "what is typed on the caller's terminal arrives" {
	run script -qec "'$REMAND' run --quiet -- sh -c 'read -r x; echo got \$x'" /dev/null <<<typed
	[[ $output == *'got typed'* ]]
}

@test "the terminal is left as it was" {
	run script -qec "stty -g; '$REMAND' run --quiet -- true; stty -g" /dev/null </dev/null
	[[ ${#lines[@]} -eq 2 && ${lines[0]} == "${lines[1]}" ]]
}

@test "--stdin takes a FIFO" {
	mkfifo fifo
	exec 8<>fifo
	echo text >&8
	[[ $(remand_run --stdin fifo -- head -n 1) == text ]]
}

@test "--stdin with a FIFO that nobody writes to does not hang before the start" {
	mkfifo fifo
	[[ $(remand_run --stdin fifo -- sh -c 'echo up') == up ]]
}

@test "--stdout takes a FIFO that somebody reads" {
	mkfifo fifo
	exec 8<>fifo
	remand_run --stdout fifo -- echo text
	read -r -t 10 line <&8
	[[ $line == text ]]
}

@test "--stdout with a FIFO that nobody reads is refused, not waited for" {
	mkfifo fifo
	refused fifo --stdout fifo
}

@test "--stdin that is missing or a directory is refused by its name" {
	refused missing --stdin missing
	refused "$PWD" --stdin "$PWD"
}

@test "--stdout and --stderr that cannot be made are refused by their name" {
	refused missing/out --stdout missing/out
	refused missing/err --stderr missing/err
	refused "$PWD" --stdout "$PWD"
}

@test "the caller's full device is an error of the run, not of the program" {
	run --separate-stderr bash -c '"$REMAND" run --report report.json -- echo text >/dev/full'
	[[ $status -eq 125 && $stderr == *'No space left'* && ${#stderr_lines[@]} -eq 1 ]]
	assert_verdict internal-error
	assert_field start_error.errno ENOSPC
}

@test "--stdout with a full device is an error of the run too" {
	custody --stdout /dev/full -- echo text
	[[ $status -eq 125 ]]
	assert_verdict internal-error
	assert_nothing_left
}

@test "a stream that goes nowhere is not counted, one that is not used has 0" {
	custody --stdout null -- echo text
	assert_field stdout_bytes null
	assert_field stderr_bytes 0
}

@test "stdout and stderr are counted apart" {
	custody -- sh -c 'printf 12345; printf 123 >&2'
	assert_field stdout_bytes 5
	assert_field stderr_bytes 3
}
