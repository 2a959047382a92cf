# SPDX-License-Identifier: LGPL-2.1-or-later
# PUC Lua

load runtimes

@test "a Lua program runs under lua" {
	runs lua --file "$programs/lua.lua" -- lua lua.lua
}
