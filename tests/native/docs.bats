# SPDX-License-Identifier: LGPL-2.1-or-later
# What is written is true: the README's commands do what it shows, the manual pages name all that
# there is and nothing else, the completions complete.
# shellcheck disable=SC2016,SC1003 # backquotes and backslashes of Markdown and scdoc

load ../helpers

# ---- README ----
# A block behind "<!-- test: KIND -->" is run: lines that begin with "$ " are commands, the rest is what
# they say, in which numbers and sizes may differ. KIND group needs real limits on memory.

# blocks KIND: each block of that kind as a file, KIND.1 and so on
blocks() {
	awk -v kind="$1" '
		$0 == "<!-- test: " kind " -->" { wanted = 1; next }
		wanted && /^```/ { if (inside) wanted = 0; else file = kind "." ++n; inside = !inside; next }
		inside { print >file }' "$repo/README.md"
	[[ -s $1.1 ]] || fail "the README has no block of the kind $1"
}

# replay FILE: its commands, each followed by what it says now
replay() {
	local line status=0
	while IFS= read -r line <&3; do
		[[ $line == '$ '* ]] || continue
		printf '%s\n' "$line"
		(exit $status)
		eval "${line#$ }" 3<&- </dev/null 2>&1
		status=$?
	done 3<"$1"
}

# What is measured differs; without the memory controller, memory is not measured.
masked() {
	local memory=''
	has cgroup_v2 || memory='s/ · memory #//'
	sed -E '/^[0-9]+$/!s/[0-9]+(\.[0-9]+)?[BKMGT]?/#/g;'"$memory"
}

assert_replays() {
	local file
	for file in "$1".*; do
		diff <(masked <"$file") <(replay "$file" | masked) || fail "$file is not what happens"
	done
}

# The command as in the README; where groups cannot be limited, those limits are off.
setup() {
	local off=''
	has cgroup_v2 || off='--memory max --pids max'
	mkdir "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/remand" <<-END
		#!/bin/bash
		[[ \$1 != run && \$1 != batch && \$1 != pipe ]] || exec "$REMAND" "\$1" $off "\${@:2}"
		[[ \$1 != start ]] || exec "$REMAND" "\$1" "\$2" $off "\${@:3}"
		exec "$REMAND" "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/bin/remand"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	export REMAND_STATE_DIR=$BATS_TEST_TMPDIR/services # not those of the host
	cd "$BATS_TEST_TMPDIR" || return
}

# A service that a failed test left.
teardown() { "$REMAND" stop echo --grace 0 2>/dev/null || true; }

@test "the README's runs do what it shows" {
	requires root
	blocks cell
	assert_replays cell
}

@test "the README's run beyond its memory does what it shows" {
	requires root cgroup_v2
	blocks group
	assert_replays group
}

@test "the README's C program compiles and says what it shows" {
	requires root
	blocks c
	blocks cc
	cp c.1 first.c
	has cgroup_v2 || sed -i 's/64 << 20/REMAND_UNLIMITED, .pids = REMAND_UNLIMITED/' first.c
	export PKG_CONFIG_PATH=$REMAND_BUILD/meson-uninstalled LD_LIBRARY_PATH=$REMAND_BUILD/src
	assert_replays cc
}

@test "the README names every verdict and no other" {
	diff <(sed -n '/^| verdict/,/^$/s/^| `\([a-z-]*\)` | .* | .* |$/\1/p' "$repo/README.md" | sort) <(words_of verdicts)
}

@test "the README's map of src names every source file" {
	local file name pattern all=''
	while read -r pattern; do
		for file in "$repo"/src/$pattern; do
			all+=" ${file##*/} "
		done
	done < <(sed -n '/^| in `src\/`/,/^$/p' "$repo/README.md" | grep -o '[a-z_]*\*\?\.c')
	for file in "$repo"/src/*.c; do
		name=${file##*/}
		[[ $all == *" $name "* ]] || fail "$name is not in the map"
	done
}

# ---- manual pages ----

# words_of ARRAY: the words of a table of report.c: verdicts, enforcers
words_of() {
	sed -n "/^static const char \*const $1\[\]/,/^};/p" "$repo/src/report.c" |
		sed -n 's/.*= "\(.*\)",/\1/p' | sort
}

section() {
	sed -n "/^# $2\$/,/^# [A-Z]/p" "$repo/src/man/$1.scd"
}

# The whole table: what every verb takes, and what only one does.
options_help() {
	"$REMAND" run --help
	"$REMAND" batch --help | sed -n '/^Batch$/,/^$/p'
	"$REMAND" pipe --help | sed -n '/^Pipe$/,/^$/p'
	"$REMAND" start --help | sed -n '/^Start$/,/^$/p'
}

@test "remand(1) explains every option of the table, with its letter and placeholder, and no other" {
	options_help | sed -nE 's/^  (-.|  ) --([a-z0-9-]+) ?([^ ]+)? .*/\1 --\2 \3/p' |
		awk '{ print ($1 ~ /^--/ ? $1 " " $2 : $1 ", " $2 " " $3) }' | sed 's/ $//' | sort >table
	section remand.1 OPTIONS | sed -nE 's/^(\*-.*)/\1/p' | tr -d '*' | sed -E 's/_(.*)_$/\1/' | sort >page
	[[ $(wc -l <table) -ge 35 ]]
	diff table page
}

@test "remand(1) explains every verdict and no other" {
	diff <(section remand.1 VERDICTS | sed -n 's/^|  \*\([a-z-]*\)\*$/\1/p' | sort) <(words_of verdicts)
}

@test "remand(1) explains every member of the report and no other" {
	"$REMAND" run --memory max --pids max -r report.json -- true || requires root cgroup_v2
	python3 -c 'import json; print("\n".join(sorted(json.load(open("report.json")))))' >members
	[[ $(wc -l <members) -ge 20 ]]
	diff members <(section remand.1 REPORT | grep '^\*' | grep -oE '[a-z_]+' | sort)
}

@test "remand(3) has every function of remand.h with its exact parameters, and no other" {
	gcc -fpreprocessed -dD -E -P "$repo/src/remand.h" 2>/dev/null | tr -s ' \n\t' ' ' | tr ';' '\n' |
		grep -oE '[a-z_0-9 *]*\bremand_[a-z_]+\(.*\)$' | sed 's/^ *//; s/( /(/' | sort >header
	sed -nE 's/^\*([a-z_].*remand_[a-z_]+\(.*\))\*(\+\+)?$/\1/p' "$repo/src/man/remand.3.scd" | tr -d '\\' | sort >page
	[[ $(wc -l <header) -ge 24 ]]
	diff header page
}

# struct_fields: "STRUCT FIELD" for each field of the header's structs
struct_fields() {
	gcc -fpreprocessed -dD -E -P "$repo/src/remand.h" 2>/dev/null | awk '
		/^struct [a-z_]+ \{/ { struct = $2; next }
		/^}/ { struct = "" }
		struct && /;/ {
			gsub(/\[[^]]*\]|;/, "")
			n = split($0, parts, ",")
			for (i = 1; i <= n; i++) {
				gsub(/[*]/, " ", parts[i])
				words = split(parts[i], word, " ")
				print struct, word[words]
			}
		}' | sort
}

@test "remand(3) explains every field of every struct, and no other" {
	struct_fields >header
	awk '/^## struct / { struct = $3; next } /^#/ { struct = "" }
		struct && /^\*/ { gsub(/[*,]/, ""); for (i = 1; i <= NF; i++) print struct, $i }' \
		"$repo/src/man/remand.3.scd" | sort >page
	[[ $(wc -l <header) -ge 80 ]]
	diff header page
}

@test "remand(3)'s C program compiles without a warning" {
	sed -n '/^```/,/^```/p' "$repo/src/man/remand.3.scd" | sed '/^```/d; s/\\\\/\\/g' >example.c
	gcc -Wall -Wextra -Werror -c -I "$repo/src" example.c
}

@test "the manual pages are made without a complaint of man" {
	[[ -s $REMAND_BUILD/src/man/remand.1 ]] || skip 'scdoc was missing when this was built'
	command -v man >/dev/null || skip 'this host has no man'
	run -0 --separate-stderr env MANWIDTH=80 man --warnings -E UTF-8 -l "$REMAND_BUILD/src/man/remand.1" \
		"$REMAND_BUILD/src/man/remand.3"
	[[ $output == *'THE GROUP'*'remand_dispatch'* && -z $stderr ]] || fail "$stderr"
}

# ---- completions ----

# complete_words WORD...: what bash would offer for the last one, as sorted words on a line
complete_words() {
	bash --norc -c '
		source "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		function=$(complete -p remand | sed "s/.*-F \([^ ]*\).*/\1/")
		"$function" remand "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf "%s\n" "${COMPREPLY[@]}" | LC_ALL=C sort | paste -s -d " "' _ "$REMAND_BUILD/src/man/remand" remand "$@"
}

assert_completes() {
	local expected=$1
	shift
	run -0 complete_words "$@"
	[[ $output == "$expected" ]] || fail "$*: '$output', not '$expected'"
}

@test "the completions of bash are a clean script" {
	bash -n "$REMAND_BUILD/src/man/remand"
	shellcheck "$REMAND_BUILD/src/man/remand"
}

@test "bash completes every verb of the help" {
	local verb verbs
	mapfile -t verbs < <("$REMAND" --help | sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p')
	[[ ${verbs[0]} == run ]]
	for verb in "${verbs[@]}"; do
		assert_completes "$verb" "$verb"
	done
}

# The long options of the table, in the array `options`.
list_options() {
	mapfile -t options < <(options_help | sed -nE 's/^  (-.|  ) (--[a-z0-9-]+).*/\2/p')
	((${#options[@]} >= 35))
}

@test "bash completes every option of the table" {
	local option options
	list_options
	run -0 complete_words run --
	for option in "${options[@]}"; do
		[[ " $output " == *" $option "* ]] || fail "$option: '$output'"
	done
}

@test "bash completes beginnings of options, and behind an option's value" {
	assert_completes '--memory' run --mem
	assert_completes '--stderr --stdin --stdout' run -m 1G --std
	assert_completes '--network' run --quiet --env A --net
}

@test "bash completes the words that an option takes" {
	assert_completes 'host none' run --network ''
	assert_completes 'host' run --network h
	assert_completes 'host' run --network = h
	assert_completes 'host none' run --network =
	assert_completes 'stdout' run --stderr std
	assert_completes '' run --memory ''
}

@test "bash completes files and directories where an option takes them" {
	mkdir some-directory
	touch some-file
	assert_completes 'some-directory some-file' run --file some
	assert_completes 'some-directory' run --work some
	assert_completes 'some-directory' run -C some
	assert_completes 'some-directory some-file' run --report = some
}

@test "bash completes programs, and files for their arguments" {
	touch --  --mem-file
	printf '#!/bin/sh\n' >bin/remand-test-program
	chmod +x bin/remand-test-program
	assert_completes 'remand-test-program' run -q remand-test
	assert_completes 'remand-test-program' run -- remand-test
	assert_completes '--mem-file' run -- cat --mem
}

@test "bash completes what follows policy: its verbs, the policies, a run for learn" {
	local verb verbs
	mapfile -t verbs < <("$REMAND" policy --help | sed -n 's/.*remand policy \([a-z]*\) .*/\1/p' | sort -u)
	[[ ${#verbs[@]} -eq 4 ]] || fail "${verbs[*]}"
	for verb in "${verbs[@]}"; do
		assert_completes "$verb" policy "$verb"
	done
	assert_completes 'pascal perl php python' policy show p
	assert_completes 'compile compute' policy test comp
	assert_completes '' policy show compute comp
	assert_completes '' policy list comp
	assert_completes '--memory' policy learn --pids 3 --mem
	assert_completes 'host' policy learn --network h
	assert_completes '' policy nothing ''
}

@test "bash completes the names of services, and what follows start" {
	mkdir -m 700 services services/web services/worker
	assert_completes 'web worker' stop w
	assert_completes 'worker' restart wo
	assert_completes 'web' status web
	assert_completes '-s' kill web ''
	assert_completes '' start w
	assert_completes '--memory' start web --mem
	assert_completes 'host' start web --network h
}

@test "the completions of zsh and fish name every option of the table" {
	local option options
	list_options
	for option in "${options[@]}"; do
		grep -qE -- "$option(=|\[|\})" "$REMAND_BUILD/src/man/_remand" || fail "zsh: $option"
		grep -qE -- "-l ${option#--} " "$REMAND_BUILD/src/man/remand.fish" || fail "fish: $option"
	done
}

@test "the completions of zsh and fish parse" {
	command -v zsh >/dev/null && command -v fish >/dev/null || skip 'this host has no zsh and fish'
	zsh -n "$REMAND_BUILD/src/man/_remand"
	fish -n "$REMAND_BUILD/src/man/remand.fish"
}
