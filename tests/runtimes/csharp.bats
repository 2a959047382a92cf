# SPDX-License-Identifier: LGPL-2.1-or-later
# Mono

load runtimes

@test "mcs compiles under compile, and the program runs under csharp" {
	compiles csharp.cs csharp.exe mcs -out:csharp.exe csharp.cs
	runs csharp --file csharp.exe -- mono csharp.exe
}
