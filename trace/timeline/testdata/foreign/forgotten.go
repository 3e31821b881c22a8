// Forgotten forgets to stop its coroutines, one of which was never resumed.
package main

import (
	"iter"
	"os"
	"runtime/trace"
)

func numbers(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func first(seq iter.Seq[int]) int {
	next, _ := iter.Pull(seq)
	v, _ := next()
	return v
}

func main() {
	trace.Start(os.Stdout)
	defer trace.Stop()
	for range 3 {
		first(numbers)
	}
	iter.Pull(numbers)
}
