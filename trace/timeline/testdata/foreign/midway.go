// Midway begins its trace while coroutines exist: one that is suspended and goes
// on, one that is suspended and stays so, one that is running, and one that has
// resumed that one.
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

func main() {
	goesOn, stopIt := iter.Pull(numbers)
	goesOn()
	stays, _ := iter.Pull(numbers)
	stays()

	outer, stopOuter := iter.Pull(func(yield func(int) bool) {
		inner, stopInner := iter.Pull(func(yield func(int) bool) {
			trace.Start(os.Stdout)
			for i := 0; yield(i); i++ {
			}
		})
		defer stopInner()
		for {
			if v, ok := inner(); !ok || !yield(v) {
				return
			}
		}
	})
	// On another goroutine than main's, so that the trace knows nothing of who
	// resumes whom.
	done := make(chan bool)
	go func() {
		defer close(done)
		for range 3 {
			outer()
			goesOn()
		}
		stopOuter()
		stopIt()
	}()
	<-done
	trace.Stop()
}
