# SPDX-License-Identifier: LGPL-2.1-or-later
# What the source must not do is easier to see in the source than in what it does.

load ../helpers

# Comments and texts may name what the code may not call: the preprocessor takes comments out.
code() {
	local file
	for file in "$repo"/src/*.[ch]; do
		gcc -fpreprocessed -dD -E -P "$file" 2>/dev/null |
			sed -E 's/"([^"\\]|\\.)*"/""/g; s|^|'"${file##*/}"': |'
	done
}

# no_calls NAME...: none of these functions is called, nor its system call made by number
no_calls() {
	local names
	names=$(IFS='|' && echo "$*")
	run ! grep -E "(^|[^A-Za-z0-9_])($names) *\(|syscall\(SYS_($names)[,)]" <(code) || return
	no_symbols "$@"
}

# no_symbols NAME...: the library as it was built asks nobody for them
no_symbols() {
	local names
	names=$(IFS='|' && echo "$*")
	run ! grep -xE " *U ($names)(_chk|@.*)?" <(nm -u "$REMAND_BUILD/src/libremand-internal.a")
}

@test "the check of the source sees a call, and not a comment" {
	local repo="$BATS_TEST_TMPDIR"
	mkdir "$repo/src"
	echo 'int f(void) { /* wait(2) */ return kill (1, 9); }' >"$repo/src/a.c"
	no_calls wait
	! no_calls kill || fail 'kill is not seen'
}

@test "nobody is signalled by a bare pid" {
	no_calls kill killpg tkill tgkill raise sigqueue pthread_kill rt_sigqueueinfo rt_tgsigqueueinfo
}

@test "nobody is waited for by a bare pid" { no_calls wait wait3 wait4 waitpid; }

@test "waitid takes a pidfd, but in the keeper, whose children no one else can reap" {
	run ! grep -E 'waitid\((P_PID|P_ALL|P_PGID),' <(code | grep -v '^keeper_watch.c:')
	[[ $(grep -c 'SYS_waitid' <(code)) -eq 1 ]]
	grep -E 'waitid\(P_PIDFD,' <(code)
}

@test "no shell is started" { no_calls system popen; }

@test "no thread is started" { no_calls pthread_create thrd_create timer_create; }

@test "nothing sleeps, and no timer signals" {
	no_calls sleep usleep nanosleep clock_nanosleep alarm ualarm setitimer timer_create pause
}

@test "outside of keeper, target and starter nothing of the process is changed" {
	run ! grep -E '(^|[^A-Za-z0-9_])(sigaction|atexit|setenv|putenv|unsetenv|setlocale|umask|chdir|fork|vfork) *\(' \
		<(code | grep -vE '^(main|command[a-z_]*|keeper|target|starter_main|cell_build)\.c:')
}

@test "the library neither prints nor ends its caller" {
	no_symbols '(__)?v?printf' puts putchar putc perror exit abort '__assert_fail' '(v?)(err|warn)x?' \
		'(__)?v?syslog'
	# but for a function in the place of a program, which has a copy of the caller's
	diff <(echo function_target.c.o) <(nm -A -u "$REMAND_BUILD/src/libremand-internal.a" |
		sed -nE 's/.*[:/]([a-z_.]+\.o): +U (stdin|stdout|stderr)(@.*)?$/\1/p' | sort -u)
}

# The command is a client of the library, as every other: what it can do, they can.

@test "the command calls no function of the library but those of the header" {
	local build=$REMAND_BUILD/src
	cd "$BATS_TEST_TMPDIR" || return
	nm --defined-only "$build/libremand-internal.a" | awk 'NF == 3 { print $3 }' | sort -u >library
	nm -u "$build"/libremand-command.a "$build"/remand.p/main.c.o | awk '$1 == "U" { print $2 }' |
		sort -u | comm -12 - library >called
	grep -qx remand_start called
	run ! grep -v '^remand_' called
}

# clock.h, fd.h and syscalls.h are wrappers of system calls, of which all that it uses is inline.
@test "the command includes the header, its own files, and none of the library's inner ones" {
	grep -h '^#include "' "$repo"/src/main.c "$repo"/src/command*.[ch] >"$BATS_TEST_TMPDIR/included"
	grep -qxF '#include "remand.h"' "$BATS_TEST_TMPDIR/included"
	run ! grep -vE '"(remand|command[a-z_]*|clock|fd|syscalls)\.h"$' "$BATS_TEST_TMPDIR/included"
}
