/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mistake: a table of n * n numbers where n of them would do. */
#include <algorithm>
#include <iostream>
#include <vector>

int main()
{
	std::ios::sync_with_stdio(false);
	int n;

	std::cin >> n;
	std::vector<int> altitude(n + 1, -1);
	for (int i = 1; i <= n; i++)
		std::cin >> altitude[i];

	/* longest[i][j]: from stop i on, when stop j was the last that was kept. */
	std::vector<std::vector<int>> longest(n + 2, std::vector<int>(n + 1));
	for (int i = n; i > 0; i--) {
		for (int j = 0; j < i; j++) {
			longest[i][j] = longest[i + 1][j];
			if (altitude[j] < altitude[i])
				longest[i][j] = std::max(longest[i][j], longest[i + 1][i] + 1);
		}
	}
	std::cout << longest[1][0] << '\n';
}
