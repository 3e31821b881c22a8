// Handoff has goroutines that resume coroutines which are older than they are,
// one within another, and older than the trace. What each of them is is only
// seen at the end, when one of each chain yields its processor.
package main

import (
	"iter"
	"os"
	"runtime"
	"runtime/trace"
	"sync"
)

// nested returns what has depth coroutines within itself.
func nested(depth int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if depth == 0 {
			for i := 0; yield(i); i++ {
			}
			return
		}
		next, stop := iter.Pull(nested(depth - 1))
		defer stop()
		for {
			if v, ok := next(); !ok || !yield(v) {
				return
			}
		}
	}
}

func main() {
	var start, traced, end sync.WaitGroup
	start.Add(1)
	end.Add(1)
	for depth := range 3 {
		next, stop := iter.Pull(nested(depth))
		next()
		traced.Add(1)
		go func() {
			start.Wait()
			for range 5 {
				next()
			}
			runtime.Gosched()
			traced.Done()
			end.Wait()
			stop()
		}()
	}
	trace.Start(os.Stdout)
	start.Done()
	traced.Wait()
	trace.Stop()
	end.Done()
}
