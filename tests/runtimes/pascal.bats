# SPDX-License-Identifier: LGPL-2.1-or-later
# Free Pascal

load runtimes

@test "fpc compiles under compile, and the program runs under pascal" {
	compiles pascal.pas pascal fpc -O2 -opascal pascal.pas
	runs pascal -- ./pascal
}
