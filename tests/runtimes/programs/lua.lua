-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What programs in every language here do; see tests/runtimes/runtimes.bash. No threads in Lua.
local count, depth, megabytes = io.read("n", "n", "n")
local numbers, x, sum = {}, 1, 0
for i = 1, count do
	x = x * 16807 % 2147483647
	numbers[i] = x
	sum = sum + x
end
table.sort(numbers)
print("sorted " .. numbers[1] .. " " .. numbers[count // 2 + 1] .. " " .. numbers[count])
print("sum " .. sum)

if not pcall(error, "out of range") then
	print("caught")
end

local function recurse(depth)
	if depth == 0 then return 0 end
	return depth + recurse(depth - 1)
end
print("depth " .. recurse(depth))

local kept, pieces = {}, 0
while pieces < megabytes * 1024 do
	kept[pieces % 1000 + 1] = { string.rep("x", 1000) .. pieces }
	pieces = pieces + 1
end
collectgarbage()
print("pieces " .. pieces)

local file = assert(io.open("scratch", "w"))
file:write(numbers[1], "\n")
file:close()
file = assert(io.open("scratch"))
local back = file:read("n")
file:close()
print("file " .. (back == numbers[1] and os.remove("scratch") and 1 or 0))
