// Alone makes coroutines with iter.Pull and iter.Pull2: one runs to its end, one
// is stopped early, one is stopped before it began.
package main

import (
	"iter"
	"os"
	"runtime/trace"
)

func count(yield func(int) bool) {
	for i := 0; i < 3 && yield(i); i++ {
	}
}

func pairs(yield func(int, int) bool) {
	for i := 0; yield(i, i*i); i++ {
	}
}

func main() {
	trace.Start(os.Stdout)
	defer trace.Stop()

	next, stop := iter.Pull(count)
	for ok := true; ok; {
		_, ok = next()
	}
	stop()

	next2, stop2 := iter.Pull2(pairs)
	next2()
	next2()
	stop2()

	_, never := iter.Pull(count)
	never()
}
