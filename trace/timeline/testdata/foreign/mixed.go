// Mixed has coroutines of every kind: tasks of a loop on iter.Pull, machines,
// which have lanes, cotrace.Pull, and two of iter.Pull that nothing is written
// of, one of which resumes one that something is written of.
package main

import (
	"context"
	"iter"
	"os"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
)

func numbers(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func main() {
	cotrace.Start(os.Stdout)
	defer cotrace.Stop()

	next, stop := iter.Pull(numbers)
	defer stop()
	ours, stopOurs := cotrace.Pull(context.Background(), "ours", numbers)
	foreign, stopForeign := iter.Pull(func(yield func(int) bool) {
		for {
			if v, ok := ours(); !ok || !yield(v) {
				return
			}
		}
	})
	coro.Run(coro.Pull(func(y *coro.Async) (int, error) {
		machine := coro.Spawn(coro.LoopOf(y), &napper{}, coro.Named("napper"))
		next()
		foreign()
		for range 3 {
			coro.Wait(y, coro.Sleep(time.Millisecond).As("nap"))
			next()
		}
		foreign()
		return machine.Await(y)
	}), coro.WithName("main"), cotrace.Loop())
	stopForeign()
	stopOurs()
}

// A napper is a machine that sleeps three times.
type napper struct{ naps int }

func (m *napper) Resume(struct{}, error) (coro.Await, bool) {
	if m.naps == 3 {
		return coro.Await{}, false
	}
	m.naps++
	return coro.Sleep(time.Millisecond).As("nap"), true
}

func (m *napper) Result() int { return m.naps }
func (m *napper) Err() error  { return nil }
