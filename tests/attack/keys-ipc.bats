# SPDX-License-Identifier: LGPL-2.1-or-later
# Keys, System V objects, POSIX queues and shared memory.

load ../helpers
load attack

@test "the caller's keys cannot be read" {
	OUTSIDE=("$ATTACKS/attack_keys" with-key attack-secret)
	CALLER=("${OUTSIDE[@]}" /usr/bin/timeout 60)
	OUTSIDE+=(/usr/bin/timeout 60)
	attack keys read attack-secret
}

# The table of users tells whose keys there are, also those that nobody else may see. A user whose
# last key is gone stays in it until the kernel's collector has come round.
users_of_keys() {
	sed 's/:.*//' /proc/key-users | sort
}

nobody_new_has_keys() {
	[[ ! $(comm -13 <(echo "$1") <(users_of_keys)) ]]
}

@test "no key is left" {
	local before
	outside keys leave attack-left
	grep -q attack-left /proc/keys
	before=$(users_of_keys)
	custody_of keys leave attack-left-inside
	[[ $status -le 1 || $status -eq 159 ]]
	! grep -q attack-left-inside /proc/keys || false
	for _ in {1..100}; do
		! nobody_new_has_keys "$before" || return 0
		sleep 0.1
	done
	diff <(echo "$before") /proc/key-users
}

objects() {
	"$ATTACKS/attack_ipc" make 0x7301
	attack ipc "$1" 0x7301
}

@test "shared memory of the host cannot be attached" { objects shm; }
@test "a message queue of the host cannot be joined" { objects msg; }
@test "a semaphore of the host cannot be had" { objects sem; }
@test "a POSIX queue of the host cannot be opened" { objects mq; }
@test "POSIX shared memory of the host cannot be opened" { objects posix-shm; }
@test "the list of System V memory does not show that of the host" { objects list; }

@test "no System V or POSIX object is left" {
	mkdir -p queues
	mount -t mqueue none queues
	everything() { cat /proc/sysvipc/*; ls queues /dev/shm; }
	local before
	before=$(everything)
	outside ipc make 0x7302
	[[ $(everything) != "$before" ]]
	before=$(everything)
	custody_of ipc make 0x7303
	[[ $(everything) == "$before" ]]
	umount queues
}
