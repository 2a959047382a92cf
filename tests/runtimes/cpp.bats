# SPDX-License-Identifier: LGPL-2.1-or-later
# C++, built by meson beforehand: g++ takes half a minute in an emulated machine (compile.bats).

load runtimes

built=$REMAND_BUILD/tests/runtimes

@test "a dynamic C++ program runs under cpp" { runs cpp -- "$built/cpp"; }

@test "a static C++ program runs under cpp" { runs cpp -- "$built/cpp_static"; }

@test "a C++ program with AddressSanitizer runs under cpp" { runs cpp -- "$built/cpp_asan"; }

@test "a limit on addresses is what AddressSanitizer does not start with" {
	custody --policy cpp --rlimit as=1G "${limits[@]}" -- "$built/cpp_asan"
	assert_verdict exit || assert_verdict signal
}
