# SPDX-License-Identifier: LGPL-2.1-or-later
# io_uring, whose calls no filter sees.

load ../helpers
load attack

@test "no ring can be set up" { attack iouring setup; }
@test "no file can be opened through a ring" { attack iouring open /etc/shadow; }
@test "no socket can be had through a ring" { attack iouring socket; }
@test "nothing can be registered with a ring" { attack iouring register; }
