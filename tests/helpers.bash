# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What every bats file loads: where the command is, and how to ask about one run.
# The same files run natively and in the machine of tools/vm; see `requires`.

bats_require_minimum_version 1.5.0

repo=${BASH_SOURCE[0]%/tests/*}
: "${REMAND_BUILD:=$repo/.build/gcc}"
export REMAND="$REMAND_BUILD/src/remand"
export REMAND_POLICY_PATH="$repo/policies" # what is shipped, of this very tree
export PROGRAMS="$REMAND_BUILD/tests/programs"
export ATTACKS="$REMAND_BUILD/tests/attack"

# requires NEED...: skip where the host lacks one. In the machine of tools/vm nothing may be
# lacking (REMAND_TEST_STRICT=1): there a skip would be a hole in the tests, so it fails.
# NEED: cgroup_v2, root, systemd, vm, or kernel_6_12 (that or later).
requires() {
	local need
	for need in "$@"; do
		has "$need" && continue
		[[ ${REMAND_TEST_STRICT-} != 1 ]] || fail "this machine has no $need"
		skip "this host has no $need"
	done
}

has() {
	local version
	case $1 in
	cgroup_v2)
		# the tests put a hundred hostile programs there: only where the three limits bind
		local controllers=/sys/fs/cgroup/cgroup.controllers
		[[ -r $controllers ]] || return
		read -r controllers <$controllers
		[[ " $controllers " == *' memory '* && " $controllers " == *' cpu '* &&
			" $controllers " == *' pids '* ]]
		;;
	root) ((EUID == 0)) ;;
	systemd) [[ -d /run/systemd/system ]] ;;
	vm) [[ -e /run/vm-command ]] ;;
	kernel_*)
		version=$(uname -r)
		printf '%s\n' "${1#kernel_}" "$version" | tr _ . | sort -CV
		;;
	*) fail "requires: no need is called '$1'" ;;
	esac
}

fail() {
	printf '%s\n' "$*" >&2
	return 1
}

# custody ARG...: `remand run` with a report, through bats' own run ($status, $output)
custody() {
	[[ ! -e $BATS_TEST_TMPDIR/report.json ]] || rm "$BATS_TEST_TMPDIR/report.json"
	run "$REMAND" run --quiet --report "$BATS_TEST_TMPDIR/report.json" "$@"
}

# field NAME: a member of that report, e.g. limits.memory.enforced_by
field() {
	"$PROGRAMS/jsonget" "$BATS_TEST_TMPDIR/report.json" "$1"
}

assert_field() {
	local got
	got=$(field "$1") || return
	[[ $got == "$2" ]] || fail "$1 is $got, not $2; the report: $(cat "$BATS_TEST_TMPDIR/report.json")"
}

assert_verdict() {
	if [[ ! -s $BATS_TEST_TMPDIR/report.json ]]; then
		fail "no report; status ${status-}, output: ${output-}"
		return 1
	fi
	assert_field verdict "$1"
}

# Nothing of any run is left: no group and no process in one.
assert_nothing_left() {
	local dir pid left=()
	shopt -s globstar nullglob
	for dir in /sys/fs/cgroup/**/run-*/; do
		[[ $dir != */run-*.*/ ]] || continue
		left+=("$dir")
		while read -r pid; do
			left+=("  $pid $(tr '\0' ' ' <"/proc/$pid/cmdline")")
		done <"$dir/cgroup.procs"
	done
	shopt -u globstar nullglob
	((${#left[@]} == 0)) || fail "$(printf '%s\n' 'left behind:' "${left[@]}")"
}
