/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mistake: a line for debugging in a loop that forgets to count down. */
#include <stdio.h>

int main(void)
{
	int n;

	if (scanf("%d", &n) != 1)
		return 1;
	while (n > 0)
		printf("still %d stops to read, the longest rise so far has %d\n", n, 0);
	return 0;
}
