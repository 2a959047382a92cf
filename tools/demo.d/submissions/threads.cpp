/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attack: spread the work over threads, in the hope that only the first one is timed. */
#include <atomic>
#include <thread>
#include <vector>

static std::atomic<unsigned long> work;

static void burn()
{
	for (;;)
		work.fetch_add(1, std::memory_order_relaxed);
}

int main()
{
	std::vector<std::thread> threads;

	for (int i = 0; i < 8; i++)
		threads.emplace_back(burn);
	for (auto &thread : threads)
		thread.join();
}
