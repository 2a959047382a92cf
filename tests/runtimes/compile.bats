# SPDX-License-Identifier: LGPL-2.1-or-later
# The C and C++ compilers; the others are tried with their languages.

load runtimes

@test "gcc compiles under compile, and the program runs under c" {
	compiles c.c c gcc -O2 -pthread -o c c.c
	runs c -- ./c
}

@test "g++ compiles under compile, and the program runs under cpp" {
	compiles cpp.cc cpp g++ -O2 -pthread -o cpp cpp.cc
	runs cpp -- ./cpp
}

@test "g++ makes a static program under compile" {
	compiles cpp.cc cpp g++ -O2 -pthread -static -o cpp cpp.cc
	runs cpp -- ./cpp
}

@test "clang compiles under compile, and the program runs under c" {
	compiles c.c c clang -O2 -pthread -o c c.c
	runs c -- ./c
}

@test "compilers work in a directory of the caller, under compile" {
	mkdir work
	cp "$programs/c.c" work
	custody --policy compile "${limits[@]}" --work work -- gcc -pipe -pthread -o c c.c
	assert_verdict ok || fail "$output"
	runs c -- work/c
}
