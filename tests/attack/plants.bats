# SPDX-License-Identifier: LGPL-2.1-or-later
# What a program leaves in its directory for the one who collects, measures or cleans up.

load ../helpers
load attack

prepare() {
	mkdir -m 777 work
	chmod 755 .
	echo secret >secret
	chmod 600 secret
	OPTIONS=(--work "$PWD/work")
}

# Plants inside; every plant stands, or the test would show nothing.
planted() {
	custody_of plants "$@"
	[[ $status -eq 0 && $output == *"BROKE OUT"* ]] || { echo "not planted: $status $output"; return 1; }
}

# What somebody careless would do gets the secret: so the plant bears fruit.
careless_gets_secret() {
	[[ $(timeout 5 cat "$1") == secret ]]
}

no_secret_in() {
	[[ ! -e $1 ]] || ! grep -q secret "$1"
}

@test "a symbolic link is not collected" {
	OPTIONS+=(--collect "out:$PWD/collected")
	planted symlink out "$PWD/secret"
	careless_gets_secret work/out
	no_secret_in collected
}

@test "a file below a linked directory is not collected" {
	OPTIONS+=(--collect "sub/secret:$PWD/collected")
	planted symlink sub "$PWD"
	careless_gets_secret work/sub/secret
	no_secret_in collected
}

@test "a relative link that climbs is not collected" {
	OPTIONS+=(--collect "out:$PWD/collected")
	planted symlink out ../secret
	careless_gets_secret work/out
	no_secret_in collected
}

@test "a magic link of /proc is not collected" {
	OPTIONS+=(--collect "out:$PWD/collected")
	planted symlink out /proc/self/environ
	[[ ! -s collected ]]
}

@test "a fifo is not collected, and nobody waits for it" {
	OPTIONS+=(--collect "out:$PWD/collected")
	planted fifo out
	[[ -p work/out && ! -s collected ]]
}

@test "a socket is not collected" {
	OPTIONS+=(--collect "out:$PWD/collected")
	planted socket out
	[[ -S work/out && ! -s collected ]]
}

@test "a directory is not collected, even one without rights" {
	OPTIONS+=(--collect "out:$PWD/collected")
	planted closed-directory out
	[[ ! -f collected ]]
}

@test "a sparse file of terabytes is not collected beyond the limit of output" {
	OPTIONS+=(--output 1M --collect "out:$PWD/collected")
	custody_of plants large out 1000000000000
	[[ ! -e collected || $(stat -c %s collected) -le 1048576 ]]
	[[ ! -e collected || $(stat -c %b collected) -le 2048 ]]
}

@test "a name that climbs out of the box is not collected" {
	"$REMAND" run "${OPTIONS[@]}" --collect "../secret:$PWD/collected" -- /bin/true || true
	no_secret_in collected
}

@test "an absolute name is not collected" {
	"$REMAND" run "${OPTIONS[@]}" --collect "$PWD/secret:$PWD/collected" -- /bin/true || true
	no_secret_in collected
}

@test "a file that keeps turning into a link is not followed" {
	OPTIONS+=(--wall 1s --collect "out:$PWD/collected")
	custody_of plants race out "$PWD/secret"
	[[ $status -eq 124 ]]
	no_secret_in collected
}

# The plant of one run is the trap of the next (the way of CVE-2024-28185 and -28189).
@test "a planted link is not written through by the next run's --stdout" {
	planted symlink out "$PWD/secret"
	"$REMAND" run "${OPTIONS[@]}" --stdout "$PWD/work/out" -- /bin/echo overwritten || true
	[[ $(<secret) == secret ]]
}

@test "a planted link is not written through by the next run's --stderr" {
	planted symlink out "$PWD/secret"
	"$REMAND" run "${OPTIONS[@]}" --stderr "$PWD/work/out" -- /bin/sh -c 'echo overwritten >&2' || true
	[[ $(<secret) == secret ]]
}

@test "a planted link is not written through by the next run's --report" {
	planted symlink out "$PWD/secret"
	"$REMAND" run "${OPTIONS[@]}" --report "$PWD/work/out" -- /bin/true || true
	[[ $(<secret) == secret ]]
}

@test "a planted link is not written through by the next run's --collect" {
	planted symlink out "$PWD/secret"
	"$REMAND" run "${OPTIONS[@]}" --collect "new:$PWD/work/out" -- /bin/sh -c 'echo overwritten >new' || true
	[[ $(<secret) == secret ]]
}

@test "a planted link is not read through by the next run's --stdin" {
	planted symlink in "$PWD/secret"
	output=$("$REMAND" run "${OPTIONS[@]}" --stdin "$PWD/work/in" -- /bin/cat 2>&1) || true
	[[ $output != *secret* || $output == *remand:* ]]
}

@test "a planted link is not taken for the program of the next run" {
	cp "$ATTACKS/attack_files" hidden
	planted symlink program "$PWD/hidden"
	output=$("$REMAND" run "${OPTIONS[@]}" -- "$PWD/work/program" exists /etc 2>&1) || true
	[[ $output != *"BROKE OUT"* ]]
}

@test "a planted link is not given away when the directory changes its owner" {
	local before
	before=$(stat -c %u:%g:%a secret)
	ln -s "$PWD/secret" work/link
	"$REMAND" run "${OPTIONS[@]}" -- /bin/true
	[[ $(stat -c %u:%g:%a secret) == "$before" ]]
}

@test "a hard link to a file outside cannot be made" {
	"$ATTACKS/attack_plants" hardlink work/stolen secret
	rm work/stolen
	chmod 644 secret
	custody_of plants hardlink stolen "$PWD/secret"
	[[ $status -eq 1 && ! -e work/stolen ]]
}

@test "no set-user-id file can be left" {
	custody_of plants setuid helper
	[[ $status -eq 1 && $output == *"held: "* ]]
	[[ -z $(find work -perm /6000) ]]
}

@test "no device is left" {
	"$ATTACKS/attack_plants" device work/device
	rm work/device
	custody_of plants device device
	[[ $status -eq 1 && ! -e work/device ]]
}

@test "a tree of three thousand directories in the box does not hold remand up" {
	OPTIONS=(--time 200 --wall 200)
	planted deep-tree 3000
	assert_nothing_left
}

@test "a tree of three thousand directories in the work directory does not hold the next run up" {
	OPTIONS+=(--time 200 --wall 200)
	planted deep-tree 3000
	planted symlink out /nowhere
	assert_nothing_left
}

@test "ugly names harm nobody" {
	planted ugly-names
	planted symlink out /nowhere
	[[ -e work/-rf ]]
}
