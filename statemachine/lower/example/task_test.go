package example

// This file measures tasks whose bodies were lowered: what a switch costs, and
// what one costs that is suspended.

import (
	"runtime"
	"testing"
	"time"

	"coroscope/coro"
)

// A spinner is Spin, written by hand.
type spinner struct{ i, n int }

func (s *spinner) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if thrown != nil || s.i >= s.n {
		return coro.Await{}, false
	}
	s.i++
	return coro.NextTurn(), true
}

func (s *spinner) Result() int { return s.n }
func (s *spinner) Err() error  { return nil }

// BenchmarkSwitch is one resumption of one of 100 tasks by their loop.
func BenchmarkSwitch(b *testing.B) {
	for _, shape := range []struct {
		name string
		task func(n int) coro.Resumable[struct{}, coro.Await, int]
	}{
		{"hand", func(n int) coro.Resumable[struct{}, coro.Await, int] { return &spinner{n: n} }},
		{"lowered", func(n int) coro.Resumable[struct{}, coro.Await, int] { return LoweredSpin(n) }},
		{"pull", func(n int) coro.Resumable[struct{}, coro.Await, int] {
			return coro.Pull(func(y *coro.Async) (int, error) { return Spin(y, n) })
		}},
	} {
		b.Run(shape.name, func(b *testing.B) {
			b.ReportAllocs()
			const tasks = 100
			l := coro.NewLoop()
			defer l.Close()
			for range tasks {
				coro.Spawn(l, shape.task(b.N/tasks+1))
			}
			b.ResetTimer()
			if err := l.RunAll(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// TestAMillionSuspended holds how much a task takes whose body was lowered, asleep
// on a timer of its own: a million of them about 200 MB at most.
func TestAMillionSuspended(t *testing.T) {
	t.Run("no arguments", func(t *testing.T) {
		testMillion(t, 170, func() coro.Resumable[struct{}, coro.Await, struct{}] { return LoweredNap() })
	})
	t.Run("two arguments, a loop, a result", func(t *testing.T) {
		testMillion(t, 210, func() coro.Resumable[struct{}, coro.Await, int] { return LoweredRest(time.Hour, 2) })
	})
}

func testMillion[T any](t *testing.T, most float64, body func() coro.Resumable[struct{}, coro.Await, T]) {
	const n = 1_000_000
	used := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	before := used()
	var last *coro.Task[T]
	for range n {
		last = coro.Spawn(l, body())
	}
	if err := l.RunUntilIdle(); err != nil {
		t.Fatal(err)
	}
	if s := last.Status(); s != coro.Suspended {
		t.Fatalf("the last task is %s, want suspended", s)
	}
	each := float64(used()-before) / float64(n)
	t.Logf("%d suspended tasks: %.0f bytes each, %.0f MB", n, each, each*float64(n)/1e6)
	if each >= most {
		t.Errorf("a suspended task takes %.0f bytes, want less than %.0f", each, most)
	}
	if err := l.RunAll(); err != nil {
		t.Fatal(err)
	}
	if _, err := last.Result(); err != nil {
		t.Errorf("the last task ended with %v", err)
	}
}
