/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attack: as many processes as the machine will give. */
#include <unistd.h>

int main(void)
{
	for (;;)
		fork();
}
