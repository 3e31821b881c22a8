// Orphan has coroutines that outlive the goroutines that made them.
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

type puller struct {
	next func() (int, bool)
	stop func()
}

func makePuller(made chan<- puller) {
	next, stop := iter.Pull(numbers)
	next()
	made <- puller{next, stop}
}

func main() {
	trace.Start(os.Stdout)
	defer trace.Stop()
	made := make(chan puller)
	for range 2 {
		go makePuller(made)
		p := <-made
		p.next()
		p.stop()
	}
}
