package trace_test

// This file measures what instrumentation costs: without an observer, with
// one while tracing is off, while it is on, and beside that the calls of
// runtime/trace and the coroutine switches that it consists of ("parts").
//
//	go test -run '^$' -bench . ./trace

import (
	"context"
	"io"
	"iter"
	"runtime/trace"
	"testing"

	"coroscope/coro"
	cotrace "coroscope/trace"
)

// traced turns tracing on for the rest of a benchmark.
func traced(b *testing.B) {
	if err := cotrace.Start(io.Discard); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(cotrace.Stop)
}

// spin is a machine that yields to its loop n times.
type spin struct{ n int }

func (s *spin) Resume(struct{}, error) (coro.Await, bool) {
	s.n--
	return coro.NextTurn(), s.n >= 0
}
func (s *spin) Result() int  { return 0 }
func (s *spin) Err() error   { return nil }
func (s *spin) Func() string { return "spin" }
func (s *spin) Point() coro.Point {
	return coro.Point{State: 1, Kind: coro.OnTurn, Place: coro.Place{File: "/src/spin.go", Line: 7}}
}

var spins = map[string]func(n int) coro.Resumable[struct{}, coro.Await, int]{
	"statemachine": func(n int) coro.Resumable[struct{}, coro.Await, int] { return &spin{n} },
	"pull": func(n int) coro.Resumable[struct{}, coro.Await, int] {
		return coro.Pull(func(y *coro.Async) (int, error) {
			for range n {
				coro.Wait(y, coro.NextTurn())
			}
			return 0, nil
		})
	},
}

// runSpin runs one task that suspends itself b.N times.
func runSpin(b *testing.B, shape string, opts ...coro.LoopOption) {
	b.ReportAllocs()
	l := coro.NewLoop(opts...)
	task := coro.Spawn(l, spins[shape](b.N), coro.Named("spin"))
	b.ResetTimer()
	coro.RunUntil(l, task)
	b.StopTimer()
	l.Close()
}

func BenchmarkLoop(b *testing.B) {
	for _, shape := range []string{"statemachine", "pull"} {
		b.Run(shape+"/none", func(b *testing.B) { runSpin(b, shape) })
		b.Run(shape+"/off", func(b *testing.B) { runSpin(b, shape, cotrace.Loop()) })
		b.Run(shape+"/on", func(b *testing.B) {
			traced(b)
			runSpin(b, shape, cotrace.Loop())
		})
		b.Run(shape+"/parts", func(b *testing.B) {
			traced(b)
			b.ReportAllocs()
			loopParts(b, shape)
		})
	}
}

// loopParts does what one suspension on a loop consists of: a turn log, a
// ready log, a resume and a suspend log, an await region, two switches; for a
// machine also a run region, and the switches to its lane.
func loopParts(b *testing.B, shape string) {
	ctx, task := trace.NewTask(context.Background(), "spin")
	defer task.End()
	machine := shape == "statemachine"
	var await *trace.Region
	resume, stop := iter.Pull(func(yield func(struct{}) bool) {
		for yield(struct{}{}) {
			if !machine {
				trace.Log(ctx, "suspend", "spin#123 -> await turn (bench_test.go:41)")
			}
			await = trace.StartRegion(ctx, "await turn")
			yield(struct{}{})
			await.End()
			if !machine {
				trace.Log(ctx, "resume", "spin#123 <- await turn (bench_test.go:41)")
			}
		}
	})
	defer stop()
	resume()
	b.ResetTimer()
	for range b.N {
		trace.Log(ctx, "turn", "turn 123456: 1 ready, 0 timers")
		if machine {
			run := trace.StartRegion(ctx, "run spin")
			trace.Log(ctx, "resume", "spin#123 <- await turn (state 1, spin.go:7)")
			trace.Log(ctx, "suspend", "spin#123 -> await turn (state 1, spin.go:7)")
			run.End()
			resume() // the lane begins the region
		}
		trace.Log(ctx, "ready", "spin#123 by turn")
		resume() // the lane ends it, or the body goes on to its next suspension
		if !machine {
			resume()
		}
	}
}

// count is a sequence without an end.
func count(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func BenchmarkPull(b *testing.B) {
	run := func(b *testing.B, next func() (int, bool), stop func()) {
		b.ReportAllocs()
		for b.Loop() {
			next()
		}
		stop()
	}
	b.Run("none", func(b *testing.B) {
		next, stop := iter.Pull(count)
		run(b, next, stop)
	})
	b.Run("off", func(b *testing.B) {
		next, stop := cotrace.Pull(context.Background(), "count", count)
		run(b, next, stop)
	})
	b.Run("on", func(b *testing.B) {
		traced(b)
		next, stop := cotrace.Pull(context.Background(), "count", count)
		run(b, next, stop)
	})
	b.Run("parts", func(b *testing.B) {
		traced(b)
		soloParts(b, false)
	})
}

// soloParts does what one suspension of a coroutine that stands alone
// consists of.
func soloParts(b *testing.B, machine bool) {
	b.ReportAllocs()
	ctx, task := trace.NewTask(context.Background(), "count")
	defer task.End()
	resume, stop := iter.Pull(func(yield func(int) bool) {
		for ok := true; ok; {
			if !machine {
				trace.Log(ctx, "suspend", "count#123 -> await resumer (bench_test.go:141)")
			}
			await := trace.StartRegion(ctx, "await resumer")
			ok = yield(0)
			await.End()
			if !machine {
				trace.Log(ctx, "resume", "count#123 <- await resumer (bench_test.go:141)")
			} else {
				yield(0)
			}
		}
	})
	defer stop()
	resume()
	for b.Loop() {
		resume()
		if machine {
			run := trace.StartRegion(ctx, "run count")
			trace.Log(ctx, "resume", "count#123 <- await resumer (state 1, count.go:7)")
			trace.Log(ctx, "suspend", "count#123 -> await resumer (state 1, count.go:7)")
			run.End()
			resume()
		}
	}
}

// A counter is a machine that counts.
type counter struct{ n int }

func (c *counter) Resume(_ struct{}, thrown error) (int, bool) {
	c.n++
	return c.n, thrown == nil
}
func (c *counter) Result() struct{} { return struct{}{} }
func (c *counter) Err() error       { return nil }
func (c *counter) Func() string     { return "count" }
func (c *counter) Point() coro.Point {
	return coro.Point{State: 1, Kind: coro.OnResumer, Place: coro.Place{File: "/src/count.go", Line: 7}}
}

var counters = map[string]func() coro.Resumable[struct{}, int, struct{}]{
	"statemachine": func() coro.Resumable[struct{}, int, struct{}] { return &counter{} },
	"pull": func() coro.Resumable[struct{}, int, struct{}] {
		return coro.Pull(func(y *coro.Yielder[struct{}, int]) (ret struct{}, err error) {
			for i := 0; err == nil; i++ {
				_, err = y.Yield(i)
			}
			return ret, err
		})
	},
}

func BenchmarkCoroutine(b *testing.B) {
	for _, shape := range []string{"statemachine", "pull"} {
		run := func(b *testing.B, c *coro.Coroutine[struct{}, int, struct{}]) {
			b.ReportAllocs()
			for b.Loop() {
				c.Next()
			}
			c.Close()
		}
		b.Run(shape+"/none", func(b *testing.B) { run(b, coro.New(counters[shape]())) })
		b.Run(shape+"/off", func(b *testing.B) {
			run(b, cotrace.Coroutine(context.Background(), coro.New(counters[shape]())))
		})
		b.Run(shape+"/on", func(b *testing.B) {
			traced(b)
			run(b, cotrace.Coroutine(context.Background(), coro.New(counters[shape]())))
		})
		b.Run(shape+"/parts", func(b *testing.B) {
			traced(b)
			soloParts(b, shape == "statemachine")
		})
	}
}
