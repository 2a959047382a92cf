# SPDX-License-Identifier: LGPL-2.1-or-later
# C; most other policies begin with that of C.

load runtimes

@test "gcc compiles under compile, and the program runs under c" {
	compiles c.c c gcc -O2 -pthread -o c c.c
	runs c -- ./c
}
