/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses one CPU, in user mode, until it is killed. */
int main(void)
{
	for (volatile unsigned long i = 0;; i++)
		;
}
