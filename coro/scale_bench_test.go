package coro_test

// This file measures what has to hold at any size: canceling a million costs ten
// times what canceling a hundred thousand does; and, by the way, what asyncio
// takes for the same yields.

import (
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
)

// cancelSleepers spawns n tasks that sleep for an hour, and returns the processor
// time that it takes to cancel all of them and run them to their ends.
func cancelSleepers(n int) time.Duration {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	tasks := make([]*coro.Task[struct{}], n)
	for i := range tasks {
		tasks[i] = coro.Spawn(l, &nap{d: time.Hour})
	}
	l.RunUntilIdle()
	runtime.GC() // which is not to be done for what was before
	began := processorTime()
	for _, t := range tasks {
		t.Cancel()
	}
	l.RunUntilIdle()
	return processorTime() - began
}

// cancelTimers sets n timers, cancels each, and returns the processor time that it
// takes.
func cancelTimers(n int) time.Duration {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	handles := make([]*coro.Handle, n)
	runtime.GC() // which is not to be done for what was before
	began := processorTime()
	for i := range handles {
		handles[i] = l.CallLater(time.Duration(i%1000)*time.Second, func() {})
	}
	for _, h := range handles {
		h.Cancel()
	}
	l.RunUntilIdle()
	return processorTime() - began
}

// cancelTimeouts is cancelTimers with each canceled before the next is set, as
// timeouts mostly are.
func cancelTimeouts(n int) time.Duration {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	runtime.GC()
	began := processorTime()
	for i := range n {
		l.CallLater(time.Duration(i%1000)*time.Second, func() {}).Cancel()
	}
	l.RunUntilIdle()
	return processorTime() - began
}

// BenchmarkCancelMany reports how much longer a million takes than a hundred
// thousand: 10 would be the same for each. Ten times a hundred thousand is as much
// work as one million, and as much for the collector, whose share differs from one
// run of either to the next; so these are compared, the quickest of several rounds
// of both.
func BenchmarkCancelMany(b *testing.B) {
	for _, c := range []struct {
		name string
		run  func(n int) time.Duration
	}{{"sleepers", cancelSleepers}, {"timers", cancelTimers}, {"timeouts", cancelTimeouts}} {
		b.Run(c.name, func(b *testing.B) {
			few, many := time.Hour, time.Hour
			for b.Loop() {
				for range 5 {
					var tenTimes time.Duration
					for range 10 {
						tenTimes += c.run(100_000)
					}
					few = min(few, tenTimes)
					many = min(many, c.run(1_000_000))
				}
			}
			b.ReportMetric(float64(few)/1e6, "ns/one-of-100k")
			b.ReportMetric(float64(many)/1e6, "ns/one-of-1M")
			b.ReportMetric(10*float64(many)/float64(few), "x")
		})
	}
}

// asyncioYields has 1,000 tasks yield 1,000 times each, and prints the seconds.
const asyncioYields = `
import asyncio, time
async def task():
    for _ in range(1000): await asyncio.sleep(0)
async def main():
    began = time.perf_counter()
    await asyncio.gather(*(task() for _ in range(1000)))
    print(time.perf_counter() - began)
asyncio.run(main())
`

// BenchmarkAsyncio has 1,000 tasks yield 1,000 times each, here and in asyncio,
// and reports how many times faster it is here.
func BenchmarkAsyncio(b *testing.B) {
	python, err := exec.LookPath("python3")
	if err != nil {
		b.Skip("it compares with asyncio; install python3 to run it")
	}
	const tasks, yields = 1000, 1000
	for name, of := range map[string]func() coro.Resumable[struct{}, coro.Await, int]{
		"machine": func() coro.Resumable[struct{}, coro.Await, int] { return &steps{n: yields} },
		"pull": func() coro.Resumable[struct{}, coro.Await, int] {
			return coro.Pull(func(y *coro.Async) (int, error) {
				for range yields {
					if err := coro.Wait(y, coro.NextTurn()); err != nil {
						return 0, err
					}
				}
				return 0, nil
			})
		},
	} {
		b.Run(name, func(b *testing.B) {
			var here, there time.Duration
			for b.Loop() {
				out, err := exec.Command(python, "-c", asyncioYields).Output()
				if err != nil {
					b.Fatal(err)
				}
				seconds, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
				if err != nil {
					b.Fatal(err)
				}
				there += time.Duration(seconds * 1e9)
				began := time.Now()
				l := coro.NewLoop()
				for range tasks {
					coro.Spawn(l, of())
				}
				if err := l.RunAll(); err != nil {
					b.Fatal(err)
				}
				here += time.Since(began)
				l.Close()
			}
			each := func(d time.Duration) float64 { return float64(d) / float64(b.N) / (tasks * yields) }
			b.ReportMetric(each(here), "ns/yield")
			b.ReportMetric(each(there), "ns/asyncio-yield")
			b.ReportMetric(float64(there)/float64(here), "x")
		})
	}
}

// Nothing that is set and canceled stays: the next thing is as quick, whatever
// there was before.
func TestCanceledTimersAreForgotten(t *testing.T) {
	l, _ := newTestLoop(t)
	for round := range 100 {
		var handles []*coro.Handle
		for i := range 1000 {
			handles = append(handles, l.CallLater(time.Duration(i)*time.Second, func() { t.Error("called") }))
		}
		for _, h := range handles {
			h.Cancel()
		}
		if n := len(l.Timers()); n != 0 {
			t.Fatalf("round %d: %d timers are set", round, n)
		}
	}
	l.Advance(24 * time.Hour)
	if l.Turns() != 0 {
		t.Errorf("canceled timers took %d turns", l.Turns())
	}
}
