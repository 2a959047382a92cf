# SPDX-License-Identifier: LGPL-2.1-or-later
# tools/bats comes to the results of bats itself, and loses none.

load ../helpers

setup() {
	cp "$BATS_TEST_DIRNAME/bats.sample" "$BATS_TEST_TMPDIR/sample.bats"
	cd "$BATS_TEST_TMPDIR" || return
}

results() {
	grep -E '^(1\.\.|ok|not ok)'
}

@test "every test comes out as under bats" {
	diff <(bats --tap sample.bats | results) <("$repo/tools/bats" sample.bats | results)
}

@test "a failure is told with its command, its place and what was said" {
	run "$repo/tools/bats" sample.bats
	((status == 1))
	[[ $output == *$'# failed: [[ a == b ]]\n'*'sample.bats line 7'*'# before'* ]]
}

# shellcheck disable=SC2016 # for the file that is written
@test "a test whose shell is killed has failed" {
	printf '@test "%s" {\n%s\n}\n' dies 'kill -KILL $BASHPID' lives true >killed.bats
	run "$repo/tools/bats" killed.bats
	((status == 1))
	[[ $output == *'not ok 1 dies'*'ok 2 lives'* ]]
}
