# SPDX-License-Identifier: LGPL-2.1-or-later
# CPython: what takes too long in an emulated machine to be tried each time.

load runtimes

@test "asyncio runs under python" {
	custody --policy python "${limits[@]}" -- python3 -c '
import asyncio
async def main():
    print(sum(await asyncio.gather(*(asyncio.to_thread(lambda i=i: i) for i in range(4)))))
asyncio.run(main())'
	assert_verdict ok
	[[ $output == 6 ]] || fail "$output"
}
