# SPDX-License-Identifier: LGPL-2.1-or-later
# Memory of every kind: three times the limit is wanted, and none may give it.

load ../helpers
load attack

prepare() {
	OPTIONS=(--memory 32M --disk 1G --open-files 1024 --pids 64)
	ulimit -n 4096
	ulimit -l unlimited
}

@test "anonymous memory is bounded" { attack_limited memory anonymous 96; }
@test "shared anonymous memory is bounded" { attack_limited memory shared 96; }
@test "nameless files are bounded" { attack_limited memory memfd 96; }
@test "files in /box are bounded" {
	outside memory file 96 .
	inside_limited memory file 96 .
}
@test "files in /tmp are bounded" { attack_limited memory file 96 /tmp; }
@test "files in /dev/shm are bounded" { attack_limited memory file 96 /dev/shm; }
@test "the contents of pipes are bounded" { attack_limited memory pipes 96; }
@test "the buffers of sockets are bounded" { attack_limited memory sockets 96; }
@test "System V memory is bounded" { attack_limited memory sysv 96; }
@test "abandoned System V memory is bounded" { attack_limited memory sysv-abandoned 96; }
@test "locked memory is bounded" { attack_limited memory locked 96; }
@test "memory spread over children is bounded" {
	OUTSIDE=(setsid -w)
	attack_limited memory children 96
}
@test "page tables are bounded" { attack_limited memory page-tables 96; }
@test "the messages in queues are bounded" {
	echo 4096 >/proc/sys/fs/mqueue/queues_max
	ulimit -q unlimited
	attack_limited memory queues 96
}

@test "a run over its memory is told as such" {
	"$REMAND" run "${OPTIONS[@]}" --report report -- "$ATTACKS/attack_memory" anonymous 96 || true
	grep -Eq '"verdict": *"memory-limit"' report
	assert_nothing_left
}
