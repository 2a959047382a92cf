// SPDX-License-Identifier: LGPL-2.1-or-later
// What programs in every language here do; see tests/runtimes/runtimes.bash.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

static long recurse(long depth)
{
	volatile long here = depth;
	return depth == 0 ? 0 : here + recurse(depth - 1);
}

int main()
{
	long count, depth, megabytes, x = 1, sum = 0;
	if (!(std::cin >> count >> depth >> megabytes))
		return 1;
	std::vector<long> numbers(count);
	for (long &number : numbers)
		number = x = x * 16807 % 2147483647;
	std::sort(numbers.begin(), numbers.end());
	std::cout << "sorted " << numbers[0] << ' ' << numbers[count / 2] << ' ' << numbers[count - 1] << '\n';

	long sums[4] = {};
	std::vector<std::thread> threads;
	for (long part = 0; part < 4; part++)
		threads.emplace_back([&, part] {
			for (long i = part; i < count; i += 4)
				sums[part] += numbers[i];
		});
	for (std::thread &thread : threads)
		thread.join();
	for (long part : sums)
		sum += part;
	std::cout << "sum " << sum << '\n';

	try {
		numbers.at(count) = 0;
	} catch (const std::out_of_range &) {
		std::cout << "caught\n";
	}
	std::cout << "depth " << recurse(depth) << '\n';

	std::vector<std::unique_ptr<std::string>> kept(1000);
	long pieces = 0;
	for (; pieces < megabytes * 1024; pieces++)
		kept[pieces % 1000] = std::make_unique<std::string>(1024, 'x');
	std::cout << "pieces " << pieces << '\n';

	long back = -1;
	std::ofstream("scratch") << numbers[0] << '\n';
	std::ifstream("scratch") >> back;
	std::cout << "file " << (back == numbers[0] && std::remove("scratch") == 0) << '\n';
}
