# SPDX-License-Identifier: LGPL-2.1-or-later
# One pollable descriptor: a run fits into the loops that programs have, which go on meanwhile.
# tests/loops has a small program for each, to be copied from.

load ../helpers

setup() {
	requires root
	export LD_LIBRARY_PATH=$REMAND_BUILD/src PKG_CONFIG_PATH=$REMAND_BUILD/meson-uninstalled
	cd "$BATS_TEST_TMPDIR" || return
}

# assert_loops FILE PACKAGE NAME: it compiles with that package, and says so
assert_loops() {
	# shellcheck disable=SC2046 # words are wanted
	gcc -Wall -Wextra -Werror "$repo/tests/loops/$1" -o loop $(pkg-config --cflags --libs "$2" remand)
	run -0 timeout 120 ./loop
	[[ $output == "$3: ok, ticking: from the cell" ]] || fail "$output"
}

@test "a run fits into libuv's loop" { assert_loops libuv.c libuv libuv; }
@test "a run fits into GLib's loop" { assert_loops glib.c glib-2.0 GLib; }
@test "a run fits into systemd's loop" { assert_loops sd_event.c libsystemd sd-event; }

@test "Python drives it with ctypes, also in asyncio" {
	run -0 timeout 120 python3 "$repo/tests/loops/example.py"
	diff <(echo "$output") - <<-'END'
		asyncio: ticking exit wall-limit
		ctypes: ok
		ctypes: --time: 'soon' is not a time
	END
}
