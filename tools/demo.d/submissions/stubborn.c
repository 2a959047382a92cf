/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attack: ignore every signal that can be ignored, and never end. */
#include <signal.h>

int main(void)
{
	for (int number = 1; number < 32; number++)
		signal(number, SIG_IGN);
	for (;;)
		;
}
