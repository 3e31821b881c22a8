// Across has a coroutine whose next is called on three goroutines in turn.
package main

import (
	"iter"
	"os"
	"runtime/trace"
	"sync"
)

func numbers(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func main() {
	trace.Start(os.Stdout)
	defer trace.Stop()
	next, stop := iter.Pull(numbers)
	turns := [3]chan int{make(chan int, 1), make(chan int, 1), make(chan int, 1)}
	var wg sync.WaitGroup
	for i := range turns {
		wg.Go(func() {
			for n := range turns[i] {
				next()
				if n == 8 {
					for _, c := range turns {
						close(c)
					}
					return
				}
				turns[(i+1)%len(turns)] <- n + 1
			}
		})
	}
	turns[0] <- 0
	wg.Wait()
	stop()
}
