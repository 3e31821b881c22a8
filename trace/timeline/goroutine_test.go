package timeline_test

// This file tests the accounting of ordinary goroutines.

import (
	"context"
	"runtime/trace"
	"sync"
	"testing"
	"time"

	"coroscope/trace/timeline"
)

// Goroutines that wait for a lock are told apart by their regions.
func TestGoroutines(t *testing.T) {
	data := record(t, func() {
		var mu sync.Mutex
		var wg sync.WaitGroup
		mu.Lock()
		began := make(chan bool)
		wg.Go(func() { patron(&mu, began) })
		<-began
		time.Sleep(5 * time.Millisecond) // measured below
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
		if r.Count != 1 || r.Total < 4*time.Millisecond {
			t.Errorf("region: %+v", r)
		}
		if w := g.Waiting("sync"); w < 4*time.Millisecond || w > g.Waiting() {
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

func patron(mu *sync.Mutex, began chan bool) {
	r := trace.StartRegion(context.Background(), "wait for shaker")
	close(began)
	mu.Lock()
	r.End()
	mu.Unlock()
}
