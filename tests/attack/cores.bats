# SPDX-License-Identifier: LGPL-2.1-or-later
# Crashes, and what the kernel does for them outside.

load ../helpers
load attack

prepare() {
	PATTERN=$(</proc/sys/kernel/core_pattern)
	# a crashing process does not end before its helper has let go of the core
	echo 4 >/proc/sys/kernel/core_pipe_limit
	mkdir -m 777 work
	chmod 755 .
	OPTIONS=(--work "$PWD/work")
	ulimit -c unlimited
}

teardown() {
	[[ -z ${PATTERN:-} ]] || echo "$PATTERN" >/proc/sys/kernel/core_pattern
	rm -f /run/attack-core
}

# The kernel runs this as root on the host, outside every group, with the core as its input.
core_helper() {
	printf '#!/bin/sh\n: >/run/attack-core\ncat >/dev/null\n' >/run/attack-core-helper
	chmod 755 /run/attack-core-helper
	echo "|/run/attack-core-helper" >/proc/sys/kernel/core_pattern
}

# No waiting: the file is there when the crash is over, or never.
helper_ran() {
	rm /run/attack-core
}

helper_did_not_run() {
	[[ ! -e /run/attack-core ]]
}

@test "a crash leaves no core in the work directory" {
	echo core >/proc/sys/kernel/core_pattern
	(cd work && "$ATTACKS/attack_cores" crash) || true
	[[ -n $(find work -name 'core*') ]]
	rm work/core*
	custody_of cores crash
	[[ $status -eq 134 ]]
	[[ -z $(find work -name 'core*') ]]
}

@test "a crash does not start the host's core helper" {
	core_helper
	"$ATTACKS/attack_cores" crash || true
	helper_ran
	custody_of cores crash
	[[ $status -eq 134 ]]
	helper_did_not_run
}

@test "a crash after lowering the core limit does not start the host's core helper" {
	core_helper
	"$ATTACKS/attack_cores" crash-limit 0 || true
	helper_ran
	custody_of cores crash-limit 0
	[[ $status -gt 128 || $status -eq 1 ]]
	helper_did_not_run
}

@test "the limit of cores cannot be raised" { attack cores raise; }
