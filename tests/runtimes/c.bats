# SPDX-License-Identifier: LGPL-2.1-or-later
# C; most other policies begin with that of C. The program is built by meson: gcc takes ten seconds in
# an emulated machine (compile.bats).

load runtimes

@test "a C program runs under c" { runs c -- "$REMAND_BUILD/tests/runtimes/c"; }
