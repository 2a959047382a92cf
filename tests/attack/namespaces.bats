# SPDX-License-Identifier: LGPL-2.1-or-later
# New namespaces, and those of others.

load ../helpers
load attack

@test "no user namespace by unshare" { attack namespaces unshare user; }
@test "no mount namespace by unshare" { attack namespaces unshare mnt; }
@test "no network namespace by unshare" { attack namespaces unshare net; }
@test "no pid namespace by unshare" { attack namespaces unshare pid; }
@test "no IPC namespace by unshare" { attack namespaces unshare ipc; }
@test "no UTS namespace by unshare" { attack namespaces unshare uts; }
@test "no cgroup namespace by unshare" { attack namespaces unshare cgroup; }
@test "no time namespace by unshare" { attack namespaces unshare time; }
@test "no user namespace by clone" { attack namespaces clone user; }
@test "no pid namespace by clone" { attack namespaces clone pid; }
@test "no user namespace by clone3" { attack namespaces clone3 user; }
@test "no network namespace by clone3" { attack namespaces clone3 net; }
@test "no mount namespace by clone3" { attack namespaces clone3 mnt; }
@test "no time namespace by clone3" { attack namespaces clone3 time; }
@test "no child with a chosen pid" { attack namespaces choose-pid; }
@test "a user namespace does not bring capabilities" { attack namespaces gain; }
@test "the keeper's network namespace cannot be entered" { attack namespaces setns /proc/1/ns/net; }
@test "the keeper's pid namespace cannot be entered" { attack namespaces setns /proc/1/ns/pid; }
@test "the keeper's mount namespace cannot be entered" { attack namespaces setns /proc/1/ns/mnt; }
@test "the own network namespace cannot be entered anew" { attack namespaces setns /proc/self/ns/net; }
@test "no namespace can be entered through a pidfd" { attack namespaces setns-pidfd 1; }
