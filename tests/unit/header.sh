#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The public header alone, with every compiler that is here. Argument: the directory of remand.h.
directory=$1
number=0

# check COMPILER LANGUAGE STANDARD
check() {
	number=$((number + 1))
	if printf '#include "remand.h"\n#include "remand.h"\n%s\n' \
		'int main(void) { struct remand_spec spec; spec.size = sizeof(spec); return spec.size ? 0 : 1; }' |
		"$1" -x "$2" -std="$3" -Wall -Wextra -pedantic -Werror -Wconversion \
			-I "$directory" -fsyntax-only - >&2; then
		echo "ok $number - remand.h compiles alone with $1 as $3"
	else
		echo "not ok $number - remand.h compiles alone with $1 as $3"
	fi
}

echo 'TAP version 13'
for pair in gcc/g++ clang/clang++; do
	c=${pair%/*} cxx=${pair#*/}
	if command -v "$c" >/dev/null; then
		check "$c" c c11
		check "$c" c c17
	fi
	if command -v "$cxx" >/dev/null; then
		check "$cxx" c++ c++17
		check "$cxx" c++ c++20
	fi
done
echo "1..$number"
