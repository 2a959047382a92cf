# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/rows.tsv: what other libraries come to grief with, and the test here that shows it gone.

load ../helpers

setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "every row has a line in the table, and no other row has" {
	local last
	for last in A10 B11 C9 D7 E7 F10 G14; do
		seq -f "${last:0:1}%g" "${last:1}"
	done | sort >rows
	cut -f 1 "$repo/tests/rows.tsv" | grep -v '^#' | sort -u | diff rows -
}

@test "every test that the table names is there" {
	local row file name count=0
	while IFS=$'\t' read -r row file name; do
		[[ $row != '#'* ]] || continue
		[[ $name ]] || fail "$row: neither a test nor a reason"
		case $file in
		left) ;;
		*.bats) grep -qF "@test \"$name\"" "$repo/tests/$file" || fail "$row: $file: $name" ;;
		*.c) grep -qF "TEST($name)" "$repo/tests/$file" || fail "$row: $file: $name" ;;
		*) grep -qF "$name" "$repo/tests/$file" || fail "$row: $file: $name" ;;
		esac
		count=$((count + 1))
	done <"$repo/tests/rows.tsv"
	((count >= 68))
}
