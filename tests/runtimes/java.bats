# SPDX-License-Identifier: LGPL-2.1-or-later
# OpenJDK

load runtimes

@test "javac compiles under compile, and the program runs under java" {
	mkdir work
	cp "$programs/Java.java" work
	custody --policy compile "${limits[@]}" --work work -- javac Java.java
	assert_verdict ok || fail "$output"
	runs java --work work -- java -Xmx64m Java
}

@test "too much memory for the heap is an exception under java" {
	mkdir work
	cat >work/Hog.java <<'END'
public class Hog {
	public static void main(String[] args) {
		try {
			System.out.println(new long[100_000_000].length);
		} catch (OutOfMemoryError e) {
			System.out.println("out of memory");
		}
	}
}
END
	custody --policy java "${limits[@]}" --work work -- java -Xmx64m Hog.java
	assert_verdict ok
	[[ $output == 'out of memory' ]] || fail "$output"
}
