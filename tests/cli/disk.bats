# SPDX-License-Identifier: LGPL-2.1-or-later
# --disk: bytes that the program may write in the cell's own file system.

load ../helpers

setup() { requires cgroup_v2; }

write() { custody --disk 1M -- "$PROGRAMS/flood_static" "$@"; }

@test "a file in /box beyond the limit is refused with ENOSPC, and the program goes on" {
	write /box/file 4000000
	[[ $output == ENOSPC ]]
	assert_verdict exit
	((status == 1))
}

@test "a file in /tmp beyond the limit is refused with ENOSPC" {
	write /tmp/file 4000000
	[[ $output == ENOSPC ]]
}

@test "files within the limit are written" {
	write /box/file 1000000
	assert_verdict ok
}

@test "what /box and /tmp hold is added up" {
	custody --disk 2M sh -c 'head -c 1800K /dev/zero >/box/a && head -c 1800K /dev/zero >/tmp/b'
	[[ $output == *'No space left on device'* ]]
}

@test "space that a deleted file gives back can be used again" {
	custody --disk 2M sh -c 'for i in 1 2 3 4; do head -c 1500K /dev/zero >a && rm a || exit; done'
	assert_verdict ok
}

# shellcheck disable=SC2016 # for the shell in the cell
@test "the number of files is limited too, even of empty ones" {
	custody --disk 64K sh -c 'i=0; while [ $((i += 1)) -lt 6000 ]; do : >$i; done'
	[[ $output == *'No space left on device'* ]]
}

# shellcheck disable=SC2016 # for the shell in the cell
@test "nothing outside of what the limit counts can be written" {
	custody sh -c 'for dir in / /usr /etc /dev /proc /lib /bin; do (: >$dir/new) && echo $dir; done'
	run ! grep '^/' <<<"$output"
}

@test "the disk limit is reported with what enforces it" {
	custody --disk 3M -- true
	assert_field limits.disk.limit $((3 << 20))
	assert_field limits.disk.enforced_by tmpfs
}

@test "without a disk limit files may be as large as memory allows" {
	custody --disk max -- "$PROGRAMS/flood_static" /box/file 60000000
	assert_verdict ok
	assert_field limits.disk.enforced_by none
}
