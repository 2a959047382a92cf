# SPDX-License-Identifier: LGPL-2.1-or-later
# What /proc tells and lets change.

load ../helpers
load attack

@test "the keeper's environment cannot be read" { attack proc read /proc/1/environ; }
@test "the keeper's memory map cannot be read" { attack proc read /proc/1/maps; }
@test "the keeper's memory cannot be read" { attack proc memory 1; }
@test "the keeper's auxiliary vector cannot be read" { attack proc read /proc/1/auxv; }
@test "the keeper's input and output counts cannot be read" { attack proc read /proc/1/io; }
@test "the keeper's open files cannot be listed" { attack proc list /proc/1/fd; }
@test "the keeper's file cannot be found" { attack proc link /proc/1/exe; }
@test "the keeper's file cannot be read" { attack proc read /proc/1/exe; }
@test "the keeper's root cannot be found" { attack proc link /proc/1/root; }
@test "the keeper's working directory cannot be found" { attack proc link /proc/1/cwd; }
@test "the keeper's namespaces cannot be found" { attack proc link /proc/1/ns/mnt; }
@test "no file is reached through the keeper's root" { attack proc read /proc/1/root/etc/hostname; }
@test "the keeper's wait channel cannot be read" { attack proc read /proc/1/stack; }

@test "the command line of remand itself cannot be read" {
	start_victim attack-needle
	outside proc contains "/proc/$VICTIM/cmdline" attack-needle
	OPTIONS=(--env ATTACK=attack-needle)
	inside proc contains /proc/1/cmdline attack-needle
}

@test "no process of the host can be found" {
	start_victim attack-needle
	attack proc find attack-needle
}

@test "the pattern of core dumps cannot be set" { attack proc rewrite /proc/sys/kernel/core_pattern; }
@test "the helper for modules cannot be set" { attack proc rewrite /proc/sys/kernel/modprobe; }
@test "the hostname cannot be set through /proc" { attack proc rewrite /proc/sys/kernel/hostname; }
@test "overcommit cannot be set" { attack proc rewrite /proc/sys/vm/overcommit_memory; }
@test "a limit of System V memory cannot be raised" { attack proc rewrite /proc/sys/kernel/shmmax; }
@test "a setting of the network cannot be changed" { attack proc rewrite /proc/sys/net/ipv4/ip_forward; }
@test "the number of user namespaces cannot be raised" { attack proc rewrite /proc/sys/user/max_user_namespaces; }
@test "the magic of SysRq cannot be triggered" { attack proc open-write /proc/sysrq-trigger; }
@test "the image of the kernel's memory cannot be read" { attack proc read /proc/kcore; }
@test "the kernel's log cannot be opened" { attack proc open-write /proc/kmsg; }
@test "the keys of the host cannot be listed" {
	"$ATTACKS/attack_keys" leave attack-needle
	attack proc contains /proc/keys attack-needle
}
@test "the list of keys cannot be read at all" { attack proc read /proc/keys; }
@test "the timers of the host cannot be listed" { attack proc read /proc/timer_list; }
@test "the addresses of the kernel cannot be read" {
	echo 1 >/proc/sys/kernel/kptr_restrict
	attack proc addresses
}
@test "the page flags of the machine cannot be read" { attack proc read /proc/kpageflags; }
@test "the program cannot save itself from the OOM killer" { attack proc oom; }
@test "the interrupts of the machine cannot be steered" { attack proc rewrite /proc/irq/default_smp_affinity; }
