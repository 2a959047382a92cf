# SPDX-License-Identifier: LGPL-2.1-or-later
# System calls by foreign doors.

load ../helpers
load attack

@test "the old 32-bit door is shut" { attack abi int80; }
@test "the old 32-bit door does not lead to unshare" { attack abi int80-unshare; }
@test "the old 32-bit door does not lead to sockets" { attack abi int80-socket; }
# A kernel without these numbers answers ENOSYS: that the filter shuts them shows in its signal.
@test "the numbers with bit 30 are shut" {
	custody_of abi x32
	[[ $status -eq 1 && $output == *"held: killed by signal 31"* ]]
}
@test "numbers with a high half do not pass the filter" { attack abi high-bits; }
@test "a 32-bit program cannot make calls" { attack abi program-32; }
@test "the 32-bit segment does not open the door" { attack_if_possible abi segment-32; }
