package coro_test

// This file tests the way into a loop from other goroutines.

import (
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"coroscope/coro"
)

// Calls from many goroutines all arrive, those of one goroutine in order.
func TestCallSoonThreadsafeFromManyGoroutines(t *testing.T) {
	countGoroutines(t)
	l := coro.NewLoop()
	defer l.Close()
	const callers, calls = 8, 200
	got := make(map[int][]int)
	left := callers * calls
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for i := range calls {
				l.CallSoonThreadsafe(func() {
					got[c] = append(got[c], i)
					if left--; left == 0 {
						l.Stop()
					}
				})
			}
		})
	}
	within(t, func() { l.RunForever() })
	all.Wait()
	for c, is := range got {
		for want, i := range is {
			if i != want {
				t.Fatalf("caller %d: call %d came as %dth", c, i, want)
			}
		}
	}
	if left != 0 {
		t.Errorf("%d calls are missing", left)
	}
}

// An idle loop takes a turn for a call from outside.
func TestCallFromOutsideEndsIdleness(t *testing.T) {
	countGoroutines(t)
	l := coro.NewLoop()
	defer l.Close()
	for range 10 {
		go func() {
			for !l.TakeTurn() { // until the loop is idle
				runtime.Gosched()
			}
			l.CallSoonThreadsafe(l.Stop)
		}()
		within(t, func() {
			if err := l.RunForever(); err != nil {
				t.Errorf("RunForever: %v", err)
			}
		})
	}
}

// A call from outside also cuts short the wait for a timer.
func TestCallFromOutsideDuringAWait(t *testing.T) {
	l := coro.NewLoop()
	defer l.Close()
	l.CallLater(time.Hour, func() {})
	go func() {
		for !l.TakeTurn() {
			runtime.Gosched()
		}
		l.CallSoonThreadsafe(l.Stop)
	}()
	within(t, func() { l.RunForever() })
}

func TestCallBeforeTheLoopRuns(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	l.CallSoon(d.noting("CallSoon"))
	l.CallSoonThreadsafe(d.noting("from outside"))
	run(t, l)
	d.want(t, "CallSoon", "from outside")
	if panicOf(func() { l.CallSoonThreadsafe(nil) }) == nil {
		t.Error("CallSoonThreadsafe(nil) did not panic")
	}
	if l.TakeTurn() {
		t.Error("TakeTurn says that a loop that does not run was idle")
	}
}

// While outside work is held there is no deadlock, and virtual time stands.
func TestHold(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	f := coro.NewFuture[any](l, "from outside")
	release := l.Hold()
	l.CallLater(time.Hour, d.noting("timer"))
	f.AddDoneCallback(func() {
		if l.Time() != 0 {
			t.Errorf("virtual time went on to %v during outside work", l.Time())
		}
		d.note("outside")
	})
	go func() {
		for !l.TakeTurn() {
			runtime.Gosched()
		}
		l.CallSoonThreadsafe(func() { f.SetResult(nil) })
		release()
		release()
	}()
	within(t, func() { coro.RunUntil(l, f) })
	within(t, func() { run(t, l) })
	d.want(t, "outside", "timer")
}

// Released without a call, a loop that waited for it alone is in deadlock, and
// says so.
func TestHoldReleasedWithoutACall(t *testing.T) {
	l, _ := newTestLoop(t)
	release := l.Hold()
	l.CallSoon(func() {
		// The loop is idle when this is called, or about to be.
		time.AfterFunc(5*time.Millisecond, release)
	})
	within(t, func() { run(t, l) })
}

// Two holds: the loop waits for both.
func TestHoldTwice(t *testing.T) {
	for range 50 {
		l, _ := newTestLoop(t)
		n := 0
		for range 2 {
			release := l.Hold()
			go func() {
				l.CallSoonThreadsafe(func() { n++ })
				release()
			}()
		}
		within(t, func() { run(t, l) })
		if n != 2 {
			t.Fatalf("the loop ended after %d of 2 calls", n)
		}
	}
}

func TestOffload(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		l, _ := newTestLoop(t)
		mine := make(chan string, 1)
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			return coro.Offload(l, "compute", func() (any, error) {
				mine <- goroutineID()
				return 42, nil
			}).Await(y)
		}))
		wantResult(t, 42, nil)(coro.RunUntil(l, task))
		if <-mine == goroutineID() {
			t.Error("the function ran on the loop's goroutine")
		}
	})
}

// A task that awaits an offloaded function is shown to wait for a goroutine,
// and for which.
func TestOffloadInSuspension(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		goOn := make(chan bool)
		p := &player{awaits: []func() coro.Await{func() coro.Await {
			return coro.On(coro.Offload(l, "compute", func() (any, error) { <-goOn; return nil, nil }))
		}}}
		task := coro.Spawn(l, of(p), coro.Named("clerk"))
		l.CallSoon(func() {
			defer close(goOn)
			if s, ok := task.Suspension(); !ok || s.Kind != coro.OnGoroutine || s.On() != "await goroutine compute" {
				t.Errorf("suspended: %v, on %v: %q; want on a goroutine, compute", ok, s.Kind, s.On())
			}
		})
		within(t, func() { run(t, l) })
		wantErrors(t, p.got, nil)
	})
}

func TestOffloadThatFails(t *testing.T) {
	fails := map[string]struct {
		fn   func() (any, error)
		want error
	}{
		"error":  {func() (any, error) { return 1, errOops }, errOops},
		"panic":  {func() (any, error) { panic(errOops) }, errOops},
		"goexit": {func() (any, error) { runtime.Goexit(); return nil, nil }, coro.ErrGoexit},
	}
	for name, tc := range fails {
		t.Run(name, func(t *testing.T) {
			countGoroutines(t)
			l, _ := newTestLoop(t)
			f := coro.Offload(l, "fails", tc.fn)
			if _, err := coro.RunUntil(l, f); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			var p *coro.PanicError
			if _, err := f.Result(); name == "panic" && !errors.As(err, &p) {
				t.Errorf("got %v, want a PanicError", err)
			}
		})
	}
}

// Canceling does not stop the function; its result is dropped, and the loop
// waits for its end before it speaks of a deadlock.
func TestOffloadCanceled(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		countGoroutines(t)
		l, told := newTestLoop(t)
		for _, end := range []error{nil, errOops} {
			goOn, ended := make(chan bool), false
			task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				return coro.Offload(l, "compute", func() (any, error) {
					<-goOn
					ended = true
					return 42, end
				}).Await(y)
			}))
			l.CallSoon(func() { task.Cancel() })
			if _, err := coro.RunUntil(l, task); !errors.Is(err, coro.ErrCanceled) {
				t.Errorf("got %v, want ErrCanceled", err)
			}
			close(goOn)
			within(t, func() { run(t, l) })
			if !ended {
				t.Error("the loop did not wait for the function")
			}
		}
		l.Close()
		if len(*told) != 0 {
			t.Errorf("the handler is told %q of what was dropped", *told)
		}
	})
}

// Many offloaded functions at once, under a virtual clock.
func TestManyOffloads(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		var tasks []*coro.Task[any]
		for i := range 100 {
			tasks = append(tasks, coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				if err := coro.Wait(y, coro.Sleep(time.Duration(i%3)*time.Second)); err != nil {
					return nil, err
				}
				return coro.Offload(l, "double", func() (any, error) { return 2 * i, nil }).Await(y)
			})))
		}
		within(t, func() { run(t, l) })
		for i, task := range tasks {
			wantResult(t, 2*i, nil)(task.Result())
		}
	})
}

// A loop that is closed while a function is under way does not mind its end.
func TestOffloadOutlivesTheLoop(t *testing.T) {
	countGoroutines(t)
	l, _ := newTestLoop(t)
	goOn := make(chan bool)
	coro.Offload(l, "slow", func() (any, error) { <-goOn; return nil, errOops })
	l.CallSoon(l.Stop)
	l.RunForever()
	l.Close()
	close(goOn)
}
