# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sabotage of remand (faults.h), for bats: all sweeps of a file first, then a test for each.

# overlaid DIRECTORY COMMAND...: it is on an overlay file system, which knows no idmapped mounts, so
# that writable directories are lent
overlaid() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount --propagation private bash -c 'mount -t tmpfs none "$0" &&
		mkdir "$0"/{lower,upper,work} &&
		mount -t overlay -o "lowerdir=$0/lower,upperdir=$0/upper,workdir=$0/work" none "$0" &&
		exec "$@"' "$@"
}

# faults "OPTION..." SCENE SWEEP...: in a cgroup and a directory of its own
faults() {
	local options scene=$2 base scratch=$BATS_FILE_TMPDIR/$2 at=()
	read -ra options <<<"$1"
	shift 2
	base=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)/remand-faults-$BASHPID
	mkdir "$base" "$scratch"
	[[ $scene != lent ]] || at=(overlaid "$scratch")
	"${at[@]}" "$REMAND_BUILD/tests/faults/faults" "${options[@]}" --scene "$scene" "$base" "$scratch" \
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
