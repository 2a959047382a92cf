-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What programs in every language here do; see tests/runtimes/runtimes.bash.
import Control.Concurrent
import Control.Exception
import Control.Monad
import Data.Array.Unboxed
import qualified Data.ByteString.Char8 as B
import Data.IORef
import Data.List (foldl', sort)
import qualified Data.Map.Strict as M
import System.Directory (removeFile)

recurse :: Int -> Int
recurse 0 = 0
recurse depth = depth + recurse (depth - 1)

main :: IO ()
main = do
  [count, depth, megabytes] <- map read . words <$> getLine
  let random = take count (tail (iterate (\x -> x * 16807 `mod` 2147483647) (1 :: Int)))
      numbers = listArray (0, count - 1) (sort random) :: UArray Int Int
  putStrLn (unwords ("sorted" : map show [numbers ! 0, numbers ! (count `div` 2), numbers ! (count - 1)]))

  parts <- forM [0 .. 3 :: Int] $ \part -> do
    result <- newEmptyMVar
    _ <- forkOS (putMVar result $! foldl' (+) 0 [numbers ! i | i <- [part, part + 4 .. count - 1]])
    return result
  sums <- mapM takeMVar parts
  putStrLn ("sum " ++ show (sum sums))

  caught <- try (evaluate (1 `div` (depth - depth))) :: IO (Either ArithException Int)
  putStrLn (either (const "caught") show caught)
  putStrLn ("depth " ++ show (recurse depth))

  kept <- newIORef M.empty
  forM_ [1 .. megabytes * 1024] $ \i -> modifyIORef' kept (M.insert (i `mod` 1000) (B.replicate 1024 (toEnum (i `mod` 128))))
  size <- M.size <$> readIORef kept
  putStrLn ("pieces " ++ show (if size == 1000 then megabytes * 1024 else size))

  writeFile "scratch" (show (numbers ! 0))
  back <- B.unpack <$> B.readFile "scratch"
  removeFile "scratch"
  putStrLn ("file " ++ show (fromEnum (read back == numbers ! 0)))
