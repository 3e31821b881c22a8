package coro_test

// This file measures what a switch costs. Figures that are compared stand in
// one benchmark, so that one run gives both.

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"coroscope/coro"
)

// steps is a machine that yields n Awaits and ends.
type steps struct {
	await func() coro.Await
	n     int
}

func (m *steps) Resume(struct{}, error) (coro.Await, bool) {
	if m.n == 0 {
		return coro.Await{}, false
	}
	m.n--
	if m.await == nil {
		return coro.NextTurn(), true
	}
	return m.await(), true
}
func (m *steps) Result() int { return 0 }
func (m *steps) Err() error  { return nil }

// counter yields 0, 1, 2, ...
func counter(y *coro.Yielder[struct{}, int]) (int, error) {
	for i := 0; ; i++ {
		if _, err := y.Yield(i); err != nil {
			return i, err
		}
	}
}

// BenchmarkResume compares a resumption of a stackful coroutine with the whole
// contract with that of a bare iter.Pull.
func BenchmarkResume(b *testing.B) {
	b.Run("iter.Pull", func(b *testing.B) {
		next, stop := iter.Pull(func(yield func(int) bool) {
			for i := 0; yield(i); i++ {
			}
		})
		defer stop()
		b.ReportAllocs()
		for b.Loop() {
			next()
		}
	})
	for name, shape := range map[string]func(coro.Body[struct{}, int, int]) coro.Resumable[struct{}, int, int]{
		"pull":      coro.Pull[struct{}, int, int],
		"goroutine": coro.Goroutine[struct{}, int, int],
	} {
		b.Run(name, func(b *testing.B) {
			c := coro.New(shape(counter))
			defer c.Close()
			b.ReportAllocs()
			for b.Loop() {
				c.Next()
			}
		})
	}
}

// BenchmarkFunctionsBetween is the time of a switch to a stack and back, with so
// many functions between it and the body, and between it and the resumer.
func BenchmarkFunctionsBetween(b *testing.B) {
	type leave = func(struct{}) bool
	type enter = func() (struct{}, bool)
	for _, c := range []struct {
		name string
		body func(leave)
		next func(enter)
	}{
		{"body=0/resumer=0", func(l leave) { leaveForever(l) }, nil},
		{"body=1/resumer=0", func(l leave) { leaveForeverBy(l, leaveBy1) }, nil},
		{"body=0/resumer=1", func(l leave) { leaveForever(l) }, enterBy1},
		{"body=1/resumer=1", func(l leave) { leaveForeverBy(l, leaveBy1) }, enterBy1},
		{"body=2/resumer=2", func(l leave) { leaveForeverBy(l, leaveBy2) }, enterBy2},
	} {
		b.Run(c.name, func(b *testing.B) {
			next, stop := iter.Pull(func(yield func(struct{}) bool) { c.body(yield) })
			defer stop()
			for b.Loop() {
				if c.next == nil {
					next()
				} else {
					c.next(next)
				}
			}
		})
	}
}

func leaveForever(leave func(struct{}) bool) {
	for leave(struct{}{}) {
	}
}

func leaveForeverBy(leave func(struct{}) bool, by func(func(struct{}) bool) bool) {
	for by(leave) {
	}
}

//go:noinline
func leaveBy1(leave func(struct{}) bool) bool { return leave(struct{}{}) }

//go:noinline
func leaveBy2(leave func(struct{}) bool) bool { return leaveBy1(leave) }

//go:noinline
func enterBy1(next func() (struct{}, bool)) { next() }

//go:noinline
func enterBy2(next func() (struct{}, bool)) { enterBy1(next) }

// BenchmarkObserved is the time of a suspension and resumption that an observer
// is told of, which needs the line of the body: that of Yield itself, and of
// functions that call it.
func BenchmarkObserved(b *testing.B) {
	for _, c := range []struct {
		name string
		body coro.Body[struct{}, int, struct{}]
	}{
		{"Yield", func(y *coro.Yielder[struct{}, int]) (ret struct{}, err error) {
			for err == nil {
				_, err = y.Yield(1)
			}
			return ret, err
		}},
		{"Yield in turns", func(y *coro.Yielder[struct{}, int]) (ret struct{}, err error) {
			for err == nil {
				y.Yield(1)
				_, err = y.Yield(2)
			}
			return ret, err
		}},
		{"YieldAs", func(y *coro.Yielder[struct{}, int]) (ret struct{}, err error) {
			for err == nil {
				_, err = y.YieldAs("label", 1)
			}
			return ret, err
		}},
		{"FromSeq", coro.FromSeq(func(yield func(int) bool) {
			for yield(1) {
			}
		})},
	} {
		b.Run(c.name, func(b *testing.B) {
			c := coro.New(coro.Pull(c.body), coro.ObservedBy(coro.NopObserver{}))
			c.Next()
			b.ReportAllocs()
			for b.Loop() {
				c.Next()
			}
			c.Close()
		})
	}
	b.Run("Future.Await", func(b *testing.B) {
		l := coro.NewLoop(coro.WithObserver(coro.NopObserver{}))
		f := coro.NewFuture[int](l, "answer")
		complete := func() { f.SetResult(1) }
		b.ReportAllocs()
		coro.RunUntil(l, coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
			for b.Loop() {
				l.CallSoon(complete)
				f.Await(y)
				f.Reset()
			}
			return 0, nil
		})))
		l.Close()
	})
}

// BenchmarkYield is the time of one yield to the loop, with so many tasks.
// For comparison: a ring of closures, and as many goroutines that call
// runtime.Gosched on one thread.
func BenchmarkYield(b *testing.B) {
	for _, n := range []int{2, 1000} {
		run := func(name string, spawn func(l *coro.Loop, steps int) coro.Result[int]) {
			b.Run(fmt.Sprintf("%s/tasks=%d", name, n), func(b *testing.B) {
				l := coro.NewLoop()
				var last coro.Result[int]
				for range n {
					last = spawn(l, b.N/n+1)
				}
				b.ReportAllocs()
				b.ResetTimer()
				if _, err := coro.RunUntil(l, last); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				l.Close()
			})
		}
		run("machine", func(l *coro.Loop, k int) coro.Result[int] {
			return coro.Spawn(l, &steps{n: k})
		})
		run("pull", func(l *coro.Loop, k int) coro.Result[int] {
			return coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
				for range k {
					if err := coro.Wait(y, coro.NextTurn()); err != nil {
						return 0, err
					}
				}
				return 0, nil
			}))
		})
		b.Run(fmt.Sprintf("iter.Pull/tasks=%d", n), func(b *testing.B) {
			var nexts []func() (int, bool)
			for range n {
				next, stop := iter.Pull(func(yield func(int) bool) {
					for yield(0) {
					}
				})
				defer stop()
				nexts = append(nexts, next)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				nexts[i]()
				if i++; i == n {
					i = 0
				}
			}
		})
		b.Run(fmt.Sprintf("closures/tasks=%d", n), func(b *testing.B) {
			ring := make([]func(), n)
			count := 0
			for i := range ring {
				ring[i] = func() { count++ }
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				ring[i]()
				if i++; i == n {
					i = 0
				}
			}
		})
		b.Run(fmt.Sprintf("Gosched/tasks=%d", n), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() {
					for range b.N/n + 1 {
						runtime.Gosched()
					}
				})
			}
			wg.Wait()
		})
	}
}

// BenchmarkAwait is the time of one await of a future: one that is ready, by so
// many tasks; one that another task makes ready each time and that is used
// again; and a new one each time. An operation of the latter two is the await
// and the step of the other task, which yields to the loop.
func BenchmarkAwait(b *testing.B) {
	for _, n := range []int{2, 1000} {
		ready := func(b *testing.B, spawn func(l *coro.Loop, f *coro.Future[int], k int) coro.Result[int]) {
			l := coro.NewLoop()
			f := coro.NewFuture[int](l, "ready")
			f.SetResult(1)
			var last coro.Result[int]
			for range n {
				last = spawn(l, f, b.N/n+1)
			}
			awaitAll(b, l, last)
		}
		b.Run(fmt.Sprintf("ready/machine/tasks=%d", n), func(b *testing.B) {
			ready(b, func(l *coro.Loop, f *coro.Future[int], k int) coro.Result[int] {
				return coro.Spawn(l, &steps{n: k, await: func() coro.Await { return coro.On(f) }})
			})
		})
		b.Run(fmt.Sprintf("ready/pull/tasks=%d", n), func(b *testing.B) {
			ready(b, func(l *coro.Loop, f *coro.Future[int], k int) coro.Result[int] {
				return coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
					for range k {
						if err := coro.Wait(y, coro.On(f)); err != nil {
							return 0, err
						}
					}
					return 0, nil
				}))
			})
		})
	}
	b.Run("reused", func(b *testing.B) {
		l := coro.NewLoop()
		f := coro.NewFuture[int](l, "reused")
		t := coro.Spawn(l, &steps{n: b.N, await: func() coro.Await {
			if f.Done() {
				f.Reset()
			}
			return coro.On(f)
		}})
		coro.Spawn(l, &steps{n: b.N, await: func() coro.Await {
			if !f.Done() {
				f.SetResult(1)
			}
			return coro.NextTurn()
		}})
		awaitAll(b, l, t)
	})
	b.Run("fresh", func(b *testing.B) {
		l := coro.NewLoop()
		var f *coro.Future[int]
		t := coro.Spawn(l, &steps{n: b.N, await: func() coro.Await {
			f = coro.NewFuture[int](l, "fresh")
			return coro.On(f)
		}})
		coro.Spawn(l, &steps{n: b.N, await: func() coro.Await {
			if f != nil && !f.Done() {
				f.SetResult(1)
			}
			return coro.NextTurn()
		}})
		awaitAll(b, l, t)
	})
}

func awaitAll(b *testing.B, l *coro.Loop, last coro.Result[int]) {
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := coro.RunUntil(l, last); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	for _, t := range l.Tasks() {
		t.Cancel()
	}
	l.CallSoon(l.Stop)
	l.RunForever()
	l.Close()
}

// BenchmarkSpawn is the time of a task that yields once, with its machine; of one
// that starts at once, and of one that asks for its Context.
func BenchmarkSpawn(b *testing.B) {
	run := func(name string, step func(l *coro.Loop), opts ...coro.Option) {
		b.Run(name, func(b *testing.B) {
			l := coro.NewLoop()
			defer l.Close()
			await := func() coro.Await { step(l); return coro.NextTurn() }
			b.ReportAllocs()
			l.CallSoon(func() {
				for range b.N - 1 {
					coro.Spawn(l, &steps{n: 1, await: await}, opts...)
				}
				coro.Spawn(l, &steps{n: 1, await: await}, opts...).AddDoneCallback(l.Stop)
			})
			b.ResetTimer()
			l.RunForever()
		})
	}
	run("plain", func(*coro.Loop) {})
	run("eager", func(*coro.Loop) {}, coro.Eager(true))
	run("context", func(l *coro.Loop) { l.Context() })
}

// nap is a machine that sleeps once.
type nap struct {
	d       time.Duration
	started bool
	err     error
}

func (m *nap) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if m.started {
		m.err = thrown
		return coro.Await{}, false
	}
	m.started = true
	return coro.Sleep(m.d), true
}
func (m *nap) Result() struct{} { return struct{}{} }
func (m *nap) Err() error       { return m.err }

// BenchmarkSleepers has 100,000 sleep for a random time of 0 to 50 ms: as
// machine tasks on one loop, and as goroutines. Beside the wall time it
// reports the processor's.
func BenchmarkSleepers(b *testing.B) {
	const n = 100_000
	b.Run("tasks", func(b *testing.B) {
		measureCPU(b, func() {
			for b.Loop() {
				rng := rand.New(rand.NewPCG(1, 2))
				l := coro.NewLoop()
				left := n
				for range n {
					t := coro.Spawn(l, &nap{d: time.Duration(rng.Int64N(int64(50 * time.Millisecond)))})
					t.AddDoneCallback(func() {
						if left--; left == 0 {
							l.Stop()
						}
					})
				}
				if err := l.RunForever(); err != nil {
					b.Fatal(err)
				}
				l.Close()
			}
		})
	})
	b.Run("goroutines", func(b *testing.B) {
		measureCPU(b, func() {
			for b.Loop() {
				rng := rand.New(rand.NewPCG(1, 2))
				var wg sync.WaitGroup
				for range n {
					d := time.Duration(rng.Int64N(int64(50 * time.Millisecond)))
					wg.Go(func() { time.Sleep(d) })
				}
				wg.Wait()
			}
		})
	})
}

// BenchmarkDay is a day of virtual time with a timer every second.
func BenchmarkDay(b *testing.B) {
	for b.Loop() {
		l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
		every(l, time.Second)
		if err := l.Advance(24 * time.Hour); err != nil {
			b.Fatal(err)
		}
		l.Close()
	}
}

// BenchmarkMillionAsleep reports what a million machine tasks, each asleep on
// a timer of its own, keep in memory, frames and timers included.
func BenchmarkMillionAsleep(b *testing.B) {
	const n = 1_000_000
	var perTask float64
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
		tasks := make([]*coro.Task[struct{}], n)
		runtime.ReadMemStats(&before)
		for i := range tasks {
			tasks[i] = coro.Spawn(l, &nap{d: time.Hour})
		}
		l.CallLater(time.Second, l.Stop)
		if err := l.RunForever(); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		perTask = float64(after.HeapAlloc-before.HeapAlloc) / n
		for _, t := range tasks {
			t.Cancel()
		}
		l.CallSoon(l.Stop)
		l.RunForever()
		l.CallSoon(l.Stop)
		l.RunForever()
		l.Close()
	}
	b.ReportMetric(perTask, "B/task")
}
