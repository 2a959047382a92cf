# SPDX-License-Identifier: LGPL-2.1-or-later
# What programs in every language here do; see tests/runtimes/runtimes.bash.
import gc
import os
import sys
import threading

count, depth, megabytes = map(int, sys.stdin.readline().split())
numbers, x = [], 1
for i in range(count):
    x = x * 16807 % 2147483647
    numbers.append(x)
numbers.sort()
print("sorted", numbers[0], numbers[count // 2], numbers[-1])

sums = [0] * 4


def sum_of_part(part):
    sums[part] = sum(numbers[part::4])


threads = [threading.Thread(target=sum_of_part, args=(part,)) for part in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("sum", sum(sums))

try:
    numbers[count]
except IndexError:
    print("caught")


def recurse(depth):
    return 0 if depth == 0 else depth + recurse(depth - 1)


sys.setrecursionlimit(depth + 100)
print("depth", recurse(depth))

# rings, which only the collector of cycles frees
pieces = 0
for pieces in range(1, megabytes * 1024 + 1):
    ring = [bytearray(1024)]
    ring.append(ring)
print("pieces", pieces)
gc.collect()

with open("scratch", "w") as file:
    print(numbers[0], file=file)
with open("scratch") as file:
    back = int(file.read())
os.remove("scratch")
print("file", int(back == numbers[0]))
