// SPDX-License-Identifier: LGPL-2.1-or-later
// What programs in every language here do; see tests/runtimes/runtimes.bash.
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Scanner;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

public class Java {
	static long recurse(long depth) {
		return depth == 0 ? 0 : depth + recurse(depth - 1);
	}

	public static void main(String[] args) throws Exception {
		Scanner scanner = new Scanner(System.in);
		int count = scanner.nextInt(), depth = scanner.nextInt(), megabytes = scanner.nextInt();
		long[] numbers = new long[count];
		long x = 1;
		for (int i = 0; i < count; i++)
			numbers[i] = x = x * 16807 % 2147483647;
		Arrays.sort(numbers);
		System.out.println("sorted " + numbers[0] + " " + numbers[count / 2] + " " + numbers[count - 1]);

		ExecutorService pool = Executors.newFixedThreadPool(4);
		Future<?>[] parts = new Future<?>[4];
		for (int i = 0; i < 4; i++) {
			final int part = i;
			parts[i] = pool.submit(() -> {
				long sum = 0;
				for (int j = part; j < count; j += 4)
					sum += numbers[j];
				return sum;
			});
		}
		long sum = 0;
		for (Future<?> part : parts)
			sum += (Long) part.get();
		pool.shutdown();
		System.out.println("sum " + sum);

		try {
			numbers[count] = 0;
		} catch (ArrayIndexOutOfBoundsException e) {
			System.out.println("caught");
		}

		Thread deep = new Thread(null, () -> System.out.println("depth " + recurse(depth)), "deep", 256 << 20);
		deep.start();
		deep.join();

		byte[][] kept = new byte[1000][];
		int pieces = 0;
		for (; pieces < megabytes * 1024; pieces++)
			kept[pieces % 1000] = new byte[1024];
		System.gc();
		System.out.println("pieces " + pieces);

		Path path = Path.of("scratch");
		Files.writeString(path, numbers[0] + "\n");
		long back = Long.parseLong(Files.readString(path).trim());
		Files.delete(path);
		System.out.println("file " + (back == numbers[0] ? 1 : 0));
	}
}
