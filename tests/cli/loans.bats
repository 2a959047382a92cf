# SPDX-License-Identifier: LGPL-2.1-or-later
# --work on a file system without idmapped mounts (overlayfs): lent to one run, and given back whatever
# becomes of remand. tests/faults kills it at each step of that.

load ../helpers
load background

setup() {
	requires cgroup_v2 root
	cd "$BATS_TEST_TMPDIR" || return
	mkdir lower upper work lent
	# the machine's own file system may be an overlay: no place for another's upper directory
	mount -t tmpfs none upper
	mkdir upper/{upper,work}
	mount -t overlay -o lowerdir=lower,upperdir=upper/upper,workdir=upper/work none lent
	mkdir -p lent/project/part
	chown -R 1234:2345 lent/project
}

teardown() {
	[[ ! ${supervisor-} ]] || kill -KILL "$supervisor" || true
	umount -l "$BATS_TEST_TMPDIR"/lent "$BATS_TEST_TMPDIR"/upper
}

owners() {
	find lent/project -printf '%U:%G\n' | sort -u
}

@test "a directory is lent to one run at a time, and the other is told so" {
	begin --work lent/project "$PROGRAMS/patient_static" waits
	[[ $(owners) != *1234* ]]
	for directory in lent/project lent/project/part; do
		run "$REMAND" run --work "$directory" -- true
		[[ $status -eq 125 && $output == *"$directory is lent to another run"* ]] || fail "$output"
	done
	tell
	finish
	assert_verdict ok
	[[ $(owners) == 1234:2345 ]]
	"$REMAND" run --work lent/project -- touch made
	[[ -e lent/project/made && $(owners) == 1234:2345 ]]
}

@test "a run may see its directory twice, and a part of it again" {
	"$REMAND" run --work lent/project --bind "$PWD/lent/project:/whole:rw" \
		--bind "$PWD/lent/project/part:/part:rw" -- touch /box/one /whole/two /part/three
	[[ -e lent/project/one && -e lent/project/two && -e lent/project/part/three ]]
	[[ $(owners) == 1234:2345 ]]
}

@test "what a killed remand had lent is given back by the next one" {
	begin --work lent/project "$PROGRAMS/patient_static" waits
	kill -KILL "$supervisor"
	wait "$supervisor" || supervisor=
	await_death "$keeper"
	[[ $(owners) != *1234* ]]
	run -0 "$REMAND" run --work lent/project -- stat -c %u:%g .
	[[ $output == 1000:1000 && $(owners) == 1234:2345 ]]
}

@test "where a loan cannot be written down it is refused, or taken with --best-effort" {
	mkdir bare
	mount -t ramfs none bare
	run "$REMAND" run --work bare -- true
	((status == 125)) && [[ $output == *'trusted.remand.loan'*'--best-effort'* ]] || fail "$output"
	run -0 "$REMAND" run --best-effort --work bare -- touch made
	[[ $(stat -c %u bare bare/made) == $'0\n0' ]] || fail "$(ls -lan bare)"
	umount -l bare
}
