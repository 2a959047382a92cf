# SPDX-License-Identifier: LGPL-2.1-or-later
# Environment variables, and what else a process inherits without being asked.

# shellcheck disable=SC2016 # for the shell inside

load ../helpers

setup() { requires cgroup_v2; }

# env(1) itself adds nothing, unlike a shell
inside() {
	"$REMAND" run "$@" -- env | sort
}

@test "the environment is PATH, HOME and LANG, and nothing of the caller" {
	export SECRET=1 HOME=/root LANG=de_DE
	[[ $(inside) == $'HOME=/box\nLANG=C.UTF-8\nPATH=/usr/local/bin:/usr/bin:/bin' ]]
}

@test "--env NAME=VALUE adds a variable" { [[ $(inside --env X=y) == *$'\nX=y' ]]; }
@test "--env NAME= adds an empty one" { [[ $(inside --env X=) == *$'\nX=' ]]; }
@test "--env keeps what follows the first =" { [[ $(inside --env X=a=b=) == *$'\nX=a=b=' ]]; }

@test "--env keeps newlines and bytes that are no text" {
	[[ $("$REMAND" run --env X=$'a\n\xff ' -- printenv X) == $'a\n\xff ' ]]
}

@test "--env replaces a default" {
	[[ $(inside --env HOME=/tmp --env PATH=/bin) == $'HOME=/tmp\nLANG=C.UTF-8\nPATH=/bin' ]]
}

@test "of a variable given twice the last one counts, and there is one" {
	[[ $(inside --env X=1 --env X=2 | grep ^X=) == X=2 ]]
}

@test "a name that begins like another is another" {
	[[ $(inside --env X=1 --env XY=2 --env X_=3 | grep -c ^X) == 3 ]]
}

@test "--env NAME passes the caller's variable on" {
	export X='from outside'
	[[ $(inside --env X) == *$'\nX=from outside' ]]
}

@test "--env NAME that the caller does not have stays unset" {
	unset X
	[[ $(inside --env X) != *X* ]]
}

@test "--inherit-env starts from the caller's environment" {
	[[ $(env -i A=1 B=2 "$REMAND" run --inherit-env -- /usr/bin/env | sort) == $'A=1\nB=2' ]]
}

@test "--env changes what --inherit-env brought, in whatever order" {
	[[ $(env -i A=1 B=2 "$REMAND" run --env A=3 --inherit-env -- /usr/bin/env | sort) == $'A=3\nB=2' ]]
}

@test "with --inherit-env a PATH of the caller is the one that is searched" {
	run env PATH=/nowhere "$REMAND" run --quiet --inherit-env -- true
	[[ $status -eq 127 ]]
}

@test "the loader's variables of the caller have no effect inside" {
	export LD_PRELOAD=/missing/preload.so LD_LIBRARY_PATH=/missing LD_DEBUG=
	[[ $("$REMAND" run -- env 2>/dev/null) != *LD_* ]]
	# the loader complains about it, but outside only
	[[ -z $("$REMAND" run --stderr stdout -- cat /dev/null 2>/dev/null) ]]
}

@test "the umask is 022, whatever the caller's" {
	for mask in 000 077; do
		umask "$mask"
		[[ $("$REMAND" run -- sh -c umask) == 0022 ]] || return
	done
}

@test "the working directory is /box, whatever the caller's" {
	cd /usr
	[[ $("$REMAND" run -- readlink /proc/self/cwd) == /box ]]
}

@test "the caller's resource limits do not leak in" {
	ulimit -Ss 512
	ulimit -c 0
	[[ $("$REMAND" run --stack 2M -- sh -c 'ulimit -Ss') == 2048 ]]
}

@test "a caller with tighter hard limits of its own can run programs within them" {
	for limit in '-n 100' '-f 2000' '-s 4096'; do
		# shellcheck disable=SC2086
		(ulimit $limit; "$REMAND" run -- true) || fail "ulimit $limit"
	done
}

@test "a caller with a higher nice value can run programs" {
	run nice -n 5 "$REMAND" run -- nice
	[[ $status -eq 0 ]] || fail "$output"
}

@test "the caller's protection against the OOM killer is not passed on" {
	requires root
	run bash -c 'echo -900 >/proc/self/oom_score_adj
		"$REMAND" run -- cat /proc/self/oom_score_adj'
	[[ $output == 0 ]]
}

@test "the program leads a session of its own, without a terminal" {
	run "$REMAND" run -- cut -d ' ' -f 1,5-7 /proc/self/stat # pid, group, session, terminal
	read -r pid group session terminal <<<"$output"
	[[ $pid == "$group" && $pid == "$session" && $terminal == 0 ]]
}

@test "the scheduling class of the caller is not passed on" {
	requires root
	run chrt --batch 0 "$REMAND" run -- chrt -p 0
	[[ $output == *SCHED_OTHER* ]] || fail "$output"
}
