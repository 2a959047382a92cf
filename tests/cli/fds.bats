# SPDX-License-Identifier: LGPL-2.1-or-later
# File descriptors: the program has 0, 1 and 2, and no others.

# shellcheck disable=SC2016 # for the shell inside

load ../helpers

setup() { requires cgroup_v2; }

# what is open in a shell that the run starts; dash has none of its own with -c
inside() {
	"$REMAND" run "$@" -- dash -c 'ls /proc/$$/fd'
}

# many COMMAND...: with a thousand descriptors more, of every kind
many() (
	ulimit -n 2048
	for ((i = 0; i < 997; i++)); do exec {fd}</etc/passwd; done
	exec {fd}</root {fd}<>/dev/null {fd}> >(cat)
	"$@"
)

@test "a program sees 0, 1 and 2 only" { [[ $(inside) == $'0\n1\n2' ]]; }
@test "it sees no more when the caller has a thousand open" { [[ $(many inside) == $'0\n1\n2' ]]; }

@test "it sees no more with files, a work directory and binds" {
	mkdir "$BATS_TEST_TMPDIR/work"
	[[ $(inside --work "$BATS_TEST_TMPDIR/work" --file /etc/hostname --bind /etc:/host) == $'0\n1\n2' ]]
}

@test "it does not see the report's, however the caller gave it" {
	[[ $(inside --report fd:9 9>"$BATS_TEST_TMPDIR/report.json") == $'0\n1\n2' ]]
	[[ $(inside --report "$BATS_TEST_TMPDIR/report.json") == $'0\n1\n2' ]]
}

@test "it has all three also when the caller has none" {
	inside --report "$BATS_TEST_TMPDIR/report.json" --stdout "$BATS_TEST_TMPDIR/out" <&- >&- 2>&-
	[[ $(cat "$BATS_TEST_TMPDIR/out") == $'0\n1\n2' ]]
}

@test "none of them leads to a file that was given for another stream" {
	run "$REMAND" run --stdin /etc/passwd --stderr "$BATS_TEST_TMPDIR/err" -- \
		dash -c 'for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done'
	# outputs go through remand's own pipes: the program never holds the caller's file
	[[ ! -s $BATS_TEST_TMPDIR/err && ${#lines[@]} -eq 3 && ${lines[0]} == /etc/passwd ]] || fail "$output"
	[[ ${lines[1]} == pipe:* && ${lines[2]} == pipe:* && ${lines[1]} != "${lines[2]}" ]] || fail "$output"
}

@test "a caller that is out of descriptors gets an error sentence, and nothing is left" {
	run --separate-stderr bash -c 'ulimit -n 12; exec "$REMAND" run -- true'
	[[ $status -eq 125 && $stderr == *'Too many open files'* ]] || fail "$status $stderr"
	assert_nothing_left
}
