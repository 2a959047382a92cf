# SPDX-License-Identifier: LGPL-2.1-or-later
# Node.js

load runtimes

# its stack is a megabyte unless told otherwise
depth=5000

@test "a Node.js program runs under node" {
	runs node --file "$programs/node.js" -- node --max-old-space-size=128 node.js
}
