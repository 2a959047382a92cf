# SPDX-License-Identifier: LGPL-2.1-or-later
# Attacks, first without remand and then in custody: a test that cannot fail is so impossible.

# shellcheck shell=bash

# Options of `remand run` for the next custody; a caller to put before it; one to put before the
# attack without remand.
OPTIONS=()
CALLER=()
OUTSIDE=()

# ATTACK_VARIANT: under which other walls the custody is to be. `rootless`: of an ordinary user, with
# sub-ids; `rootless-plain`: without; `landlock`: with --isolation landlock, which lacks some (the
# tests in landlock.missing, which must then break out). Without remand it is always root.
CUSTODIAN=()

# An ordinary user with a cgroup: of the user's manager where systemd runs, else a directory.
make_custodian() {
	local group=/sys/fs/cgroup/attacker uid=4444
	id attacker >/dev/null 2>&1 || useradd --create-home --uid $uid attacker
	sed -i '/^attacker:/d' /etc/subuid /etc/subgid
	if [[ $ATTACK_VARIANT == rootless ]]; then
		echo attacker:600000:65536 | tee -a /etc/subuid >>/etc/subgid
	fi
	if has systemd; then
		loginctl enable-linger attacker
		systemctl start user@$uid.service
		setpriv --reuid $uid --regid $uid --init-groups env XDG_RUNTIME_DIR=/run/user/$uid \
			systemd-run --user --quiet --unit attack -p Delegate=yes sleep infinity 2>/dev/null || true
		group=$(find /sys/fs/cgroup -type d -name attack.service)
		[[ -d $group/supervisor ]] || mkdir "$group/supervisor"
		xargs -r -n 1 echo <"$group/cgroup.procs" >"$group/supervisor/cgroup.procs" || true
	else
		echo '+memory +pids' >/sys/fs/cgroup/cgroup.subtree_control
		mkdir -p $group/supervisor
	fi
	chown attacker "$group" "$group"/cgroup.{procs,subtree_control} "$group"/supervisor{,/cgroup.procs}
	printf '#!/bin/bash\necho $$ >%q/supervisor/cgroup.procs\nexport REMAND_CGROUP=%q\nexec setpriv --reuid attacker --regid attacker --init-groups "$@"\n' \
		"$group" "${group#/sys/fs/cgroup/}" >/usr/local/bin/as-attacker
	chmod 755 /usr/local/bin/as-attacker
}

# The command under its own name, as all tests use it.
make_variant() {
	local command=$REMAND
	case $ATTACK_VARIANT in
	rootless*)
		make_custodian
		printf '#!/bin/bash\nexec as-attacker %q "$@"\n' "$command" >/usr/local/bin/remand-variant
		;;
	landlock)
		# --disk is refused there; no test of what else --disk does is asked (landlock.unasked)
		cat >/usr/local/bin/remand-variant <<-END
			#!/bin/bash
			words=("\$1" --isolation landlock) options=1
			shift
			while ((\$#)); do
				[[ \$1 != -- ]] || options=''
				if [[ \$options && \$1 == --disk ]]; then shift 2; continue; fi
				words+=("\$1")
				shift
			done
			exec "$command" "\${words[@]}"
		END
		;;
	*) fail "ATTACK_VARIANT: no variant is called '$ATTACK_VARIANT'" ;;
	esac
	chmod 755 /usr/local/bin/remand-variant
}

# What this variant has not got by its documentation, or cannot be asked: skipped, or known to
# break out.
known() {
	# shellcheck disable=SC2154 # of helpers.bash
	[[ ${ATTACK_VARIANT-} && -e $repo/tests/attack/${ATTACK_VARIANT%-plain}.$1 ]] &&
		grep -qxF -- "$BATS_TEST_DESCRIPTION" <(sed 's/ *#.*//' "$repo/tests/attack/${ATTACK_VARIANT%-plain}.$1")
}

use_variant() {
	local directory=$PWD
	REMAND=/usr/local/bin/remand-variant
	! known unasked || skip "$ATTACK_VARIANT: not to be asked"

	if [[ $ATTACK_VARIANT == rootless* ]]; then
		CUSTODIAN=(as-attacker)
		chown attacker .
	fi
	while [[ $directory != / && $directory != /tmp ]]; do
		chmod a+rx "$directory"
		directory=${directory%/*}
	done
}

# These programs wreck the machine where remand does not hold them, and all are shown without it
# first, which takes root: only where the machine is thrown away. A file that needs more to be
# there for its tests says it in `prepare`.
# What is made once for all tests of a file: `prepare_file`.
setup_file() {
	has root && has vm && has cgroup_v2 || return 0
	[[ ! ${ATTACK_VARIANT-} ]] || make_variant
	if declare -F prepare_file >/dev/null; then prepare_file; fi
}

setup() {
	requires root vm cgroup_v2
	cd "$BATS_TEST_TMPDIR" || return 1
	[[ ! ${ATTACK_VARIANT-} ]] || use_variant
	if declare -F prepare >/dev/null; then prepare; fi
}

# Whoever hangs is ended with its file: starting timeout(1) for each would cost more than all else.

# outside PROGRAM MODE [ARG...]: without remand it must succeed.
outside() {
	local program=$1
	shift
	output=$("${OUTSIDE[@]}" "$ATTACKS/attack_$program" "$@" 2>&1) && status=0 || status=$?
	[[ $status -eq 0 && $output == *"BROKE OUT"* ]] && return 0
	echo "without remand, status $status: $output"
	return 1
}

# custody_of PROGRAM MODE [ARG...]: runs it inside, whatever comes of it.
custody_of() {
	local program=$1
	shift
	output=$("${CALLER[@]}" "$REMAND" run --time 100s --wall 100s "${OPTIONS[@]}" -- \
		"$ATTACKS/attack_$program" "$@" 2>&1) && status=0 || status=$?
}

# inside PROGRAM MODE [ARG...]: in custody it must run, and be held (or killed by the filter).
inside() {
	custody_of "$@"
	if known missing; then
		[[ $output == *"BROKE OUT"* ]] || fail "is known to be missing, and was held: $output"
		return
	fi
	[[ $output != *"BROKE OUT"* ]] && [[ $status -eq 1 && $output == *"held: "* || $status -eq 159 ]] && return 0
	echo "in custody, status $status: $output"
	return 1
}

# The same where a limit may end the run before the program can say that it was held.
inside_limited() {
	custody_of "$@"
	[[ $output != *"BROKE OUT"* ]] &&
		[[ $status -eq 1 && $output == *"held: "* || $status -eq 124 || $status -gt 128 ]] && return 0
	echo "in custody, status $status: $output"
	return 1
}

attack() {
	outside "$@" && inside "$@"
}

attack_limited() {
	outside "$@" && inside_limited "$@"
}

# Where this kernel has not got the thing at all, there is nothing to hold.
attack_if_possible() {
	outside "$@" >/dev/null || skip "this kernel cannot do it: $output"
	inside "$@"
}

# No process with this name is left; waits for no one.
nobody_is_called() {
	local found
	# not its status: that tells of processes, too, that end meanwhile
	found=$(grep -lsx "$1" /proc/[0-9]*/comm) || true
	echo "$found"
	[[ ! $found ]]
}

# More than once: those that breed are more by the time that they are found.
end_those_called() {
	local pid found
	for _ in {1..50}; do
		found=$(grep -lsx "$1" /proc/[0-9]*/comm) || [[ $found ]] || return 0
		while IFS=/ read -r _ _ pid _; do
			kill -KILL "$pid" || true
		done <<<"$found"
	done
}

# A process of the host with its own name, ready to be looked for; $VICTIM is its pid.
start_victim() {
	cp "$ATTACKS/attack_signals" "./${1:-attack-victim}"
	VICTIM=$("${CUSTODIAN[@]}" "./${1:-attack-victim}" victim "$PWD/note")
}

teardown() {
	[[ -z ${VICTIM:-} ]] || kill -KILL "$VICTIM"
}
