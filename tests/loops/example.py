# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two programs in custody from asyncio at the same time, and one that goes wrong."""

import asyncio
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(__file__))

import remand

# Without the limits that need controllers, so that the example runs on every host.
EVERYWHERE = {'memory': 'max', 'pids': 'max'}


async def main():
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticker = asyncio.create_task(tick())
    results = await asyncio.gather(
        remand.run_async(['sh', '-c', 'sleep 0.2; exit 3'], EVERYWHERE),
        remand.run_async(['sleep', '1000'], {**EVERYWHERE, 'wall': '300ms'}))
    ticker.cancel()
    print('asyncio:', 'ticking' if ticks else 'stuck', *(r['verdict'] for r in results))


asyncio.run(main())
print('ctypes:', remand.run(['true'], EVERYWHERE)['verdict'])
try:
    remand.run(['true'], {'time': 'soon'})
except remand.RemandError as error:
    print('ctypes:', str(error).split(';')[0])
