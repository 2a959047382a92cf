/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mistake: upper_bound where lower_bound is meant, so equal altitudes count as rising. */
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
		auto place = std::upper_bound(last.begin(), last.end(), x);

		if (place == last.end())
			last.push_back(x);
		else
			*place = x;
	}
	std::cout << last.size() << '\n';
}
