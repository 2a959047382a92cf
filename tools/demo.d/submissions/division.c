/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mistake: buckets of n / 100000 stops, which is none at all when there are fewer stops. */
#include <stdio.h>

int main(void)
{
	int n, buckets = 0;

	if (scanf("%d", &n) != 1)
		return 1;
	for (int i = 0; i < n; i++)
		buckets = i / (n / 100000) + 1;
	printf("%d\n", buckets);
	return 0;
}
