# SPDX-License-Identifier: LGPL-2.1-or-later
# System calls by foreign doors.

load ../helpers
load attack

@test "the old 32-bit door is shut" { attack_if_possible abi int80; }
@test "the old 32-bit door does not lead to unshare" { attack_if_possible abi int80-unshare; }
@test "the old 32-bit door does not lead to sockets" { attack_if_possible abi int80-socket; }
@test "the numbers with bit 30 are shut" { attack_if_possible abi x32; }
@test "numbers with a high half do not pass the filter" { attack_if_possible abi high-bits; }
@test "a 32-bit program cannot make calls" { attack_if_possible abi program-32; }
@test "the 32-bit segment does not open the door" { attack_if_possible abi segment-32; }
