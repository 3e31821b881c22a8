package coro_test

// This file tests futures: setting them, awaiting them, and the order in which
// tasks and callbacks hear of them.

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

func TestFutureIsSetOnce(t *testing.T) {
	l, _ := newTestLoop(t)
	f := coro.NewFuture[any](l, "once")
	if _, err := f.Result(); !errors.Is(err, coro.ErrNotDone) || f.Done() {
		t.Errorf("a new future: %v, done %v", err, f.Done())
	}
	if err := f.SetResult(1); err != nil {
		t.Errorf("SetResult: %v", err)
	}
	wantErrors(t, []error{f.SetResult(2), f.SetError(errOops)}, coro.ErrAlreadyDone, coro.ErrAlreadyDone)
	if f.Cancel() {
		t.Error("Cancel of a future that is done says that it was not")
	}
	wantResult(t, 1, nil)(f.Result())
	if err := f.SetResult(2); err.Error() != "set result of future once: future is done already" {
		t.Errorf("the error says %q", err)
	}
}

func TestSetErrorNil(t *testing.T) {
	l, _ := newTestLoop(t)
	f := coro.NewFuture[any](l, "f")
	if panicOf(func() { f.SetError(nil) }) == nil {
		t.Error("SetError(nil) did not panic")
	}
	if f.Done() {
		t.Error("SetError(nil) made the future done")
	}
}

// Await of what is done returns at once: no turn passes.
func TestAwaitWhatIsDone(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		good, bad := coro.NewFuture[any](l, "good"), coro.NewFuture[any](l, "bad")
		good.SetResult("value")
		bad.SetError(errOops)
		ended := coro.Spawn(l, shape(func(*coro.Async) (any, error) { return "ended", nil }))
		coro.RunUntil(l, ended)
		coro.RunUntil(l, coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			before := l.Turns()
			wantResult(t, "value", nil)(good.Await(y))
			wantResult(t, nil, errOops)(bad.Await(y))
			wantResult(t, "ended", nil)(ended.Await(y))
			if took := l.Turns() - before; took != 0 {
				t.Errorf("it took %d turns, want none", took)
			}
			return nil, nil
		})))
	})
}

// A machine cannot await without a suspension: it goes on in the next turn.
func TestMachineAwaitsWhatIsDone(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		good, bad := coro.NewFuture[any](l, "good"), coro.NewFuture[any](l, "bad")
		good.SetResult("value")
		bad.SetError(errOops)
		p := &player{awaits: awaiting(coro.On(good), coro.On(bad))}
		coro.RunUntil(l, coro.Spawn(l, of(p)))
		wantErrors(t, p.got, nil, errOops)
	})
}

// Tasks and callbacks that wait for one future hear of it in the order in
// which they came.
func TestOrderOfWaiters(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		var d diary
		f := coro.NewFuture[any](l, "f")
		task := func(name string) {
			coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				v, err := f.Await(y)
				d.note(fmt.Sprint(name, " got ", v))
				return nil, err
			}))
		}
		f.AddDoneCallback(d.noting("callback 1"))
		task("task 1")
		l.CallSoon(func() {
			f.AddDoneCallback(d.noting("callback 2"))
			canceled := f.AddDoneCallback(d.noting("never"))
			task("task 2")
			l.CallSoon(func() {
				canceled.Cancel()
				f.AddDoneCallback(d.noting("callback 3"))
				f.SetResult(1)
				f.AddDoneCallback(d.noting("callback 4"))
				d.note("set")
			})
		})
		run(t, l)
		d.want(t, "set", "callback 1", "task 1 got 1", "callback 2", "task 2 got 1", "callback 3", "callback 4")
	})
}

// A done callback may take back another of the same future.
func TestDoneCallbackCancelsAnother(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	f := coro.NewFuture[any](l, "f")
	var second *coro.Handle
	f.AddDoneCallback(func() {
		d.note("first")
		second.Cancel()
		f.AddDoneCallback(d.noting("added meanwhile"))
	})
	second = f.AddDoneCallback(d.noting("never"))
	f.AddDoneCallback(d.noting("third"))
	f.Cancel()
	run(t, l)
	d.want(t, "first", "third", "added meanwhile")
}

func TestManyWaiters(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		f := coro.NewFuture[any](l, "f")
		var players []*player
		for range 100 {
			p := &player{awaits: awaiting(coro.On(f))}
			players = append(players, p)
			coro.Spawn(l, of(p))
		}
		l.CallLater(time.Second, func() { f.SetError(errOops) })
		run(t, l)
		for _, p := range players {
			wantErrors(t, p.got, errOops)
		}
	})
}

// A future that was reset is awaited and set anew.
func TestReset(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, told := newTestLoop(t)
		f := coro.NewFuture[any](l, "used again")
		if panicOf(f.Reset) == nil {
			t.Error("Reset of a future that is not done did not panic")
		}
		p := &player{awaits: awaiting(coro.On(f), coro.Sleep(2*time.Second), coro.On(f))}
		coro.Spawn(l, of(p))
		l.CallAt(1*time.Second, func() { f.SetResult(1) })
		l.CallAt(2*time.Second, func() {
			f.Reset()
			if f.Done() {
				t.Error("after Reset the future is done")
			}
			wantResult(t, nil, coro.ErrNotDone)(f.Result())
		})
		l.CallAt(4*time.Second, func() { f.SetError(errOops) })
		run(t, l)
		wantErrors(t, p.got, nil, nil, errOops)
		l.Close()
		if len(*told) != 0 {
			t.Errorf("all was retrieved, yet the handler is told %q", *told)
		}
	})
}

func TestResetOfAFailedFuture(t *testing.T) {
	l, told := newTestLoop(t)
	f := coro.NewFuture[any](l, "f")
	f.SetError(errOops)
	f.Result()
	f.Reset()
	l.Close()
	if len(*told) != 0 {
		t.Errorf("the handler is told %q of a future whose error was retrieved", *told)
	}
}

// A future that was reset is new: that its last error was retrieved says nothing
// of the next one.
func TestResetForgetsThatItWasRetrieved(t *testing.T) {
	l, told := newTestLoop(t)
	f := coro.NewFuture[any](l, "f")
	f.SetResult(1)
	wantResult(t, 1, nil)(f.Result())
	f.Reset()
	f.SetError(errOops)
	wantResult(t, nil, errOops)(f.Result())
	f.Reset()
	f.SetError(errors.New("another"))
	l.Close()
	if diff := cmp.Diff([]string{"future error was never retrieved: another"}, *told); diff != "" {
		t.Errorf("the handler is told (-want +got):\n%s", diff)
	}
}

func TestAwaitItself(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		p := &player{awaits: []func() coro.Await{
			func() coro.Await { return coro.On(l.Current()) },
			func() coro.Await { return coro.NextTurn() },
		}}
		coro.Spawn(l, of(p))
		run(t, l)
		wantErrors(t, p.got, coro.ErrAwaitSelf, nil)
	})
}

func TestAwaitOfAnotherLoops(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		other, _ := newTestLoop(t)
		f := coro.NewFuture[any](other, "elsewhere")
		task := coro.Spawn(other, coro.Pull(napping))
		p := &player{awaits: awaiting(coro.On(f), coro.On(task), coro.NextTurn())}
		coro.Spawn(l, of(p))
		run(t, l)
		wantErrors(t, p.got, coro.ErrOtherLoop, coro.ErrOtherLoop, nil)
		if f.Done() || task.Done() {
			t.Error("what belongs to the other loop was touched")
		}
	})
}

func TestFutureStrings(t *testing.T) {
	l, _ := newTestLoop(t)
	f := coro.NewFuture[any](l, "oven").OfKind(coro.OnQueue)
	got := []string{f.String(), f.Label(), coro.NewFuture[any](l, "").String()}
	if diff := cmp.Diff([]string{"future oven", "oven", "future"}, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if f.Info() != nil || f.Loop() != l {
		t.Errorf("info %v, loop %v", f.Info(), f.Loop())
	}
}

// A done callback that was canceled does not stay with the future.
func TestCanceledCallbacksAreForgotten(t *testing.T) {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	f := coro.NewFuture[int](l, "f")
	called := 0
	f.AddDoneCallback(func() { called++ })
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 100_000 {
		f.AddDoneCallback(func() { t.Error("canceled, and called") }).Cancel()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 1<<20 {
		t.Errorf("%d bytes are kept for canceled callbacks", kept)
	}
	f.SetResult(1)
	l.CallSoon(l.Stop)
	l.RunForever()
	if called != 1 {
		t.Errorf("the one that was not canceled was called %d times", called)
	}
}
