# SPDX-License-Identifier: LGPL-2.1-or-later
# The terminal of the caller: `script` gives it one.

load ../helpers
load attack

# on_terminal [COMMAND...]: says its status in the last line.
on_terminal() {
	script -qec "$*" /dev/null </dev/null 2>&1
}

# The streams are the terminal: it is given on purpose, and may be written to, and no more.
on_terminals() {
	local program="$ATTACKS/attack_terminal $*"
	output=$(on_terminal "$program")
	echo "without: $output"
	[[ $output == *"BROKE OUT"* ]] || return 1
	output=$(on_terminal "$REMAND run ${OPTIONS[*]} -- $program") || true
	echo "inside: $output"
	[[ $output != *"BROKE OUT"* && $output == *"held: "* ]]
}

@test "there is no controlling terminal" { on_terminals tty; }
@test "nothing can be typed into the terminal" { on_terminals push; }
@test "nothing can be typed by a request with a bit beyond 32" { on_terminals push-wide; }
@test "the terminal cannot become that of the program" { on_terminals steal; }
@test "the foreground cannot be taken" { on_terminals foreground; }
@test "the session is not that of the caller" { on_terminals session; }
@test "the console cannot be pasted to" { attack_if_possible terminal paste /dev/tty1; }
@test "the console cannot be opened" { attack terminal open /dev/console; }
@test "the terminals of others cannot be opened" {
	output=$(on_terminal "$ATTACKS/attack_terminal open /dev/pts/0")
	[[ $output == *"BROKE OUT"* ]]
	output=$(on_terminal "$REMAND run -- $ATTACKS/attack_terminal open /dev/pts/0") || true
	[[ $output == *"held: "* ]]
}
