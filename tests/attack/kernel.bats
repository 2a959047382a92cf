# SPDX-License-Identifier: LGPL-2.1-or-later
# Calls that change or spy on the whole machine.

load ../helpers
load attack

@test "the machine cannot be rebooted" { attack kernel reboot; }
@test "no module can be loaded from a file" { attack kernel finit-module; }
@test "no module can be loaded from memory" { attack kernel init-module; }
@test "no module can be removed" { attack kernel delete-module; }
@test "no other kernel can be loaded" { attack kernel kexec; }
@test "no swap area can be turned on" { attack kernel swapon; }
@test "the quotas cannot be touched" { attack kernel quotactl; }
@test "process accounting cannot be turned on" { attack kernel acct; }
@test "the hostname cannot be set" { attack kernel hostname; }
@test "the domain name cannot be set" { attack kernel domainname; }
@test "the clock cannot be set" { attack kernel clock; }
@test "the time of day cannot be set" { attack kernel settimeofday; }
@test "the clock cannot be bent" { attack kernel adjtimex; }
@test "the kernel's log cannot be read" { attack kernel syslog; }
@test "no port of the machine can be had" { attack kernel ioperm; }
@test "the port level cannot be raised" { attack kernel iopl; }
@test "no file can be opened by handle" { attack kernel handle /; }
@test "no BPF map can be made" { attack kernel bpf-map; }
@test "no BPF program can be loaded" { attack kernel bpf-program; }
@test "the machine cannot be watched by perf" { attack kernel perf-machine; }
@test "perf cannot even watch the program itself" { attack kernel perf-self; }
@test "page faults of the kernel cannot be held up" { attack kernel userfaultfd; }
@test "page faults of the program cannot be held up" { attack kernel userfaultfd-user; }
@test "files cannot be watched by fanotify" { attack kernel fanotify; }
@test "files cannot be watched by fanotify without rights" { attack kernel fanotify-user; }
@test "no other execution domain can be had" { attack kernel personality; }
@test "data cannot be made executable by personality" { attack kernel personality-exec; }
@test "the local descriptor table cannot be touched" { attack kernel modify-ldt; }
@test "the machine cannot be woken by a timer" { attack kernel wake-alarm; }
