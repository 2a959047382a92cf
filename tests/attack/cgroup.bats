# SPDX-License-Identifier: LGPL-2.1-or-later
# The tree of cgroups: more for oneself, or out of the group.

load ../helpers
load attack

# Outside a group with a limit stands for that of the run.
prepare() {
	echo +memory +pids >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p /sys/fs/cgroup/attack
	echo 128M >/sys/fs/cgroup/attack/memory.max
	# shellcheck disable=SC2016 # the inner shell is the one to expand it
	OUTSIDE=(unshare -m sh -c 'echo $$ >/sys/fs/cgroup/attack/cgroup.procs && exec "$@"' sh)
}

teardown() {
	rmdir /sys/fs/cgroup/attack 2>/dev/null || true
}

@test "the own memory limit cannot be raised" { attack cgroup write memory.max max; }
@test "the own pids limit cannot be raised" { attack cgroup write pids.max max; }
@test "the own group cannot be frozen" { attack cgroup write cgroup.freeze 0; }
@test "no process can leave the group" { attack cgroup move-out; }
@test "no group can be made below the own" { attack cgroup make; }
@test "no child can be born in another group" { attack cgroup born-elsewhere; }
@test "no limit can be raised through an own mount of the tree" { attack cgroup mount memory.max max; }
@test "no old tree of cgroups can be mounted" { attack_if_possible cgroup mount-v1; }
@test "the path of the group on the host is not to be seen" { attack cgroup path; }
