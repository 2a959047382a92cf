# SPDX-License-Identifier: LGPL-2.1-or-later
# File descriptors of a careless caller.

load ../helpers
load attack

prepare() {
	mkdir /srv/attack-fds 2>/dev/null || true
	echo secret >/srv/attack-fds/secret
	chmod 666 /srv/attack-fds/secret
	CALLER=("$ATTACKS/many_fds" /srv/attack-fds/secret /srv/attack-fds)
	OUTSIDE=("${CALLER[@]}")
}

@test "none of 500 fds of the caller reaches the program" { attack fds inherited; }
@test "no secret can be read from an fd of the caller" { attack fds read-inherited; }
@test "no fd of the caller opens what is beside it" { attack fds open-beside secret; }
@test "no fd of the caller leads into its directory" { attack fds leave secret; }

@test "a log that the caller gave as output cannot be opened anew for more" {
	CALLER=() OUTSIDE=()
	"$ATTACKS/attack_fds" reopen >log
	grep -q "BROKE OUT" log
	"$REMAND" run -- "$ATTACKS/attack_fds" reopen >log || true
	grep -q "held: " log
}

@test "a file that the caller gave as input cannot be opened anew for writing" {
	CALLER=() OUTSIDE=()
	echo data >input
	chmod 666 input
	chmod 755 .
	"$ATTACKS/attack_fds" reopen <input | grep "BROKE OUT"
	"$REMAND" run -- "$ATTACKS/attack_fds" reopen <input | grep "held: "
}

@test "no directory given as input leads out" {
	CALLER=() OUTSIDE=()
	"$ATTACKS/attack_fds" open-beside secret </srv/attack-fds | grep "BROKE OUT"
	# refused at the start or held: never followed
	output=$("$REMAND" run -- "$ATTACKS/attack_fds" open-beside secret </srv/attack-fds 2>&1) || true
	[[ $output == *held* || $output == *remand:* ]]
	[[ $output != *"BROKE OUT"* ]]
}

@test "more files than the limit cannot be open" {
	CALLER=() OUTSIDE=()
	ulimit -n 4096
	OPTIONS=(--open-files 64)
	attack fds hoard 500
}
