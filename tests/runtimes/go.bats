# SPDX-License-Identifier: LGPL-2.1-or-later
# Go

load runtimes

@test "go build compiles under compile, and the program runs under go" {
	compiles go.go go go build -o go go.go
	runs go -- ./go
}
