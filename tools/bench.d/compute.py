# SPDX-License-Identifier: LGPL-2.1-or-later
# compute.c in Python, of fewer rounds.
import time

table = [0] * 4096
x, total = 1, 0
began = time.process_time_ns()
for i in range(1500000):
    x = (x * 1664525 + 1013904223) & 0xFFFFFFFF
    table[x >> 20] += x
    total += table[x >> 20] & 0xFF
print(time.process_time_ns() - began)
