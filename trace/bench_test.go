package trace_test

// This file measures what instrumentation costs: without an observer ("none"),
// with one while tracing is off and while it is on, and beside that a program
// that makes the same calls of runtime/trace by hand, with messages that are
// ready ("byhand"): these calls, and the switches, are what a suspension
// consists of.
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

// A pen makes the calls of one suspension.
type pen struct {
	ctx  context.Context
	lane func() (struct{}, bool)
}

func newPen(b *testing.B) *pen {
	ctx, task := trace.NewTask(context.Background(), "count")
	b.Cleanup(task.End)
	p := &pen{ctx: ctx}
	var stop func()
	p.lane, stop = iter.Pull(func(yield func(struct{}) bool) {
		for yield(struct{}{}) {
			await := trace.StartRegion(p.ctx, "await resumer")
			yield(struct{}{})
			await.End()
		}
	})
	p.lane()
	b.Cleanup(stop)
	return p
}

// A penned is a machine that does by hand what the observer of a machine does.
type penned[Out any] struct {
	*pen
	coro.Resumable[struct{}, Out, int]
}

func (p penned[Out]) Resume(in struct{}, thrown error) (Out, bool) {
	p.lane()
	run := trace.StartRegion(p.ctx, "run count")
	trace.Log(p.ctx, "resume", "count#123 <- await resumer (state 1, count.go:7)")
	out, ok := p.Resumable.Resume(in, thrown)
	trace.Log(p.ctx, "suspend", "count#123 -> await resumer (state 1, count.go:7)")
	run.End()
	p.lane()
	return out, ok
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

// spinsByHand are the same with the calls, those for a turn of the loop
// included.
var spinsByHand = map[string]func(p *pen, n int) coro.Resumable[struct{}, coro.Await, int]{
	"statemachine": func(p *pen, n int) coro.Resumable[struct{}, coro.Await, int] {
		return penned[coro.Await]{p, &turning{spin{n}, p}}
	},
	"pull": func(p *pen, n int) coro.Resumable[struct{}, coro.Await, int] {
		return coro.Pull(func(y *coro.Async) (int, error) {
			for range n {
				trace.Log(p.ctx, "suspend", "spin#123 -> await turn (bench_test.go:41)")
				await := trace.StartRegion(p.ctx, "await turn")
				coro.Wait(y, coro.NextTurn())
				await.End()
				trace.Log(p.ctx, "resume", "spin#123 <- await turn (bench_test.go:41)")
				p.turn()
			}
			return 0, nil
		})
	},
}

func (p *pen) turn() {
	trace.Log(p.ctx, "ready", "spin#123 by turn")
	trace.Log(p.ctx, "turn", "turn 123456: 1 ready, 0 timers")
}

// turning is a spin with the logs of a turn.
type turning struct {
	spin
	pen *pen
}

func (t *turning) Resume(in struct{}, thrown error) (coro.Await, bool) {
	t.pen.turn()
	return t.spin.Resume(in, thrown)
}

// runSpin runs one task that suspends itself b.N times.
func runSpin(b *testing.B, body coro.Resumable[struct{}, coro.Await, int], opts ...coro.LoopOption) {
	b.ReportAllocs()
	l := coro.NewLoop(opts...)
	task := coro.Spawn(l, body, coro.Named("spin"))
	b.ResetTimer()
	coro.RunUntil(l, task)
	b.StopTimer()
	l.Close()
}

func BenchmarkLoop(b *testing.B) {
	for _, shape := range []string{"statemachine", "pull"} {
		b.Run(shape+"/none", func(b *testing.B) { runSpin(b, spins[shape](b.N)) })
		b.Run(shape+"/off", func(b *testing.B) { runSpin(b, spins[shape](b.N), cotrace.Loop()) })
		b.Run(shape+"/on", func(b *testing.B) {
			traced(b)
			runSpin(b, spins[shape](b.N), cotrace.Loop())
		})
		b.Run(shape+"/byhand", func(b *testing.B) {
			traced(b)
			runSpin(b, spinsByHand[shape](newPen(b), b.N))
		})
	}
}

// count is a sequence without an end.
func count(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

// countByHand is count with the calls of each suspension.
func countByHand(p *pen) iter.Seq[int] {
	return func(yield func(int) bool) {
		count(func(i int) bool {
			trace.Log(p.ctx, "suspend", "count#123 -> await resumer (bench_test.go:141)")
			await := trace.StartRegion(p.ctx, "await resumer")
			ok := yield(i)
			await.End()
			trace.Log(p.ctx, "resume", "count#123 <- await resumer (bench_test.go:141)")
			return ok
		})
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
	b.Run("byhand", func(b *testing.B) {
		traced(b)
		next, stop := iter.Pull(countByHand(newPen(b)))
		run(b, next, stop)
	})
}

// A counter is a machine that counts.
type counter struct{ n int }

func (c *counter) Resume(_ struct{}, thrown error) (int, bool) {
	c.n++
	return c.n, thrown == nil
}
func (c *counter) Result() int  { return c.n }
func (c *counter) Err() error   { return nil }
func (c *counter) Func() string { return "count" }
func (c *counter) Point() coro.Point {
	return coro.Point{State: 1, Kind: coro.OnResumer, Place: coro.Place{File: "/src/count.go", Line: 7}}
}

func counting(y *coro.Yielder[struct{}, int]) (n int, err error) {
	for ; err == nil; n++ {
		_, err = y.Yield(n)
	}
	return n, err
}

func countingByHand(p *pen) coro.Body[struct{}, int, int] {
	return func(y *coro.Yielder[struct{}, int]) (n int, err error) {
		for ; err == nil; n++ {
			trace.Log(p.ctx, "suspend", "count#123 -> await resumer (bench_test.go:141)")
			await := trace.StartRegion(p.ctx, "await resumer")
			_, err = y.Yield(n)
			await.End()
			trace.Log(p.ctx, "resume", "count#123 <- await resumer (bench_test.go:141)")
		}
		return n, err
	}
}

var counters = map[string]func() coro.Resumable[struct{}, int, int]{
	"statemachine": func() coro.Resumable[struct{}, int, int] { return &counter{} },
	"pull":         func() coro.Resumable[struct{}, int, int] { return coro.Pull(counting) },
}

var countersByHand = map[string]func(p *pen) coro.Resumable[struct{}, int, int]{
	"statemachine": func(p *pen) coro.Resumable[struct{}, int, int] { return penned[int]{p, &counter{}} },
	"pull":         func(p *pen) coro.Resumable[struct{}, int, int] { return coro.Pull(countingByHand(p)) },
}

func BenchmarkCoroutine(b *testing.B) {
	for _, shape := range []string{"statemachine", "pull"} {
		run := func(b *testing.B, c *coro.Coroutine[struct{}, int, int]) {
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
		b.Run(shape+"/byhand", func(b *testing.B) {
			traced(b)
			run(b, coro.New(countersByHand[shape](newPen(b))))
		})
	}
}
