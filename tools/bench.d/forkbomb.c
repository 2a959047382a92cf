/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every process of it forks as fast as it can: run it in a group with a pids limit only. */
#include <unistd.h>

int main(void)
{
	for (;;)
		(void)!fork();
}
