/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mistake: the right answer for the example, but main ends with a status that is not 0. */
#include <stdio.h>

int main(void)
{
	printf("4\n");
	return 3;
}
