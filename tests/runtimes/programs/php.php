<?php
// SPDX-License-Identifier: LGPL-2.1-or-later
// What programs in every language here do; see tests/runtimes/runtimes.bash. No threads in PHP.
[$count, $depth, $megabytes] = array_map('intval', explode(' ', trim(fgets(STDIN))));
$numbers = [];
for ($i = 0, $x = 1; $i < $count; $i++)
	$numbers[] = $x = $x * 16807 % 2147483647;
sort($numbers);
echo 'sorted ', $numbers[0], ' ', $numbers[intdiv($count, 2)], ' ', $numbers[$count - 1], "\n";
echo 'sum ', array_sum($numbers), "\n";

try {
	intdiv(1, 0);
} catch (DivisionByZeroError) {
	echo "caught\n";
}

function recurse(int $depth): int
{
	return $depth === 0 ? 0 : $depth + recurse($depth - 1);
}
echo 'depth ', recurse($depth), "\n";

// rings, which only the collector of cycles frees
for ($pieces = 0; $pieces < $megabytes * 1024; $pieces++) {
	$ring = new stdClass();
	$ring->text = str_repeat('x', 1024);
	$ring->self = $ring;
}
gc_collect_cycles();
echo 'pieces ', $pieces, "\n";

file_put_contents('scratch', "$numbers[0]\n");
$back = (int) file_get_contents('scratch');
unlink('scratch');
echo 'file ', (int) ($back === $numbers[0]), "\n";
