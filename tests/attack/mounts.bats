# SPDX-License-Identifier: LGPL-2.1-or-later
# The mount table and the root directory.

load ../helpers
load attack

# An own mount namespace keeps the successes without remand from one another.
prepare() {
	OUTSIDE=(unshare -m)
}

@test "no tmpfs can be mounted" { attack mounts mount tmpfs; }
@test "no new proc can be mounted" { attack mounts mount proc; }
@test "no sysfs can be mounted" { attack mounts mount sysfs; }
@test "no devtmpfs can be mounted" { attack mounts mount devtmpfs; }
@test "no devpts can be mounted" { attack mounts mount devpts; }
@test "no cgroup tree can be mounted" { attack mounts mount cgroup2; }
@test "no message queue file system can be mounted" { attack mounts mount mqueue; }
@test "no directory can be bound" { attack mounts bind /etc; }
@test "the system cannot be remounted writable" {
	OUTSIDE=(unshare -m sh -c 'mount --bind /usr /usr && mount -o remount,ro,bind /usr && exec "$@"' sh)
	attack mounts remount /usr
}
@test "no attribute of a mount can be cleared" {
	OUTSIDE=(unshare -m sh -c 'mount --bind /usr /usr && mount -o remount,ro,bind /usr && exec "$@"' sh)
	attack mounts setattr /usr
}
@test "no mount can be made shared" { attack mounts share /proc; }
@test "no mount can be taken away to see what is below" { attack mounts umount /proc; }
@test "no mount can be moved" { attack mounts move /proc; }
@test "no tree can be cloned with open_tree" { attack mounts open-tree /; }
@test "no file system can be mounted by fsopen" { attack mounts fsopen tmpfs; }
@test "the root cannot be pivoted" { attack mounts pivot; }
@test "the root cannot be changed" { attack mounts chroot; }
@test "a second chroot does not lead out" {
	echo secret >/srv/attack-mounts
	attack mounts chroot-escape srv/attack-mounts
}
@test "an own user namespace gives no mounts" { attack mounts userns-mount; }
@test "an own user namespace uncovers no mount" {
	OUTSIDE=(unshare -m)
	outside mounts umount /proc
	inside mounts userns-umount /proc
}
