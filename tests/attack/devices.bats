# SPDX-License-Identifier: LGPL-2.1-or-later
# Devices: the host's, and nodes of one's own.

load ../helpers
load attack

@test "physical memory cannot be opened" { attack devices open /dev/mem; }
@test "the kernel's log device cannot be read" { attack devices open /dev/kmsg; }
@test "the kernel's log device cannot be written" { attack devices open-write /dev/kmsg; }
@test "the serial line cannot be opened" { attack devices open-write /dev/ttyS0; }
@test "the screen's memory cannot be opened" { attack devices open /dev/vcsa; }
@test "the control of FUSE cannot be opened" { attack devices open /dev/fuse; }
@test "the snapshot device cannot be opened" { attack devices open /dev/snapshot; }
@test "the latency of the processors cannot be held" { attack devices open-write /dev/cpu_dma_latency; }
@test "the clock chip cannot be opened" { attack devices open /dev/rtc0; }
@test "the device of page faults cannot be opened" { attack devices open /dev/userfaultfd; }
@test "no node of physical memory can be made" { attack devices make-char 1 1; }
@test "no node of the log can be made" { attack devices make-char 1 11; }
@test "no node of a harmless device can be made" { attack devices make-char 1 3; }
@test "no node of a disc can be made" { attack devices make-block 8 0; }
@test "no node can be made in /tmp" { attack devices make-tmp 1 1; }
@test "no node can be made in /dev" { attack devices make-dev 1 1; }
@test "no entropy can be claimed" { attack devices entropy; }
@test "the random numbers cannot be reseeded" { attack devices reseed; }
@test "the mode of /dev/null cannot be changed" { attack devices change-null; }

@test "a device node in a directory that was bound cannot be opened" {
	mkdir shown
	mknod -m 666 shown/node c 1 5
	chmod 755 . shown
	OPTIONS=(--bind "$PWD/shown")
	attack devices open "$PWD/shown/node"
}

@test "a device node in the work directory cannot be opened" {
	mkdir -m 777 work
	mknod -m 666 work/node c 1 5
	chmod 755 .
	OPTIONS=(--work "$PWD/work")
	(cd work && outside devices open node)
	inside devices open node
}
