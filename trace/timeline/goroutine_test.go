package timeline_test

// This file tests the accounting of ordinary goroutines.

import (
	"context"
	"runtime"
	"runtime/trace"
	"strings"
	"sync"
	"testing"
	"time"

	"coroscope/trace/timeline"
)

// Goroutines that wait for a lock are told apart by their regions.
func TestGoroutines(t *testing.T) {
	data := recordTimed(t, func(pass func(time.Duration)) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		mu.Lock()
		began := make(chan bool)
		wg.Go(func() { patron(&mu, began) })
		<-began
		waitsForLock("timeline_test.patron")
		pass(5 * time.Millisecond)
		mu.Unlock()
		wg.Wait()
	})
	tl := read(t, data, timeline.Options{Goroutines: true})
	found := false
	for _, g := range tl.Goroutines {
		r := g.Region("wait for shaker")
		if r.Count == 0 {
			continue
		}
		found = true
		if r.Count != 1 || !about(r.Total, 5*time.Millisecond) {
			t.Errorf("region: %+v", r)
		}
		if w := g.Waiting("sync"); !about(w, 5*time.Millisecond) || w > g.Waiting() {
			t.Errorf("waited for %v in sync, of %+v", w, g.Waits)
		}
		if g.Func == "" || g.Created == 0 || g.Alive || g.Ended <= g.Created || g.Running <= 0 {
			t.Errorf("goroutine: %+v", g)
		}
		if sum := g.Running + g.Runnable + g.Syscall + g.Waiting(); sum != g.Ended-g.Created {
			t.Errorf("lived for %v, accounted for %v", g.Ended-g.Created, sum)
		}
	}
	if !found {
		t.Error("no goroutine with the region")
	}
}

// waitsForLock returns when a goroutine with that function on its stack waits for
// a lock.
func waitsForLock(function string) {
	for buf := make([]byte, 1<<20); ; runtime.Gosched() {
		for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if state, _, _ := strings.Cut(stack, "\n"); strings.Contains(state, "[sync.Mutex.Lock") && strings.Contains(stack, function) {
				return
			}
		}
	}
}

func patron(mu *sync.Mutex, began chan bool) {
	r := trace.StartRegion(context.Background(), "wait for shaker")
	close(began)
	mu.Lock()
	r.End()
	mu.Unlock()
}
