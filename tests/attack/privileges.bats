# SPDX-License-Identifier: LGPL-2.1-or-later
# Rights left over, and ways to win new ones.

load ../helpers
load attack

@test "no capability is effective" { attack privileges capability CapEff:; }
@test "no capability is permitted" { attack privileges capability CapPrm:; }
@test "no capability is in the bounding set" { attack privileges bounding; }
@test "no capability is inheritable" {
	OUTSIDE=(setpriv --inh-caps +chown --)
	CALLER=("${OUTSIDE[@]}")
	attack privileges capability CapInh:
}
@test "no capability is ambient" {
	OUTSIDE=(setpriv --inh-caps +chown --ambient-caps +chown --)
	CALLER=("${OUTSIDE[@]}")
	attack privileges capability CapAmb:
}
@test "the program is not root of the host" { attack privileges host-root; }
@test "the program cannot become root" { attack privileges setuid; }
@test "the program cannot become another user" { attack privileges other-user; }
@test "the program cannot become another group" { attack privileges other-group; }
@test "the program cannot join groups" { attack privileges setgroups; }
@test "the program cannot use files as another user" { attack privileges file-user; }
@test "the caller's other groups are gone" {
	OUTSIDE=(setpriv --groups "4,24" --)
	CALLER=("${OUTSIDE[@]}")
	attack privileges groups 24
}
@test "capabilities cannot be raised" { attack privileges capset; }
@test "an ambient capability cannot be raised" { attack privileges ambient; }
@test "the secure bits cannot be changed" { attack privileges securebits; }
@test "new privileges are off" { attack privileges new-privs; }
@test "a system call filter is on" { attack privileges no-filter; }
@test "a limit of open files cannot be raised" { attack privileges raise-limit; }
@test "a limit of the keeper cannot be lowered" { attack privileges parent-limit 1; }

# In a place that everybody can reach, as the directory of a test is not.
helper() {
	mkdir -p /srv/attack-shown
	cp "$ATTACKS/attack_privileges" /srv/attack-shown/helper
	OPTIONS=(--bind /srv/attack-shown)
	OUTSIDE=(setpriv --reuid 65533 --regid 65533 --clear-groups --)
}

@test "a set-user-id program of root gives nothing" {
	helper
	chmod 4755 /srv/attack-shown/helper
	attack privileges run-helper /srv/attack-shown/helper
}

@test "a set-group-id program of root gives nothing" {
	helper
	chmod 2755 /srv/attack-shown/helper
	attack privileges run-helper /srv/attack-shown/helper
}

@test "a program with file capabilities gives nothing" {
	helper
	setcap cap_chown+ep /srv/attack-shown/helper
	attack privileges run-helper /srv/attack-shown/helper
}

@test "no set-user-id program of another can be made" { attack privileges make-helper; }
