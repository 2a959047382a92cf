// SPDX-License-Identifier: LGPL-2.1-or-later
// What programs in every language here do; see tests/runtimes/runtimes.bash.
using System;
using System.IO;
using System.Threading;

class Program {
	static long Recurse(long depth) {
		return depth == 0 ? 0 : depth + Recurse(depth - 1);
	}

	static void Main() {
		string[] words = Console.ReadLine().Split(' ');
		int count = int.Parse(words[0]), depth = int.Parse(words[1]), megabytes = int.Parse(words[2]);
		long[] numbers = new long[count];
		long x = 1;
		for (int i = 0; i < count; i++)
			numbers[i] = x = x * 16807 % 2147483647;
		Array.Sort(numbers);
		Console.WriteLine("sorted {0} {1} {2}", numbers[0], numbers[count / 2], numbers[count - 1]);

		long[] sums = new long[4];
		Thread[] threads = new Thread[4];
		for (int i = 0; i < 4; i++) {
			int part = i;
			threads[i] = new Thread(() => {
				for (int j = part; j < count; j += 4)
					sums[part] += numbers[j];
			});
			threads[i].Start();
		}
		foreach (Thread thread in threads)
			thread.Join();
		Console.WriteLine("sum {0}", sums[0] + sums[1] + sums[2] + sums[3]);

		try {
			numbers[count] = 0;
		} catch (IndexOutOfRangeException) {
			Console.WriteLine("caught");
		}
		Console.WriteLine("depth {0}", Recurse(depth));

		byte[][] kept = new byte[1000][];
		int pieces = 0;
		for (; pieces < megabytes * 1024; pieces++)
			kept[pieces % 1000] = new byte[1024];
		GC.Collect();
		Console.WriteLine("pieces {0}", pieces);

		File.WriteAllText("scratch", numbers[0].ToString());
		long back = long.Parse(File.ReadAllText("scratch"));
		File.Delete("scratch");
		Console.WriteLine("file {0}", back == numbers[0] ? 1 : 0);
	}
}
