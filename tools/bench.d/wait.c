/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses no CPU until it is killed. */
#include <unistd.h>

int main(void)
{
	for (;;)
		pause();
}
