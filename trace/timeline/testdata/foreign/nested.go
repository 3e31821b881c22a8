// Nested has a coroutine that resumes another one, which resumes a third.
package main

import (
	"iter"
	"os"
	"runtime/trace"
)

func numbers(yield func(int) bool) {
	for i := range 6 {
		if !yield(i) {
			return
		}
	}
}

func even(seq iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		next, stop := iter.Pull(seq)
		defer stop()
		for {
			v, ok := next()
			if !ok || v%2 == 0 && !yield(v) {
				return
			}
		}
	}
}

func main() {
	trace.Start(os.Stdout)
	defer trace.Stop()
	next, stop := iter.Pull(even(even(numbers)))
	defer stop()
	for ok := true; ok; {
		_, ok = next()
	}
}
