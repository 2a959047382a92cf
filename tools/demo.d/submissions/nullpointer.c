/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mistake: the result of a search that finds nothing is used without a look at it. */
#include <stdio.h>
#include <stdlib.h>

static int descending(const void *a, const void *b)
{
	return *(const int *)b - *(const int *)a;
}

int main(void)
{
	static int altitude[100000];
	int n, absent = -1;
	int *found;

	if (scanf("%d", &n) != 1)
		return 1;
	for (int i = 0; i < n && scanf("%d", &altitude[i]) == 1; i++)
		;
	found = bsearch(&absent, altitude, (size_t)n, sizeof(*altitude), descending);
	printf("%d\n", *found);
	return 0;
}
