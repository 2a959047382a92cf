/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attack: hold the judge's worker without using any of the CPU time that it limits. */
#include <unistd.h>

int main(void)
{
	for (;;)
		sleep(1000);
}
