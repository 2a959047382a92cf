/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mistake: `lo = mid` without the + 1, so the search never narrows. */
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
				lo = mid;
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
