# SPDX-License-Identifier: LGPL-2.1-or-later
# GHC

load runtimes

@test "ghc compiles under compile, and the program runs under haskell" {
	compiles haskell.hs haskell ghc -O -threaded '-with-rtsopts=-A64m' -o haskell haskell.hs
	runs haskell -- ./haskell
}
