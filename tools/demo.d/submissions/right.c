/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Right: keep the smallest last altitude of a rise of each length. */
#include <stdio.h>

int main(void)
{
	static int last[100000];
	int n, x, length = 0;

	if (scanf("%d", &n) != 1)
		return 1;
	while (n-- > 0 && scanf("%d", &x) == 1) {
		int lo = 0, hi = length;

		while (lo < hi) {
			int mid = (lo + hi) / 2;

			if (last[mid] < x)
				lo = mid + 1;
			else
				hi = mid;
		}
		last[lo] = x;
		if (lo == length)
			length++;
	}
	printf("%d\n", length);
	return 0;
}
