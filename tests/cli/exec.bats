# SPDX-License-Identifier: LGPL-2.1-or-later
# Which program is started, with which arguments, and what is said when none can be.

# shellcheck disable=SC2016 # for the shell inside

load ../helpers

setup() {
	requires cgroup_v2
	cd "$BATS_TEST_TMPDIR" || return
}

# not_started STATUS ERRNO ARG...: the program does not begin; the report tells why
not_started() {
	local expected=$1 errno=$2
	shift 2
	custody "$@"
	[[ $status -eq $expected ]] || fail "status $status, not $expected: $output"
	assert_verdict not-started && assert_field start_error.errno "$errno" &&
		assert_field start_error.stage exec && assert_field exit_code null
}

# executable NAME: its text comes from stdin
executable() {
	cat >"$1"
	chmod 755 "$1"
}

@test "a path that is not there is 127" { not_started 127 ENOENT -- /missing; }
@test "a path below a file is 127" { not_started 127 ENOTDIR -- /etc/passwd/x; }
@test "a relative path that is not there is 127" { not_started 127 ENOENT -- ./missing; }
@test "a name that no directory of PATH has is 127" { not_started 127 ENOENT -- missing-program; }
@test "an empty PATH finds nothing: 127" { not_started 127 ENOENT --env PATH=/nowhere -- true; }
@test "a directory of the system is 126" { not_started 126 EACCES -- /usr/bin; }
@test "the root directory is 126" { not_started 126 EACCES -- /; }
@test "a directory of the caller is 126" { mkdir dir; not_started 126 EACCES -- ./dir; }
@test "a directory with a slash at its end is 126" { mkdir dir; not_started 126 EACCES -- ./dir/; }
@test "a file without x is 126" { echo >plain; not_started 126 EACCES -- ./plain; }
@test "a file of the system without x is 126" { not_started 126 EACCES -- /etc/passwd; }

@test "a file that is no program is 126" {
	printf '\0garbage' | executable garbage
	not_started 126 ENOEXEC -- ./garbage
}

@test "an empty file is 126" {
	: | executable empty
	not_started 126 ENOEXEC -- ./empty
}

@test "a script without #! is 126, and no shell guesses" {
	echo 'echo guessed' | executable script
	not_started 126 ENOEXEC -- ./script
	[[ $output != *guessed* ]]
}

@test "a program for another machine is 126" {
	{ head -c 18 /bin/true; printf '\xb7\0'; tail -c +21 /bin/true; } | executable arm
	not_started 126 ENOEXEC -- ./arm
}

@test "a script whose interpreter is missing is 127" {
	echo '#!/missing/interpreter' | executable script
	not_started 127 ENOENT -- ./script
}

@test "a file without x in an early directory of PATH does not hide one behind it" {
	mkdir early
	echo >early/true
	custody --bind "$PWD/early:/early" --env PATH=/early:/usr/bin -- true
	[[ $status -eq 0 ]]
}

@test "a name found only without x is 126" {
	mkdir early
	echo >early/thing
	not_started 126 EACCES --bind "$PWD/early:/early" --env PATH=/early:/usr/bin -- thing
}

@test "the sentence names the program and the reason" {
	run --separate-stderr "$REMAND" run -- /missing
	[[ $stderr == 'remand: not-started: cannot execute /missing: No such file or directory' ]]
}

@test "the sentence for a script without #! says what is missing" {
	echo 'echo guessed' | executable script
	run --separate-stderr "$REMAND" run -- ./script
	[[ $stderr == *'#!'* && ${#stderr_lines[@]} -eq 1 ]]
}

@test "a missing --chdir is 125 in the stage chdir" {
	custody --chdir /missing -- true
	[[ $status -eq 125 ]]
	assert_verdict not-started
	assert_field start_error.stage chdir
	assert_field start_error.errno ENOENT
	[[ $(field start_error.message) == *chdir* || $(field start_error.message) == *'directory /missing'* ]]
}

@test "a --chdir that is a file is 125 in the stage chdir" {
	custody --chdir /etc/passwd -- true
	[[ $status -eq 125 ]]
	assert_field start_error.stage chdir
	assert_field start_error.errno ENOTDIR
}

@test "a limit that cannot be set is 125 in the stage rlimit" {
	ulimit -n 1000
	custody --rlimit nofile=2000 -- true
	[[ $status -eq 125 ]]
	assert_field start_error.stage rlimit
	assert_field start_error.errno EPERM
}

@test "a program that itself exits 125, 126 or 127 is no failure to start" {
	for number in 125 126 127; do
		custody -- sh -c "exit $number"
		[[ $status -eq $number ]]
		assert_verdict exit && assert_field start_error null && assert_field exit_code "$number"
	done
}

@test "every exit status is passed on as it is" {
	for number in 0 1 2 42 124 128 137 254 255; do
		custody -- sh -c "exit $number"
		[[ $status -eq $number ]] || fail "$number became $status"
	done
}

@test "arguments arrive byte by byte, the empty and the strange ones too" {
	local arguments=('' a $'two\nlines\n' ' ' '*' "\$HOME" $'\xff\x01' '' -- --help '')
	"$REMAND" run -- printf '%s\0' "${arguments[@]}" >inside
	cmp inside <(printf '%s\0' "${arguments[@]}")
}

@test "an argument of 100 KB arrives whole" {
	local large
	large=$(head -c 75000 /dev/urandom | base64 -w 0)
	[[ $("$REMAND" run -- printf %s "$large") == "$large" ]]
}

@test "ten thousand arguments arrive" {
	[[ $(seq 10000 | xargs "$REMAND" run -- sh -c 'echo $#' _) == 10000 ]]
}

@test "a bare name is the program's argv[0]" {
	[[ $("$REMAND" run -- sh -c 'tr "\0" "\n" </proc/$$/cmdline | head -n 1') == sh ]]
}

@test "argv[0] is what --argv0 says, and the file that is run is another" {
	custody --argv0 -sh -- sh -c 'tr "\0" "\n" </proc/$$/cmdline | head -n 1; readlink /proc/$$/exe'
	[[ $status -eq 0 && ${lines[0]} == -sh && ${lines[1]} == */dash ]] || fail "$output"
	assert_field program sh
	cp /bin/busybox box
	custody --argv0 echo -- ./box named
	[[ $output == named ]] || fail "$output"
	run -127 --separate-stderr "$REMAND" run --argv0 cat -- missing-program
	[[ $stderr == 'remand: not-started: cannot execute missing-program: No such file or directory' ]] || fail "$stderr"
}

@test "a program of the caller is shown in /box, and that is its argv[0]" {
	echo '#!/bin/sh
	echo "$0"' | executable mine
	[[ $("$REMAND" run -- ./mine) == /box/mine ]]
	[[ $("$REMAND" run -- "$PWD/mine") == /box/mine ]]
	[[ $("$REMAND" run -C / -- ./mine) == /box/mine ]]
}

@test "a program of the caller cannot be changed by itself" {
	echo '#!/bin/sh
	echo hacked >"$0"; rm -f "$0"' | executable mine
	cp mine before
	"$REMAND" run -- ./mine || true
	cmp mine before
}

@test "a program through a link of the caller is the link's target" {
	cp /bin/busybox real
	ln -s real echo
	[[ $("$REMAND" run -- ./echo linked) == linked ]]
}

@test "a program that only root may reach can be run all the same" {
	mkdir -m 700 private
	cp /bin/busybox private/echo
	[[ $("$REMAND" run -- private/echo reached) == reached ]]
}

@test "what lies beside the program is not shown" {
	cp /bin/busybox ls
	echo secret >secret
	[[ $("$REMAND" run -- ./ls -A /box) == ls ]]
}

@test "an absolute program of the system is run in its place" {
	[[ $("$REMAND" run -- /usr/bin/sh -c 'echo "$0"; ls -A /box') == /usr/bin/sh ]]
	[[ $("$REMAND" run -- /bin/readlink /proc/self/exe) == /usr/bin/readlink ]]
}

@test "a program inside --work is run where it is" {
	mkdir -p work/sub
	echo '#!/bin/sh
	echo "$0"' | executable work/sub/mine
	[[ $("$REMAND" run --work work -- work/sub/mine) == /box/sub/mine ]]
}

@test "a program outside of --work is shown beside it, and nothing is made in the directory" {
	mkdir work
	echo '#!/bin/sh
	echo "$0"; ls -A /box' | executable mine
	[[ $("$REMAND" run --work work -- ./mine) == /file/mine ]]
	[[ -z $(ls -A work) ]]
}

@test "a path that only the cell has is found there" {
	echo '#!/bin/sh
	echo inside' | executable mine
	[[ $("$REMAND" run --file mine:tool -- /box/tool) == inside ]]
}

@test "a bare name is never looked for in the caller's directory" {
	echo '#!/bin/sh
	echo mine' | executable my-own-program
	not_started 127 ENOENT --env PATH=/usr/bin -- my-own-program
}

@test "PATH of the run, not of the caller, is searched" {
	mkdir bin
	echo '#!/bin/sh
	echo mine' | executable bin/my-own-program
	PATH=$PWD/bin:$PATH not_started 127 ENOENT -- my-own-program
	custody --bind "$PWD/bin:/own" --env PATH=/own:/usr/bin:/bin -- my-own-program
	[[ $output == mine ]]
}
