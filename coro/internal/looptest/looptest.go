// Package looptest makes loops for the tests of what stands beneath package coro.
package looptest

import (
	"runtime"
	"testing"
	"time"

	"coroscope/coro"
)

// patience is how long goroutines may take to end, on the slowest of machines.
const patience = 20 * time.Second

// New returns a loop on a virtual clock, which the test's end closes. The test
// fails if there are more goroutines then than there were before.
func New(t testing.TB) *coro.Loop {
	t.Helper()
	before := runtime.NumGoroutine()
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	t.Cleanup(func() {
		l.Close()
		for deadline := time.Now().Add(patience); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				stacks := make([]byte, 1<<16)
				t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
				return
			}
		}
	})
	return l
}
