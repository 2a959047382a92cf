#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the shared library exports is what the header declares. Arguments: the library, the header.
library=$1
header=$2

exported=$(nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u)
declared=$(cc -E -P "$header" | grep -o 'remand_[a-z_]* *(' | tr -d ' (' | sort -u)

# same NUMBER PROMISE LEFT RIGHT: the lines of LEFT are all in RIGHT
same() {
	missing=$(printf '%s\n' "$3" | grep -vxF "$4")
	if [ -n "$3" ] && [ -z "$missing" ]; then
		echo "ok $1 - $2"
	else
		echo "not ok $1 - $2"
		printf '%s\n' "${missing:-nothing at all}" | sed 's/^/# /'
	fi
}

echo 'TAP version 13'
echo '1..3'
same 1 'the library exports nothing that the header does not declare' "$exported" "$declared"
same 2 'every function that the header declares is in the library' "$declared" "$exported"
if printf '%s\n' "$exported" | grep -qv '^remand_'; then
	echo 'not ok 3 - every exported name begins with remand_'
else
	echo 'ok 3 - every exported name begins with remand_'
fi
