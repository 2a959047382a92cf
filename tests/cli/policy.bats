# SPDX-License-Identifier: LGPL-2.1-or-later
# remand policy: which policies there are, what they say, what their filters answer. Starts no program,
# but for the last test.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

@test "policy list names what is built in and what is found, with its file" {
	printf 'pids 1\n' >mine.policy
	printf 'x' >'not a name.policy'
	REMAND_POLICY_PATH=$PWD run -0 "$REMAND" policy list
	[[ ${lines[0]} == default*'built in' ]]
	[[ $output == *$'\n'mine*REMAND_POLICY_PATH*"$PWD/mine.policy"* && $output != *'not a name'* ]]
	run -0 "$REMAND" policy list
	[[ $output == *$'\n'compute*policies/compute.policy* ]]
}

@test "policy show prints the file, and the members of a group" {
	run -0 "$REMAND" policy show compute
	diff <(printf '%s\n' "$output" | tail -n +2) "$repo/policies/compute.policy"
	run -0 "$REMAND" policy show default
	diff <(printf '%s\n' "$output") "$repo/policies/default.policy"
	run -0 "$REMAND" policy show @keyring
	[[ $output == *$'\nadd_key\nkeyctl\nrequest_key' ]]
	printf 'pids 1\n\e[2J' >evil.policy
	run -0 "$REMAND" policy show ./evil.policy
	[[ $output == *'?[2J'* && $output != *$'\e'* ]]
	run -125 "$REMAND" policy show @nothing
	run -125 "$REMAND" policy show nothing
}

@test "policy test tells what the compiled filter answers" {
	run -0 "$REMAND" policy test compute read 'openat(AT_FDCWD, 0, O_RDONLY)'
	[[ ${lines[0]} == read*allow && ${lines[1]} == openat*allow ]]
	run -1 "$REMAND" policy test compute 'openat(AT_FDCWD, 0, O_WRONLY+O_CREAT)' openat clone3 socket
	[[ ${lines[0]} == *EPERM && ${lines[1]} == *'by arguments' && ${lines[2]} == *ENOSYS ]]
	printf 'kill ptrace\n' >mine.policy
	run -1 "$REMAND" policy test ./mine.policy ptrace
	[[ $output == ptrace*kill ]]
	for call in nocall 'read(' 'read(1,' 'read(x)' 'read(1)x' 'read(1,2,3,4,5,6,7)' ''; do
		run -125 "$REMAND" policy test compute "$call"
	done
}

@test "policy says how it is used, and refuses what it does not know" {
	run -0 "$REMAND" policy --help
	[[ $output == *'policy test NAME'* ]]
	for arguments in '' 'list x' show 'show a b' test 'test default' what; do
		# shellcheck disable=SC2086
		run -125 "$REMAND" policy $arguments
	done
}

@test "trusted has the caller's files and environment, and no rules that nobody would keep" {
	requires root
	printf 'here\n' >file
	MARK=yes run -0 "$REMAND" run --policy trusted --quiet -- sh -c "cat $PWD/file; echo \$MARK"
	[[ $output == $'here\nyes' ]] || fail "$output"
	run -125 "$REMAND" run --policy trusted --deny ptrace -- true
	[[ $output == *'no filter'* ]]
}

@test "policy learn writes a policy under which the same program runs, and another does not" {
	requires root
	program='mkdir /tmp/x && ls / >/dev/null && echo well'
	"$REMAND" policy learn --memory max --pids max -- sh -c "$program" >learned.policy 2>said
	[[ $(<said) == well ]]
	run -0 "$REMAND" run --memory max --pids max --policy ./learned.policy -- sh -c "$program"
	[[ $output == well ]]
	run "$REMAND" run --memory max --pids max --policy ./learned.policy -- ln -s a b
	[[ $status -ne 0 && $output == *'Operation not permitted'* ]] || fail "$output"
	run -1 "$REMAND" policy test ./learned.policy mkdir mkdirat vfork clone socket 'ioctl(0, TIOCSTI)' clone3
	[[ $(printf '%s\n' "$output" | awk '{ print $NF }' | paste -sd ' ') == 'arguments arguments allow arguments EPERM EPERM ENOSYS' ]] ||
		fail "$output"
	run -125 "$REMAND" policy learn --memory max --pids max -- no-such-program
}
