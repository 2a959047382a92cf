# SPDX-License-Identifier: LGPL-2.1-or-later
# What a packager and a user of the library do: build and install as the README says, compile
# against what was installed, or take the source as a subproject of meson.

load ../helpers

setup_file() {
	export TREE=$BATS_FILE_TMPDIR/remand DESTDIR=$BATS_FILE_TMPDIR/root
	mkdir "$TREE"
	tar -C "$repo" --exclude=./.git --exclude=./.build -c . | tar -C "$TREE" -x
	(
		cd "$TREE" || exit
		# DESTDIR needs no sudo
		readme_block build | sed 's/^sudo //' | bash -e
	) >"$BATS_FILE_TMPDIR/log" 2>&1 || fail "$(tail -n 20 "$BATS_FILE_TMPDIR/log")"
}

# The command block of the README that is marked so, without its prompts.
readme_block() {
	awk -v mark="<!-- test: $1 -->" '
		$0 == mark { wanted = 1; next }
		wanted && /^```/ { if (inside) exit; inside = 1; next }
		inside { sub(/^\$ /, ""); print }' "$repo/README.md"
}

setup() {
	prefix=$DESTDIR/usr/local
	library=$(dirname "$(find "$prefix" -name libremand.a)")
	export PKG_CONFIG_SYSROOT_DIR=$DESTDIR PKG_CONFIG_PATH=$library/pkgconfig
	export LD_LIBRARY_PATH=$library
	cd "$BATS_TEST_TMPDIR" || return
}

assert_runs() {
	run -0 "$@"
	[[ $output == 'ok: in custody' ]] || fail "$output"
}

@test "the steps in the README build it and install it" {
	run -0 "$prefix/bin/remand" --version
	[[ $output == 'remand '[0-9]* ]]
}

@test "everything is installed where programs look for it" {
	local file
	for file in include/remand.h bin/remand share/man/man1/remand.1 share/man/man3/remand.3 \
		share/bash-completion/completions/remand share/zsh/site-functions/_remand \
		share/fish/vendor_completions.d/remand.fish share/remand/policies/{c,compile,java}.policy; do
		[[ -s $prefix/$file ]] || fail "there is no $file: $(find "$prefix" -type f)"
	done
	[[ -s $library/pkgconfig/remand.pc && -s $library/libremand.so && -s $library/libremand.a ]]
}

@test "nothing but that is installed" {
	run -0 find "$prefix" -type f ! -name '*remand*' ! -path '*/share/remand/policies/*.policy'
	[[ -z $output ]] || fail "$output"
}

@test "pkg-config names the version that the command has" {
	run -0 pkg-config --modversion remand
	[[ "remand $output" == "$("$prefix/bin/remand" --version)" ]]
}

@test "a client is compiled with pkg-config and runs with the shared library" {
	# shellcheck disable=SC2046 # words are wanted
	gcc "$repo/tests/install/client.c" -o client $(pkg-config --cflags --libs remand)
	ldd client | grep -q 'libremand\.so\.0'
	assert_runs ./client
}

@test "a client is compiled with pkg-config and runs with the static library" {
	local flags
	flags=$(pkg-config --static --cflags --libs remand)
	# shellcheck disable=SC2086 # words are wanted
	gcc "$repo/tests/install/client.c" -o client ${flags/-lremand/-l:libremand.a}
	run ! grep -q libremand <(ldd client)
	assert_runs ./client
}

@test "a project of meson builds its client with remand as a subproject" {
	mkdir -p project/subprojects
	cp "$repo"/tests/install/* project
	ln -s "$TREE" project/subprojects/remand
	env -u PKG_CONFIG_PATH -u DESTDIR -u LD_LIBRARY_PATH bash -c '
		meson setup build project >log && ninja -C build client >>log || { cat log; exit 1; }'
	assert_runs build/client
}

@test "the installed header is strict C99 and C++" {
	gcc -std=c99 -pedantic -Wall -Wextra -Werror -fsyntax-only -x c "$prefix/include/remand.h"
	g++ -std=c++11 -pedantic -Wall -Wextra -Werror -fsyntax-only -x c++ "$prefix/include/remand.h"
}

@test "the shared library shows only names that begin with remand_" {
	nm -D --defined-only "$library/libremand.so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' >names
	grep -q '^remand_run$' names
	run ! grep -v '^remand_' names
}
