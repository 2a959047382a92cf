# SPDX-License-Identifier: LGPL-2.1-or-later
# The shipped policies as they are read; with the real thing they run in tests/runtimes.

load ../helpers

# Each policy but default and compute: those that a kind of program is run under.
languages() {
	basename -s .policy "$repo"/policies/*.policy | grep -vxE 'default|compute|trusted'
}

# answer PLAN GROUP: what most of the group's calls get
answer() {
	"$PROGRAMS/jsonget" "$1" "syscalls.groups.$2.answer"
}

@test "each shipped policy is read, and says what was measured and why" {
	local name
	for name in $(languages); do
		"$REMAND" show --policy "$name" >/dev/null || fail "$name"
		grep -q 'Measured' "$repo/policies/$name.policy" || fail "$name does not say what it needs"
	done
}

@test "no shipped policy kills: runtimes probe, and are answered" {
	run ! grep -lE '^kill' "$repo"/policies/*.policy
}

@test "under a language's policy there are no sockets, mounts, keys, tracing and modules" {
	local name group
	for name in $(languages); do
		"$REMAND" show --format json --policy "$name" >"$BATS_TEST_TMPDIR/plan"
		for group in @network-io @mount @keyring @debug @module @clock @raw-io @reboot @swap; do
			run -0 answer "$BATS_TEST_TMPDIR/plan" "$group"
			[[ $output == EPERM ]] || fail "$name: $group: $output"
		done
	done
}

@test "the table of the README has a line for each shipped policy" {
	local name
	for name in $(languages); do
		grep -q "^| \`$name\` |" "$repo/README.md" || fail "$name"
	done
}
