// SPDX-License-Identifier: LGPL-2.1-or-later
// What programs in every language here do; see tests/runtimes/runtimes.bash.
const fs = require('fs');
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');

function recurse(depth) {
	return depth === 0 ? 0 : depth + recurse(depth - 1);
}

function sumOfPart(numbers, part) {
	let sum = 0;
	for (let i = part; i < numbers.length; i += 2)
		sum += numbers[i];
	return sum;
}

function inThread(numbers, part) {
	return new Promise((resolve, reject) => {
		const worker = new Worker(__filename, { workerData: { numbers, part } });
		worker.on('message', resolve);
		worker.on('error', reject);
	});
}

async function main() {
	const [count, depth, megabytes] = fs.readFileSync(0, 'utf8').split(/\s+/).map(Number);
	const numbers = new Float64Array(new SharedArrayBuffer(count * 8));
	for (let i = 0, x = 1; i < count; i++)
		numbers[i] = x = x * 16807 % 2147483647;
	numbers.sort();
	console.log('sorted', numbers[0], numbers[count >> 1], numbers[count - 1]);

	const sums = await Promise.all([inThread(numbers, 0), inThread(numbers, 1)]);
	console.log('sum', sums[0] + sums[1]);

	try {
		null.nothing();
	} catch (error) {
		console.log('caught');
	}
	console.log('depth', recurse(depth));

	const kept = [];
	let pieces = 0;
	for (; pieces < megabytes * 1024; pieces++)
		kept[pieces % 1000] = new Array(128).fill(pieces);
	console.log('pieces', pieces);

	await fs.promises.writeFile('scratch', numbers[0] + '\n');
	const back = Number(await fs.promises.readFile('scratch', 'utf8'));
	await fs.promises.unlink('scratch');
	console.log('file', Number(back === numbers[0]));
}

if (isMainThread)
	main();
else
	parentPort.postMessage(sumOfPart(workerData.numbers, workerData.part));
