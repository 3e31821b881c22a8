package demo

import (
	"bytes"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// All threads are there at once: each waits for all others.
func TestThreadsAreThereAtOnce(t *testing.T) {
	var buf bytes.Buffer
	if err := cotrace.Start(&buf); err != nil {
		t.Fatal(err)
	}
	const n = 5
	var there, sum atomic.Int64
	all := make(chan struct{})
	Threads(t.Context(), n, "one of five", func(i int) {
		sum.Add(int64(i))
		if there.Add(1) == n {
			close(all)
		}
		<-all
	})
	cotrace.Stop()
	if there.Load() != n || sum.Load() != n*(n-1)/2 {
		t.Errorf("%d calls with numbers that add up to %d", there.Load(), sum.Load())
	}
	tl, err := timeline.Read(&buf, timeline.Options{Goroutines: true})
	if err != nil {
		t.Fatal(err)
	}
	goroutines := 0
	for _, g := range tl.Goroutines {
		if r := g.Region("one of five"); r.Count == 1 && !g.Alive {
			goroutines++
		} else if r.Count > 0 {
			t.Errorf("goroutine %d has %d of the regions, alive %v; want one, and that it has ended", g.ID, r.Count, g.Alive)
		}
	}
	if goroutines != n {
		t.Errorf("%d goroutines have the region, want %d", goroutines, n)
	}
}

// What is interrupted takes longer; nothing takes less than half.
func TestCompute(t *testing.T) {
	Compute(0)
	start := time.Now()
	Compute(5 * time.Millisecond)
	if took := time.Since(start); took < 2500*time.Microsecond {
		t.Errorf("what takes 5ms took %v", took)
	}
}

func TestRunAll(t *testing.T) {
	l := coro.NewLoop(coro.WithClock(new(coro.VirtualClock)))
	defer l.Close()
	spawn := func(d time.Duration, result int, err error) *coro.Task[int] {
		return coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
			if err := coro.Wait(y, coro.Sleep(d)); err != nil {
				return 0, err
			}
			return result, err
		}))
	}
	got, err := RunAll(l, []*coro.Task[int]{spawn(2*time.Second, 1, nil), spawn(time.Second, 2, nil)})
	if diff := cmp.Diff([]int{1, 2}, got); diff != "" || err != nil {
		t.Errorf("%v, results (-want +got):\n%s", err, diff)
	}
	if got, err := RunAll[int](l, nil); got != nil || err != nil {
		t.Errorf("without tasks: %v, %v", got, err)
	}
	boom := errors.New("boom")
	slow := spawn(time.Hour, 1, nil)
	if _, err := RunAll(l, []*coro.Task[int]{spawn(time.Second, 0, boom), slow}); !errors.Is(err, boom) || !slow.Done() {
		t.Errorf("one fails: %v, the other done: %v; want %v when both have ended", err, slow.Done(), boom)
	}
}
