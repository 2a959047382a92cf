/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mistake: the right answer, but in a file, as at home, and not on standard output. */
#include <algorithm>
#include <fstream>
#include <iostream>
#include <vector>

int main()
{
	std::ofstream answer("/var/tmp/remand-demo-answer");
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
	answer << last.size() << '\n';
}
