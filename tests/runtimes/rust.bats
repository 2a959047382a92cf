# SPDX-License-Identifier: LGPL-2.1-or-later
# Rust

load runtimes

@test "rustc compiles under compile, and the program runs under rust" {
	compiles rust.rs rust rustc -O -o rust rust.rs
	runs rust -- ./rust
}
