# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sabotage of remand (faults.h), for bats: all sweeps of a file first, then a test for each.

# faults "OPTION..." SCENE SWEEP...: in a cgroup and a directory of its own
faults() {
	local options scene=$2 base scratch=$BATS_FILE_TMPDIR/$2
	read -ra options <<<"$1"
	shift 2
	base=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)/remand-faults-$BASHPID
	mkdir "$base" "$scratch"
	"$REMAND_BUILD/tests/faults/faults" "${options[@]}" --scene "$scene" "$base" "$scratch" \
		"$REMAND_BUILD/tests/faults/witness_static" "$@" >>"$BATS_FILE_TMPDIR/said" 2>&1 || true
	rmdir "$base"
}

# found_right SWEEP SCENE: a sweep that has passed; shows what was tried, and for kills how long it
# took until all were dead
found_right() {
	local said
	said=$(grep -B 1 -E "^ok [0-9]+ - $1, scene $2: [1-9]" "$BATS_FILE_TMPDIR/said") ||
		fail "$(cat "$BATS_FILE_TMPDIR/said")" || return
	sed -n 's/^# all dead/&/p; s/^ok [0-9]* - /# /p' <<<"$said" >&3
}
