# SPDX-License-Identifier: LGPL-2.1-or-later
# The door out of 64-bit mode that an emulated processor has not got: the machine of tools/vm kills
# who takes it. It harms nobody: all that is called is getpid. The other doors: tests/attack/abi.bats.

load ../helpers

@test "the 32-bit segment does not open the door" {
	cd "$BATS_TEST_TMPDIR"
	"$ATTACKS/attack_abi" segment-32 || skip "there is no such door here"
	run "$REMAND" run --memory max --pids max -- "$ATTACKS/attack_abi" segment-32
	((status == 159))
}
