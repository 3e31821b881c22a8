package coro_test

// This file tests observers that come and go while a loop runs, and those that
// are a Gate.

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// An observer that comes midway is first shown what there is; one that goes is
// shown what it leaves.
func TestAttachMidway(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		r := newRecorder()
		l, _ := newTestLoop(t)
		f := coro.NewFuture[any](l, "oven")
		a := coro.Spawn(l, of(&player{awaits: awaiting(coro.Sleep(time.Hour), coro.NextTurn())}), coro.Named("a"))
		coro.Spawn(l, of(&player{awaits: awaiting(coro.On(f))}), coro.Named("b"))
		coro.Spawn(l, of(&player{awaits: awaiting(coro.On(a))}), coro.Named("c"))
		l.CallLater(time.Minute, func() {
			coro.Spawn(l, of(&player{}), coro.Named("d"))
			l.Observe(r)
		})
		l.CallLater(2*time.Hour, func() { l.Observe(nil) })
		l.CallLater(3*time.Hour, func() { f.SetResult(1) })
		run(t, l)
		r.check(t,
			"attach [a suspended await sleep] [b suspended await future oven] [c suspended await task a] [d created]",
			"resume d start",
			"end d returned",
			"timer a fired",
			"ready a: timer",
			"resume a await sleep",
			"suspend a await turn",
			"ready a: turn by a",
			"resume a await turn",
			"end a returned",
			"ready c: task by a",
			"resume c await task a",
			"end c returned",
			"detach [b suspended await future oven]",
		)
	})
}

// The snapshot's OnBody runs on the body's goroutine, with the place.
func TestSnapshotOnBody(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		var body, asked string
		var want, got coro.Place
		coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			body = goroutineID()
			want = here(1)
			return nil, coro.Wait(y, coro.Sleep(time.Hour))
		}))
		start(l)
		l.Observe(attached{f: func(snapshot []coro.TaskState) {
			for _, s := range snapshot {
				s.OnBody(func(at coro.Suspension) { asked, got = goroutineID(), at.Place })
			}
		}})
		run(t, l)
		if asked != body || got != want {
			t.Errorf("asked on %s at %s, want on %s at %s", asked, got, body, want)
		}
	})
}

// attached is an observer that wants the snapshot only.
type attached struct {
	coro.NopObserver
	f func([]coro.TaskState)
}

func (a attached) Attach(_ *coro.Loop, snapshot []coro.TaskState) { a.f(snapshot) }

// Another observer takes the place of the first; a run that is under way is
// told to it.
func TestAttachAnother(t *testing.T) {
	first, second := newRecorder(), newRecorder()
	first.turns, second.turns = true, true
	l, _ := newTestLoop(t, coro.WithObserver(first))
	coro.Spawn(l, coro.Pull(napping), coro.Named("a"))
	l.CallSoon(func() { l.Observe(second) })
	run(t, l)
	first.check(t,
		"attach",
		"spawn a",
		"ready a: spawn",
		"run true",
		"turn 1: 2 ready, 0 timers",
		"resume a start",
		"suspend a await sleep nap",
		"timer a set 1h0m0s",
		"detach [a suspended await sleep nap]",
	)
	second.check(t,
		"attach [a suspended await sleep nap]",
		"run true",
		"turn 2: 0 ready, 1 timers",
		"idle until 1h0m0s",
		"busy",
		"turn 3: 1 ready, 0 timers",
		"timer a fired",
		"ready a: timer",
		"turn 4: 1 ready, 0 timers",
		"resume a await sleep nap",
		"end a returned",
		"run false",
	)
}

// Observe from another goroutine makes an idle loop take a turn.
func TestObserveFromOutside(t *testing.T) {
	l, _ := newTestLoop(t, coro.WithClock(coro.RealClock()))
	coro.Spawn(l, coro.Pull(napping), coro.Named("a"))
	var got atomic.Int32
	o := attached{f: func(snapshot []coro.TaskState) {
		got.Store(int32(len(snapshot)))
		l.Stop()
	}}
	go func() {
		for !l.TakeTurn() {
			runtime.Gosched()
		}
		l.Observe(o)
	}()
	within(t, func() { l.RunForever() })
	if got.Load() != 1 {
		t.Errorf("the snapshot has %d tasks, want 1", got.Load())
	}
}

// gated is a recorder that is a Gate.
type gated struct {
	*recorder
	epoch atomic.Uint64
}

func (g *gated) Epoch() uint64 { return g.epoch.Load() }

func TestGate(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		g := &gated{recorder: newRecorder()}
		l, _ := newTestLoop(t, coro.WithObserver(g))
		var naps []coro.Await
		for range 4 {
			naps = append(naps, coro.Sleep(time.Hour))
		}
		coro.Spawn(l, of(&player{awaits: awaiting(naps...)}), coro.Named("a"))
		open := func(at time.Duration, epoch uint64) {
			l.CallAt(at, func() {
				g.epoch.Store(epoch)
				l.TakeTurn()
			})
		}
		open(30*time.Minute, 1)
		open(90*time.Minute, 2)
		open(150*time.Minute, 0)
		open(210*time.Minute, 3)
		run(t, l)
		nap := []string{
			"timer a fired",
			"ready a: timer",
			"resume a await sleep",
			"suspend a await sleep",
			"timer a set 1h0m0s",
		}
		var want []string
		want = append(want, "attach [a suspended await sleep]")
		want = append(want, nap...)
		want = append(want, "detach [a suspended await sleep]", "attach [a suspended await sleep]")
		want = append(want, nap...)
		want = append(want, "detach [a suspended await sleep]")
		want = append(want, "attach [a suspended await sleep]", "timer a fired", "ready a: timer", "resume a await sleep", "end a returned")
		g.check(t, want...)
	})
}

// A task made while the gate is shut is observed when it opens, whatever its
// options.
func TestGateOpensAfterSpawn(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		g := &gated{recorder: newRecorder()}
		l, _ := newTestLoop(t, coro.WithObserver(g))
		coro.Spawn(l, of(&player{awaits: awaiting(coro.NextTurn())}), coro.Named("a"))
		g.epoch.Store(1)
		run(t, l)
		g.check(t,
			"attach [a created]",
			"resume a start",
			"suspend a await turn",
			"ready a: turn by a",
			"resume a await turn",
			"end a returned",
		)
	})
}

// One coroutine that stands alone, observed from its beginning to its end.
func TestObserverOfACoroutine(t *testing.T) {
	coroutines := map[string]func(...coro.Option) *gen{
		"pull":         func(o ...coro.Option) *gen { return coro.New(coro.Pull(echo), o...) },
		"goroutine":    func(o ...coro.Option) *gen { return coro.New(coro.Goroutine(echo), o...) },
		"statemachine": func(o ...coro.Option) *gen { return coro.New(newEchoMachine(), o...) },
	}
	for name, make := range coroutines {
		t.Run(name, func(t *testing.T) {
			r := newRecorder()
			c := make(coro.Named("c"), coro.ObservedBy(r))
			c.Resume("too early")
			c.Next()
			c.Resume(1)
			c.Throw(errOops)
			c.Next()
			r.check(t,
				"spawn c",
				"resume c start",
				"suspend c await resumer",
				"resume c await resumer",
				"suspend c await resumer",
				"resume c await resumer throws oops",
				"end c failed: oops",
			)
			c = make(coro.Named("c"), coro.ObservedBy(r))
			c.Next()
			c.Close()
			r.goroutines = map[string]string{}
			r.wrong = nil // the second c is on another goroutine
			r.check(t,
				"spawn c",
				"resume c start",
				"suspend c await resumer",
				"resume c await resumer throws coroutine closed",
				"end c closed",
			)
			for _, end := range []func(c *gen){func(c *gen) { c.Close() }, func(c *gen) { c.Throw(errOops) }} {
				end(make(coro.Named("unborn"), coro.ObservedBy(r)))
			}
			r.check(t, "spawn unborn", "end unborn closed", "spawn unborn", "end unborn failed: oops")

			c = make(coro.Named("midway"))
			c.Next()
			if !c.Observe(r) {
				t.Error("Observe of a suspended coroutine says that it is not")
			}
			c.Resume(1)
			c.Observe(nil)
			c.Resume(2)
			c.Observe(r)
			c.Resume("end")
			if c.Observe(r) {
				t.Error("Observe of an ended coroutine says that it is not")
			}
			r.check(t,
				"resume midway await resumer",
				"suspend midway await resumer",
				"resume midway await resumer",
				"end midway returned",
			)
		})
	}
}

// A coroutine asks a gate at each suspension and resumption.
func TestGateOfACoroutine(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		g := &gated{recorder: newRecorder()}
		c.Observe(g)
		c.Next()
		g.epoch.Store(1)
		c.Resume(1)
		g.epoch.Store(0)
		c.Resume(2)
		g.epoch.Store(2)
		c.Close()
		name := c.Name()
		g.check(t,
			"resume "+name+" await resumer",
			"suspend "+name+" await resumer",
			"resume "+name+" await resumer throws coroutine closed",
			"end "+name+" closed",
		)
	})
}

// Without an observer the loop allocates nothing for a turn of a machine.
func TestNoObserverNoAllocation(t *testing.T) {
	l, _ := newTestLoop(t)
	f := coro.NewFuture[int](l, "")
	f.SetResult(1)
	turns := &steps{n: 1 << 30}
	ready := &steps{n: 1 << 30, await: func() coro.Await { return coro.On(f) }}
	coro.Spawn(l, turns)
	coro.Spawn(l, ready)
	var stop func()
	n := 0
	stop = func() {
		if n++; n == 100 {
			l.Stop()
		}
	}
	allocs := testing.AllocsPerRun(10, func() {
		n = 0
		for n < 100 {
			l.Stop()
			l.RunForever()
			stop()
		}
	})
	if diff := cmp.Diff(0.0, allocs); diff != "" {
		t.Errorf("allocations in 100 turns of two tasks (-want +got):\n%s", diff)
	}
}

// A machine that was made while it was observed, and begun while it was not, is
// resumed when it is observed again, and does not start.
func TestBegunBetweenEpochs(t *testing.T) {
	l, _ := newTestLoop(t)
	o := &startObserver{epoch: 1}
	l.Observe(o)
	l.CallSoon(l.Stop)
	l.RunForever()
	coro.Spawn(l, &nap{d: time.Hour}, coro.Named("napper"))
	o.epoch = 0
	l.CallSoon(l.Stop)
	l.RunForever() // it begins, and nobody is told
	o.epoch = 2
	run(t, l)
	if o.started != 0 || o.resumed != 1 {
		t.Errorf("told that it started %d times and was resumed %d times, want 0 and 1", o.started, o.resumed)
	}
}

// startObserver counts how often a coroutine starts, and is resumed.
type startObserver struct {
	coro.NopObserver
	epoch            uint64
	started, resumed int
}

func (o *startObserver) Epoch() uint64 { return o.epoch }

func (o *startObserver) Resume(_ *coro.Info, _ coro.Suspension, start bool, _ error) {
	if start {
		o.started++
	} else {
		o.resumed++
	}
}
