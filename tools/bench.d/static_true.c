/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The smallest program there is to run: what remains is the cost of running it. */
int main(void)
{
	return 0;
}
