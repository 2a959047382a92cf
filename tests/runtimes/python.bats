# SPDX-License-Identifier: LGPL-2.1-or-later
# CPython

load runtimes

@test "a Python program runs under python" {
	runs python --file "$programs/python.py" -- python3 -S python.py
}

@test "under python there are no children and no sockets, but an exception" {
	custody --policy python "${limits[@]}" -- python3 -S -c '
import os, _socket
for call in os.fork, _socket.socket, lambda: os.execv("/bin/true", ["true"]):
    try:
        call()
    except PermissionError as error:
        print(error.errno)'
	assert_verdict ok
	[[ $output == $'1\n1\n1' ]] || fail "$output"
}
