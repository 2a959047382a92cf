// SPDX-License-Identifier: LGPL-2.1-or-later
// compute.c in Java; the first rounds, while it is compiled, are not counted.
import java.lang.management.ManagementFactory;

public class Compute {
	static long work(int rounds) {
		int[] table = new int[4096];
		int x = 1;
		long sum = 0;
		for (int i = 0; i < rounds; i++) {
			x = x * 1664525 + 1013904223;
			table[x >>> 20] += x;
			sum += table[x >>> 20] & 0xff;
		}
		return sum;
	}

	public static void main(String[] args) {
		var threads = ManagementFactory.getThreadMXBean();
		long sum = work(20000000);
		long began = threads.getCurrentThreadCpuTime();
		sum += work(120000000);
		System.out.println(threads.getCurrentThreadCpuTime() - began);
		System.exit(sum == 1 ? 1 : 0);
	}
}
