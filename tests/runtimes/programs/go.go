// SPDX-License-Identifier: LGPL-2.1-or-later
// What programs in every language here do; see tests/runtimes/runtimes.bash.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
)

func recurse(depth int) int {
	if depth == 0 {
		return 0
	}
	return depth + recurse(depth-1)
}

func caught(numbers []int) (word string) {
	defer func() {
		if recover() != nil {
			word = "caught"
		}
	}()
	numbers[len(numbers)+recurse(0)] = 0
	return "nothing happened"
}

func main() {
	var count, depth, megabytes int
	if _, err := fmt.Scan(&count, &depth, &megabytes); err != nil {
		panic(err)
	}
	numbers := make([]int, count)
	for i, x := 0, 1; i < count; i++ {
		x = x * 16807 % 2147483647
		numbers[i] = x
	}
	sort.Ints(numbers)
	fmt.Println("sorted", numbers[0], numbers[count/2], numbers[count-1])

	sums := make(chan int)
	for part := 0; part < 4; part++ {
		go func(part int) {
			runtime.LockOSThread() // a thread each
			sum := 0
			for i := part; i < count; i += 4 {
				sum += numbers[i]
			}
			sums <- sum
		}(part)
	}
	fmt.Println("sum", <-sums+<-sums+<-sums+<-sums)

	fmt.Println(caught(numbers))
	fmt.Println("depth", recurse(depth))

	kept := make([][]byte, 1000)
	pieces := 0
	for ; pieces < megabytes*1024; pieces++ {
		kept[pieces%1000] = make([]byte, 1024)
	}
	runtime.GC()
	fmt.Println("pieces", pieces)

	if err := os.WriteFile("scratch", []byte(fmt.Sprintln(numbers[0])), 0o600); err != nil {
		panic(err)
	}
	text, _ := os.ReadFile("scratch")
	back, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	if back == numbers[0] && os.Remove("scratch") == nil {
		fmt.Println("file 1")
	}
}
