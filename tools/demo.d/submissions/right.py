# SPDX-License-Identifier: LGPL-2.1-or-later
# Right: the same idea in Python.
import sys
from bisect import bisect_left


def main():
    last = []
    for x in map(int, sys.stdin.buffer.read().split()[1:]):
        if not last or last[-1] < x:
            last.append(x)
        else:
            last[bisect_left(last, x)] = x
    print(len(last))


main()
