# SPDX-License-Identifier: LGPL-2.1-or-later
# Where systemd runs: units that delegate their cgroup, and the scope that is asked for elsewhere.
# shellcheck disable=SC2016 # expanded by the inner shell
# This file's own process is in a service with Delegate=yes (tools/vm -s).

load ../helpers

setup_file() {
	useradd --create-home --uid 4321 tester
	loginctl enable-linger tester
	systemctl start user@4321.service
	printf '#!/bin/bash\ncat /proc/self/cgroup\n"%s" run -v "$@" 2>&1\ncat /proc/self/cgroup\n' "$REMAND" \
		>/usr/local/bin/between
	chmod +x /usr/local/bin/between
}

setup() { requires systemd root vm; }

user() {
	runuser -u tester -- "$@"
}

user_unit() {
	user env XDG_RUNTIME_DIR=/run/user/4321 systemd-run --user --quiet --pipe --wait "$@"
}

# await_no_scope: systemd removes a scope when it hears of its last process's end
await_no_scope() {
	local i
	for ((i = 0; i < 300; i++)); do
		[[ $(find /sys/fs/cgroup -name 'remand-*.scope' -o -name 'run-*' -path '*remand-*') ]] || break
		sleep 0.1
	done
	[[ -z $(find /sys/fs/cgroup -name 'remand-*.scope') ]]
	[[ -z $(systemctl list-units --all --no-legend 'remand-*') ]]
	[[ -z $(user env XDG_RUNTIME_DIR=/run/user/4321 systemctl --user list-units --all --no-legend 'remand-*') ]]
}

@test "a service with Delegate=yes is its own base: root's" {
	run -0 systemd-run --quiet --pipe --wait --unit with-delegate -p Delegate=yes between -- true
	[[ ${lines[0]} == */with-delegate.service && ${lines[-1]} == */with-delegate.service/supervisor ]] || fail "$output"
}

@test "a service with Delegate=yes is its own base: that of a user of the system" {
	run -0 systemd-run --quiet --pipe --wait --unit with-user -p Delegate=yes -p User=tester between -- true
	[[ ${lines[-1]} == */with-user.service/supervisor ]] || fail "$output"
}

@test "a service with Delegate=yes is its own base: the user manager's" {
	run -0 user_unit --unit with-delegate -p Delegate=yes between -- true
	[[ ${lines[-1]} == */user@4321.service/*/with-delegate.service/supervisor ]] || fail "$output"
}

@test "root in a service without Delegate gets a scope, and the service's own tree stays as it is" {
	run -0 systemd-run --quiet --pipe --wait --unit without bash -c '
		"$0" run -- cat /proc/self/cgroup
		cat /proc/self/cgroup
		find /sys/fs/cgroup/system.slice/without.service -mindepth 1 -type d' "$REMAND"
	[[ ${lines[*]} == '0::/ 0::/system.slice/without.service' ]] || fail "$output"
	await_no_scope
}

@test "a batch, a pipeline and policy learn get a scope too" {
	run -0 systemd-run --quiet --pipe --wait --unit others bash -c '
		echo "{\"argv\": \"true\"}" | "$0" batch >/run/results || cat /run/results
		"$0" pipe -- cat /proc/self/cgroup ::: cat
		"$0" policy learn -- true | grep -c "^extends"' "$REMAND"
	[[ ${lines[*]} == '0::/ '[1-9]* ]] || fail "$output"
	await_no_scope
}

@test "when systemd kills the whole scope nothing of the run is left" {
	systemd-run --quiet --unit struck bash -c '"$0" run --wall 1h -- sh -c "sleep 3600 & setsid sleep 3600" ; echo $? >/run/struck' "$REMAND"
	local i scope=''
	for ((i = 0; i < 300; i++)); do
		scope=$(find /sys/fs/cgroup/system.slice -path '*remand-*.scope/run-*' -name cgroup.procs -exec grep -l . {} +) || true
		[[ ! $scope ]] || break
		sleep 0.1
	done
	[[ $scope =~ remand-[0-9a-f]+\.scope ]] || fail 'no run in a scope'
	systemctl kill --kill-whom=all --signal=KILL "${BASH_REMATCH[0]}"
	until [[ -s /run/struck ]]; do sleep 0.1; done
	[[ $(</run/struck) == 137 ]] # remand itself was in the scope
	await_no_scope
	run ! pgrep -x sleep
}

@test "the scope is in the caller's slice, and ends with the caller's service" {
	systemd-run --quiet --unit stopped --slice test-slice bash -c '"$0" run --wall 1h -- sleep 3600' "$REMAND"
	local i scope=''
	for ((i = 0; i < 300; i++)); do
		scope=$(find /sys/fs/cgroup/test.slice/test-slice.slice -name 'remand-*.scope' 2>/dev/null) || true
		[[ $scope && -n $(find "$scope" -name 'run-*') ]] && break
		sleep 0.1
	done
	[[ $scope ]] || fail 'no scope in the slice'
	systemctl stop stopped.service
	await_no_scope
}

@test "a scope ends with remand, also when remand is killed" {
	systemd-run --quiet --unit killed -p KillMode=process bash -c '"$0" run --wall 1h -- sleep 3600 & echo $! >/run/killed.pid; wait' "$REMAND"
	local i pid
	for ((i = 0; i < 300; i++)); do
		[[ -z $(find /sys/fs/cgroup -path '*remand-*.scope/run-*' -name cgroup.procs -size -1 2>/dev/null) ]] || break
		sleep 0.1
	done
	pid=$(</run/killed.pid)
	[[ $(</proc/"$pid"/cgroup) == */remand-*.scope/supervisor ]]
	kill -KILL "$pid"
	await_no_scope
}

@test "a user in a unit of his own without Delegate gets a scope of his manager, with no variable set" {
	run -0 user_unit --unit without env -i bash -c '"$0" run -- cat /proc/self/cgroup; cat /proc/self/cgroup' "$REMAND"
	[[ ${lines[0]} == 0::/ && ${lines[1]} == */user@4321.service/*/without.service ]] || fail "$output"
	await_no_scope
}

@test "a user in a login session gets a scope of his manager" {
	run -0 systemd-run --quiet --pipe --wait -p User=tester -p PAMName=login between -- true
	[[ ${lines[0]} == */session-*.scope && ${lines[1]} == *'ok: exited with status 0'* ]] || fail "$output"
	[[ ${lines[-1]} == "${lines[0]}" ]]
	await_no_scope
}

@test "a user without a manager is told how to get one" {
	run env -i setpriv --reuid 4322 --regid 4322 --clear-groups "$REMAND" run -- true
	((status == 125)) && [[ $output == *'user 4322 has no systemd manager'*'loginctl enable-linger 4322'* ]]
}

@test "a controller that the user manager does not have is missed with the unit file line that gives it" {
	run user_unit "$REMAND" run --cpuset 0 -- true
	((status == 125)) && [[ $output == *"'cpuset' is missing"*'Delegate=cpu cpuset io memory pids'* ]]
}

@test "a library caller is not moved unless it says so" {
	run systemd-run --quiet --pipe --wait --unit caller "$PROGRAMS/thief" /usr/bin/true
	[[ $output == *'no cgroup is delegated to this process'*'set remand_spec.enter_scope'* ]] || fail "$output"
}
