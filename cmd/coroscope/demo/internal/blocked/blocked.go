// Package blocked waits until goroutines stand where a test wants them, however
// long that takes them.
package blocked

import (
	"runtime"
	"strings"
	"sync"
)

// AtLock returns when n goroutines that have the function on their stacks, such
// as "race.byThreads", wait for a [sync.Mutex].
func AtLock(n int, function string) {
	for buf := make([]byte, 1<<20); ; runtime.Gosched() {
		waiting := 0
		for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			state, calls, _ := strings.Cut(stack, "\n")
			if strings.Contains(state, "[sync.Mutex.Lock") && strings.Contains(calls, function) {
				waiting++
			}
		}
		if waiting >= n {
			return
		}
	}
}

// A Barrier lets nobody through before so many have come, as often as they come.
type Barrier struct {
	mu     sync.Mutex
	size   int
	here   int
	opened chan struct{}
}

// NewBarrier returns a barrier for n.
func NewBarrier(n int) *Barrier { return &Barrier{size: n, opened: make(chan struct{})} }

// Wait returns when as many have called it as the barrier is for.
func (b *Barrier) Wait() {
	b.mu.Lock()
	opened := b.opened
	if b.here++; b.here == b.size {
		b.here, b.opened = 0, make(chan struct{})
		close(opened)
	}
	b.mu.Unlock()
	<-opened
}
