// SPDX-License-Identifier: LGPL-2.1-or-later
// What programs in every language here do; see tests/runtimes/runtimes.bash.
use std::{fs, io, panic, sync::Arc, thread};

fn recurse(depth: i64) -> i64 {
    let here = std::cell::Cell::new(depth);
    if depth == 0 {
        0
    } else {
        recurse(depth - 1) + here.get()
    }
}

fn main() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    let words: Vec<usize> = line.split_whitespace().map(|w| w.parse().unwrap()).collect();
    let (count, depth, megabytes) = (words[0], words[1] as i64, words[2]);
    let mut x: i64 = 1;
    let mut numbers: Vec<i64> = (0..count)
        .map(|_| {
            x = x * 16807 % 2147483647;
            x
        })
        .collect();
    numbers.sort();
    println!("sorted {} {} {}", numbers[0], numbers[count / 2], numbers[count - 1]);

    let numbers = Arc::new(numbers);
    let threads: Vec<_> = (0..4)
        .map(|part| {
            let numbers = Arc::clone(&numbers);
            thread::spawn(move || numbers.iter().skip(part).step_by(4).sum::<i64>())
        })
        .collect();
    let sum: i64 = threads.into_iter().map(|t| t.join().unwrap()).sum();
    println!("sum {}", sum);

    panic::set_hook(Box::new(|_| {}));
    if panic::catch_unwind(|| numbers[count]).is_err() {
        println!("caught");
    }
    println!("depth {}", recurse(depth));

    let mut kept: Vec<Vec<u8>> = vec![Vec::new(); 1000];
    let mut pieces = 0;
    while pieces < megabytes * 1024 {
        kept[pieces % 1000] = vec![pieces as u8; 1024];
        pieces += 1;
    }
    println!("pieces {}", pieces);

    fs::write("scratch", format!("{}\n", numbers[0])).unwrap();
    let back: i64 = fs::read_to_string("scratch").unwrap().trim().parse().unwrap();
    fs::remove_file("scratch").unwrap();
    println!("file {}", (back == numbers[0]) as i32);
}
