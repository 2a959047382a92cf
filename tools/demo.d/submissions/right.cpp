/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Right: the same idea with the standard library. */
#include <algorithm>
#include <iostream>
#include <vector>

int main()
{
	std::ios::sync_with_stdio(false);
	std::vector<int> last;
	int n, x;

	std::cin >> n;
	while (std::cin >> x) {
		auto place = std::lower_bound(last.begin(), last.end(), x);

		if (place == last.end())
			last.push_back(x);
		else
			*place = x;
	}
	std::cout << last.size() << '\n';
}
