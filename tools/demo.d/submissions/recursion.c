/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mistake: `j <= i` and `<=` let a stop follow itself, so the recursion has no end. */
#include <stdio.h>

static int altitude[100000];

static int longest_until(int i)
{
	int longest = 1;

	for (int j = 0; j <= i; j++) {
		if (altitude[j] <= altitude[i]) {
			int length = longest_until(j) + 1;

			if (length > longest)
				longest = length;
		}
	}
	return longest;
}

int main(void)
{
	int n, longest = 0;

	if (scanf("%d", &n) != 1)
		return 1;
	for (int i = 0; i < n && scanf("%d", &altitude[i]) == 1; i++) {
		int length = longest_until(i);

		if (length > longest)
			longest = length;
	}
	printf("%d\n", longest);
	return 0;
}
