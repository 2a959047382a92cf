/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Works the same in each language, about half a second: tells the ns of CPU time that it took. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

int main(void)
{
	static uint32_t table[4096];
	uint64_t began = cpu_ns(), sum = 0;
	uint32_t x = 1;

	for (int i = 0; i < 120000000; i++) {
		x = x * 1664525 + 1013904223;
		table[x >> 20] += x;
		sum += table[x >> 20] & 0xff;
	}
	printf("%llu\n", (unsigned long long)(cpu_ns() - began));
	return sum == 1;
}
