package coro_test

// This file measures the bridges to what is outside of the loop.

import (
	"context"
	"testing"

	"coroscope/coro"
)

// BenchmarkReceive takes values out of a channel: that are there already, and
// that a goroutine sends while the task waits; and the same by a goroutine
// instead of a task.
func BenchmarkReceive(b *testing.B) {
	values := func(b *testing.B, room int) chan int {
		ch := make(chan int, room)
		go func() {
			for range b.N {
				ch <- 1
			}
			close(ch)
		}()
		return ch
	}
	b.Run("ready", func(b *testing.B) {
		b.ReportAllocs()
		ch := make(chan int, 1)
		coro.Run(coro.Pull(func(y *coro.Async) (int, error) {
			r := coro.NewReceiver(coro.LoopOf(y), "ch", ch)
			for range b.N {
				ch <- 1
				r.Receive(y)
			}
			return 0, nil
		}))
	})
	for name, room := range map[string]int{"unbuffered": 0, "buffered": 128} {
		b.Run(name+"/task", func(b *testing.B) {
			b.ReportAllocs()
			ch := values(b, room)
			coro.Run(coro.Pull(func(y *coro.Async) (int, error) {
				r := coro.NewReceiver(coro.LoopOf(y), "ch", ch)
				for {
					if _, ok, err := r.Receive(y); !ok {
						return 0, err
					}
				}
			}))
		})
		b.Run(name+"/goroutine", func(b *testing.B) {
			b.ReportAllocs()
			for range values(b, room) {
			}
		})
	}
}

// BenchmarkSubmit runs functions that do nothing, one after the other: on a
// pool, each on a goroutine of its own, and by a promise that is kept at once.
func BenchmarkSubmit(b *testing.B) {
	for name, work := range map[string]func(l *coro.Loop, p *coro.Pool) *coro.Future[int]{
		"pool": func(l *coro.Loop, p *coro.Pool) *coro.Future[int] {
			return coro.Submit(l, p, func(context.Context) (int, error) { return 0, nil })
		},
		"offload": func(l *coro.Loop, _ *coro.Pool) *coro.Future[int] {
			return coro.Offload(l, "work", func() (int, error) { return 0, nil })
		},
		"promise": func(l *coro.Loop, _ *coro.Pool) *coro.Future[int] {
			p := coro.NewPromise[int](l, "work")
			p.Complete(1)
			return p.Future()
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			coro.Run(coro.Pull(func(y *coro.Async) (int, error) {
				l := coro.LoopOf(y)
				p := coro.NewPool("pool", 4)
				for range b.N {
					if _, err := work(l, p).Await(y); err != nil {
						return 0, err
					}
				}
				return 0, nil
			}))
		})
	}
}

// BenchmarkSnapshot looks at a loop of 1,000 tasks, of which all but the first
// wait for the one before; and runs a loop that is watched.
func BenchmarkSnapshot(b *testing.B) {
	for name, shape := range map[string]func(f *coro.Task[any]) machine{
		"pull":         func(f *coro.Task[any]) machine { return coro.Pull(f.Await) },
		"statemachine": func(f *coro.Task[any]) machine { return &player{awaits: awaiting(coro.On(f))} },
	} {
		b.Run(name, func(b *testing.B) {
			l := coro.NewLoop(quietly)
			defer l.Close()
			last := coro.Spawn(l, coro.Pull(napping))
			for range 999 {
				last = coro.Spawn(l, shape(last))
			}
			l.CallSoon(func() { l.CallSoon(l.Stop) })
			l.RunForever()
			for b.Loop() {
				l.Snapshot(0)
			}
		})
	}
	for _, watched := range []string{"no", "yes"} {
		b.Run("yield/watched="+watched, func(b *testing.B) {
			if watched == "yes" {
				defer coro.WatchLoops()()
			}
			l := coro.NewLoop()
			defer l.Close()
			coro.Spawn(l, &steps{n: b.N})
			coro.RunUntil(l, coro.Spawn(l, &steps{n: b.N}))
		})
	}
}
