# SPDX-License-Identifier: LGPL-2.1-or-later
# System calls by foreign doors.

load ../helpers
load attack

@test "the old 32-bit door is shut" { attack abi int80; }
@test "the old 32-bit door does not lead to unshare" { attack abi int80-unshare; }
@test "the old 32-bit door does not lead to sockets" { attack abi int80-socket; }
# No packaged kernel has these numbers: that the filter shuts them shows in its own signal, SIGSYS.
@test "the numbers with bit 30 are shut" {
	custody_of abi x32
	[[ $status -eq 159 ]]
}
@test "numbers with a high half do not pass the filter" { attack abi high-bits; }
@test "a 32-bit program cannot make calls" { attack abi program-32; }
