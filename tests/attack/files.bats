# SPDX-License-Identifier: LGPL-2.1-or-later
# Files that nobody gave to the program.

load ../helpers
load attack

SECRETS=(/root/attack-secret /home/attack/secret /var/lib/attack/secret /srv/attack/secret
	/tmp/attack-secret /run/attack-secret /mnt/attack-secret /dev/shm/attack-secret)

# Open to everybody by their own modes: only the wall of the cell can hold.
prepare_file() {
	mkdir -p /home/attack /var/lib/attack /srv/attack /usr/share/attack-directory
	chmod 755 /root /home /home/attack
	local secret
	for secret in "${SECRETS[@]}"; do echo secret >"$secret"; done
	chmod 666 "${SECRETS[@]}"
	echo open >/usr/share/attack-open
	chmod 666 /usr/share/attack-open
	chmod 1777 /usr/share/attack-directory
}

@test "a file in root's home cannot be read" { attack files read /root/attack-secret; }
@test "a file in a user's home cannot be read" { attack files read /home/attack/secret; }
@test "a file in /var cannot be read" { attack files read /var/lib/attack/secret; }
@test "a file in /srv cannot be read" { attack files read /srv/attack/secret; }
@test "a file in the host's /tmp cannot be read" { attack files read /tmp/attack-secret; }
@test "a file in /run cannot be read" { attack files read /run/attack-secret; }
@test "a file in /mnt cannot be read" { attack files read /mnt/attack-secret; }
@test "a file in the host's /dev/shm cannot be read" { attack files read /dev/shm/attack-secret; }
@test "the shadow file cannot be read" { attack files read /etc/shadow; }
@test "the kernel's settings in /sys cannot be read" { attack files read /sys/kernel/mm/transparent_hugepage/enabled; }
@test "the host's home directories cannot be listed" { attack files list /home attack; }
@test "the host's /tmp cannot be listed" { attack files list /tmp attack-secret; }
@test "the existence of a file outside cannot be told" { attack files exists /var/lib/attack/secret; }
@test "climbing up does not lead out of the root" { attack files climb /srv/attack/secret; }
@test "the root link in /proc does not lead out" { attack files proc-root /srv/attack/secret; }
@test "an own symbolic link does not lead out" { attack files symlink /srv/attack/secret; }
@test "a file of the system that is open to all cannot be written" { attack files write /usr/share/attack-open; }
@test "a file of the system cannot be reopened for writing" { attack files reopen /usr/share/attack-open; }
@test "a file of the system cannot be truncated" { attack files truncate /usr/share/attack-open; }
@test "a file of the system cannot be touched" { attack files touch /usr/share/attack-open; }
@test "a file of the system cannot change its mode" { attack files chmod /usr/share/attack-open; }
@test "a file of the system cannot change its owner" { attack files chown /usr/share/attack-open; }
@test "a file of the system cannot get attributes" { attack files xattr /usr/share/attack-open; }
@test "a file of the system cannot be renamed" { attack files rename /usr/share/attack-open; }
@test "a file of the system cannot be linked into the box" { attack files hardlink /usr/share/attack-open ./stolen; }
@test "nothing can be created in a directory that is open to all" { attack files create /usr/share/attack-directory; }
@test "nothing nameless can be created in a directory that is open to all" { attack_if_possible files unnamed /usr/share/attack-directory; }
@test "nothing can be created in /etc" { attack files create /etc; }
@test "nothing can be created in the root directory" { attack files create /; }

@test "a file of the system cannot be removed" {
	outside files unlink /usr/share/attack-open
	prepare_file
	inside files unlink /usr/share/attack-open
	[[ -e /usr/share/attack-open ]]
}

@test "the program's own file cannot be written through /proc/self/exe" {
	cp "$ATTACKS/attack_proc" ./copy
	ATTACKS=$BATS_TEST_TMPDIR
	mv copy attack_copy
	chmod 777 attack_copy
	attack copy own-file
}

@test "a file bound read-only cannot be written" {
	mkdir shown
	echo open >shown/file
	chmod 777 . shown && chmod 666 shown/file
	OPTIONS=(--bind "$PWD/shown")
	attack files write "$PWD/shown/file"
}

@test "a mount below a directory bound read-only is read-only too" {
	mkdir -p shown/below
	mount -t tmpfs -o mode=777 none shown/below
	touch shown/below/file
	chmod 666 shown/below/file
	OPTIONS=(--bind "$PWD/shown")
	attack files write "$PWD/shown/below/file"
	umount shown/below
}

@test "a mount of the host below /usr cannot be written" {
	mkdir -p /usr/local/attack-mount
	mount -t tmpfs -o mode=777 none /usr/local/attack-mount
	attack files create /usr/local/attack-mount
	umount /usr/local/attack-mount
}

@test "a mount of the host in a shown directory is not listed with its source" {
	mkdir -p /srv/attack/mounted
	mount -t tmpfs attack-secret-source /srv/attack/mounted
	attack proc contains /proc/self/mountinfo attack-secret-source
	umount /srv/attack/mounted
}
