# SPDX-License-Identifier: LGPL-2.1-or-later
# Reaching into the keeper (pid 1 of the cell) and into processes of the host.

load ../helpers
load attack

# Outside a victim stands for the keeper, who has pid 1 inside.
keeper() {
	outside ptrace "$1" "$VICTIM" && inside ptrace "$1" 1
}

# The same number names nobody inside, or somebody else: it must not be the victim.
host() {
	attack ptrace "$1" "$VICTIM"
}

prepare() {
	start_victim
}

@test "the keeper cannot be attached to" { keeper attach; }
@test "the keeper cannot be seized" { keeper seize; }
@test "the keeper's memory cannot be copied" { keeper readv; }
@test "the keeper's memory cannot be overwritten" { keeper writev; }
@test "the keeper's memory cannot be opened" { keeper mem; }
@test "the keeper's files cannot be taken by pidfd_getfd" { keeper getfd; }
@test "the keeper cannot be compared" { keeper kcmp; }
@test "the keeper's pages cannot be advised away" { keeper madvise; }
@test "the keeper cannot be counted by perf" { keeper perf; }
@test "the keeper's limits cannot be read" { keeper prlimit; }
@test "the keeper's robust list cannot be read" { keeper robust-list; }
@test "the keeper's pages cannot be located" { keeper move-pages; }
@test "a process of the host cannot be attached to" { host attach; }
@test "a process of the host cannot be read" { host readv; }
@test "no file of a process of the host can be taken" { host getfd; }
@test "the limits of a process of the host cannot be read" { host prlimit; }
