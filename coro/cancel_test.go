package coro_test

// This file tests cancellation: when a request arrives, as what, and what
// becomes of it when the body does not obey.

import (
	"errors"
	"testing"
	"time"

	"coroscope/coro"
)

// cancelAfter spawns p and has f called when it is suspended for the first
// time, in the turn after; then it runs the loop until nothing is left.
func cancelAfter(t *testing.T, l *coro.Loop, r machine, f func(task *coro.Task[any])) *coro.Task[any] {
	t.Helper()
	task := coro.Spawn(l, r)
	l.CallSoon(func() { l.CallSoon(func() { f(task) }) })
	within(t, func() { run(t, l) })
	return task
}

func wantCanceled(t *testing.T, task *coro.Task[any]) {
	t.Helper()
	if _, err := task.Result(); !task.Canceled() || !errors.Is(err, coro.ErrCanceled) {
		t.Errorf("the task ended with %v, want it canceled", err)
	}
}

func TestCancelWhileAsleep(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, told := newTestLoop(t)
		task := cancelAfter(t, l, shape(napping), func(task *coro.Task[any]) {
			if !task.Cancel() {
				t.Error("Cancel of a sleeping task says that it is done")
			}
			if task.Done() {
				t.Error("the task is done before it was resumed")
			}
		})
		wantCanceled(t, task)
		if l.Time() != 0 {
			t.Errorf("the loop waited until %v for a sleep that was canceled", l.Time())
		}
		if task.Cancel() {
			t.Error("Cancel of a canceled task says that it is not done")
		}
		l.Close()
		if len(*told) != 0 {
			t.Errorf("the handler is told %q of a cancellation", *told)
		}
	})
}

// A second request before the first arrived is no second error.
func TestCancelTwiceBeforeDelivery(t *testing.T) {
	awaits := map[string]func(l *coro.Loop) coro.Await{
		"sleep":  func(*coro.Loop) coro.Await { return coro.Sleep(time.Hour) },
		"turn":   func(*coro.Loop) coro.Await { return coro.NextTurn() },
		"future": func(l *coro.Loop) coro.Await { return coro.On(coro.NewFuture[any](l, "f")) },
	}
	for name, await := range awaits {
		t.Run(name, func(t *testing.T) {
			eachPlayer(t, func(t *testing.T, of func(*player) machine) {
				l, _ := newTestLoop(t)
				p := &player{awaits: awaiting(await(l), coro.NextTurn(), coro.Sleep(time.Second))}
				task := coro.Spawn(l, of(p))
				l.CallSoon(func() {
					task.Cancel()
					task.Cancel()
					if n := task.Canceling(); n != 2 {
						t.Errorf("%d requests, want 2", n)
					}
				})
				run(t, l)
				wantErrors(t, p.got, coro.ErrCanceled, nil, nil)
				if _, err := task.Result(); err != nil {
					t.Errorf("the task swallowed its cancellation, yet it ended with %v", err)
				}
			})
		})
	}
}

func TestCancelAgainWhileItCleansUp(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		p := &player{awaits: awaiting(coro.Sleep(time.Hour), coro.Sleep(time.Hour), coro.Sleep(time.Second))}
		task := coro.Spawn(l, of(p))
		l.CallLater(time.Second, func() { task.Cancel() })
		l.CallLater(2*time.Second, func() { task.Cancel() })
		run(t, l)
		wantErrors(t, p.got, coro.ErrCanceled, coro.ErrCanceled, nil)
		if l.Time() != 3*time.Second {
			t.Errorf("ended at %v, want 3s", l.Time())
		}
	})
}

// A request that comes between a future's end and the resumption wins.
func TestCancelWhileReady(t *testing.T) {
	ends := map[string]func(f *coro.Future[any]){
		"result": func(f *coro.Future[any]) { f.SetResult(1) },
		"error":  func(f *coro.Future[any]) { f.SetError(errOops) },
		"cancel": func(f *coro.Future[any]) { f.Cancel() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			eachPlayer(t, func(t *testing.T, of func(*player) machine) {
				l, told := newTestLoop(t)
				f := coro.NewFuture[any](l, "f")
				p := &player{awaits: awaiting(coro.On(f), coro.NextTurn())}
				cancelAfter(t, l, of(p), func(task *coro.Task[any]) {
					end(f)
					task.Cancel()
				})
				wantErrors(t, p.got, coro.ErrCanceled, nil)
				l.Close()
				if len(*told) != 0 {
					t.Errorf("the task has seen how the future ended, yet the handler is told %q", *told)
				}
			})
		})
	}
}

// The timer goes off, and in the same turn, before its callback has made the
// task ready, or just after, somebody cancels.
func TestCancelWhenTheTimerHasFired(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		for _, when := range []string{"before", "after"} {
			l, _ := newTestLoop(t)
			p := &player{awaits: awaiting(coro.Sleep(time.Second), coro.Sleep(time.Second))}
			task := coro.Spawn(l, of(p))
			cancel := func() { l.CallAt(time.Second, func() { task.Cancel() }) }
			if when == "before" {
				cancel() // is first of the equal deadlines
			} else {
				l.CallSoon(cancel)
			}
			run(t, l)
			wantErrors(t, p.got, coro.ErrCanceled, nil)
			if l.Time() != 2*time.Second {
				t.Errorf("canceled %s the sleep's end: the second sleep ended at %v, want 2s", when, l.Time())
			}
		}
	})
}

func TestCancelSwallowed(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		p := &player{ending: ending{ret: "went on"}, awaits: awaiting(coro.Sleep(time.Hour), coro.Sleep(time.Minute))}
		task := cancelAfter(t, l, of(p), func(task *coro.Task[any]) { task.Cancel() })
		wantErrors(t, p.got, coro.ErrCanceled, nil)
		if v, err := task.Result(); v != "went on" || err != nil || task.Canceled() || task.Canceling() != 1 {
			t.Errorf("got %v, %v, canceled %v, requests %d", v, err, task.Canceled(), task.Canceling())
		}
		if l.Time() != time.Minute {
			t.Errorf("the second sleep ended at %v", l.Time())
		}
	})
}

func TestCancelBeforeStart(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		l, _ := newTestLoop(t)
		task := coro.Spawn(l, shape(func(*coro.Async) (any, error) {
			t.Error("the body ran")
			return nil, nil
		}))
		task.CancelCause(errOops)
		run(t, l)
		wantCanceled(t, task)
		if _, err := task.Result(); !errors.Is(err, errOops) {
			t.Errorf("the cause is lost: %v", err)
		}
	})
}

// A task that cancels itself gets the error at its next suspension, and what
// it awaits there is canceled.
func TestCancelItself(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		f := coro.NewFuture[any](l, "f")
		inner := coro.Spawn(l, of(&player{awaits: awaiting(coro.Sleep(time.Hour))}))
		canceling := func(a coro.Await) func() coro.Await {
			return func() coro.Await {
				l.Current().Cancel()
				return a
			}
		}
		p := &player{awaits: []func() coro.Await{
			canceling(coro.NextTurn()),
			canceling(coro.Sleep(time.Hour)),
			canceling(coro.On(f)),
		}}
		coro.Spawn(l, of(p))
		q := &player{awaits: []func() coro.Await{canceling(coro.On(inner))}}
		l.CallSoon(func() { coro.Spawn(l, of(q)) })
		run(t, l)
		wantErrors(t, p.got, coro.ErrCanceled, coro.ErrCanceled, coro.ErrCanceled)
		if !f.Canceled() {
			t.Error("the future that it awaited is not canceled")
		}
		// The inner task was canceled too, but has swallowed that.
		wantErrors(t, q.got, nil)
		if !inner.Done() || l.Time() != 0 {
			t.Errorf("inner is done: %v, at %v", inner.Done(), l.Time())
		}
	})
}

// What the body ends with after its cancellation counts, unless that is no
// error and the request was not delivered.
func TestCancelItselfAndEnd(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		for _, end := range []error{nil, errOops} {
			l, _ := newTestLoop(t)
			p := &player{ending: ending{ret: 42, err: end}}
			p.awaits = awaiting(coro.NextTurn())
			task := coro.Spawn(l, &selfCancelingAtEnd{p: of(p), l: l})
			run(t, l)
			want := end
			if end == nil {
				want = coro.ErrCanceled
			}
			if _, err := task.Result(); !errors.Is(err, want) {
				t.Errorf("ended with %v, want %v", err, want)
			}
		}
	})
}

// selfCancelingAtEnd cancels its task when the machine within it is resumed
// for the last time.
type selfCancelingAtEnd struct {
	p machine
	l *coro.Loop
	n int
}

func (m *selfCancelingAtEnd) Result() any { return m.p.Result() }
func (m *selfCancelingAtEnd) Err() error  { return m.p.Err() }
func (m *selfCancelingAtEnd) Resume(in struct{}, thrown error) (coro.Await, bool) {
	if m.n++; m.n == 2 {
		m.l.Current().Cancel()
	}
	return m.p.Resume(in, thrown)
}

func TestCancelItselfWithCauseAndEnd(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		task := coro.Spawn(l, shape(func(*coro.Async) (any, error) {
			l.Current().CancelCause(errOops)
			return 42, nil
		}))
		run(t, l)
		wantCanceled(t, task)
		if _, err := task.Result(); !errors.Is(err, errOops) {
			t.Errorf("the cause is lost: %v", err)
		}
	})
}

// Canceling a task cancels the future that it awaits, and so whoever else
// awaits that.
func TestCancelOneOfTwoThatAwaitAFuture(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		f := coro.NewFuture[any](l, "shared")
		p := &player{awaits: awaiting(coro.On(f))}
		q := &player{awaits: awaiting(coro.On(f))}
		other := coro.Spawn(l, of(q))
		cancelAfter(t, l, of(p), func(task *coro.Task[any]) { task.Cancel() })
		wantErrors(t, p.got, coro.ErrCanceled)
		wantErrors(t, q.got, coro.ErrCanceled)
		if other.Canceling() != 0 {
			t.Error("the other task was itself asked to end")
		}
		if err := f.SetResult(1); !errors.Is(err, coro.ErrAlreadyDone) {
			t.Errorf("SetResult of a canceled future: %v", err)
		}
	})
}

// A request goes down the chain of tasks to the last, and the error comes up
// again; whoever swallows it ends that.
func TestCancelAChain(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		awaits := func(inner *coro.Task[any]) *coro.Task[any] {
			return coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return inner.Await(y) }))
		}
		inner := coro.Spawn(l, shape(napping))
		middle := awaits(inner)
		outer := awaits(middle)
		l.CallLater(time.Second, func() { outer.Cancel() })
		run(t, l)
		for _, task := range []*coro.Task[any]{inner, middle, outer} {
			wantCanceled(t, task)
			if task.Canceling() != 1 {
				t.Errorf("%s has %d requests, want 1", task, task.Canceling())
			}
		}

		inner = coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			if err := coro.Wait(y, coro.Sleep(time.Hour)); errors.Is(err, coro.ErrCanceled) {
				sleep(y, time.Minute)
			}
			return "after cleaning up", nil
		}))
		outer = awaits(awaits(inner))
		began := l.Time()
		l.CallLater(time.Second, func() { outer.Cancel() })
		run(t, l)
		if v, err := outer.Result(); v != "after cleaning up" || err != nil {
			t.Errorf("inner swallowed the cancellation, yet outer ended with %v, %v", v, err)
		}
		if took := l.Time() - began; took != time.Minute+time.Second {
			t.Errorf("outer ended after %v, want it to wait for inner's cleanup", took)
		}
	})
}

// Whoever awaits a task that was canceled gets the error, but was not itself
// asked to end; if it passes the error on, it counts as canceled.
func TestAwaitACanceledTask(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		inner := coro.Spawn(l, shape(napping))
		outer := coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return inner.Await(y) }))
		l.CallLater(time.Second, func() { inner.Cancel() })
		run(t, l)
		wantCanceled(t, outer)
		if outer.Canceling() != 0 {
			t.Errorf("outer has %d requests, want none", outer.Canceling())
		}
	})
}

func TestUncancel(t *testing.T) {
	l, _ := newTestLoop(t)
	task := coro.Spawn(l, coro.Pull(napping))
	if n := task.Uncancel(); n != 0 {
		t.Errorf("with no request, Uncancel answers %d", n)
	}
	task.Cancel()
	task.Cancel()
	if a, b, c := task.Uncancel(), task.Uncancel(), task.Uncancel(); a != 1 || b != 0 || c != 0 {
		t.Errorf("with two requests, Uncancel answers %d, %d, %d", a, b, c)
	}
}

// Since CPython 3.13, taking back all requests takes back what was not
// delivered yet.
func TestUncancelBeforeDelivery(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		var task *coro.Task[any]
		p := &player{awaits: []func() coro.Await{
			func() coro.Await {
				task.CancelCause(errOops)
				task.Uncancel()
				return coro.Sleep(time.Second)
			},
			func() coro.Await {
				task.Cancel()
				task.Cancel()
				task.Uncancel() // one is left
				return coro.Sleep(time.Second)
			},
		}}
		task = coro.Spawn(l, of(p))
		run(t, l)
		wantErrors(t, p.got, nil, coro.ErrCanceled)
	})
}

// But what has been canceled on the task's behalf stays canceled: no sleep
// ends early without an error.
func TestUncancelAfterTheSleepWasCanceled(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		f := coro.NewFuture[any](l, "f")
		for _, await := range []coro.Await{coro.Sleep(time.Hour), coro.On(f)} {
			p := &player{awaits: awaiting(await)}
			cancelAfter(t, l, of(p), func(task *coro.Task[any]) {
				task.Cancel()
				task.Uncancel()
			})
			wantErrors(t, p.got, coro.ErrCanceled)
		}
	})
}

func TestCancelCause(t *testing.T) {
	awaits := map[string]func(l *coro.Loop) coro.Await{
		"sleep":  func(*coro.Loop) coro.Await { return coro.Sleep(time.Hour) },
		"turn":   func(*coro.Loop) coro.Await { return coro.NextTurn() },
		"future": func(l *coro.Loop) coro.Await { return coro.On(coro.NewFuture[any](l, "f")) },
		"task":   func(l *coro.Loop) coro.Await { return coro.On(coro.Spawn(l, coro.Pull(napping))) },
	}
	for name, await := range awaits {
		t.Run(name, func(t *testing.T) {
			eachPlayer(t, func(t *testing.T, of func(*player) machine) {
				l, _ := newTestLoop(t)
				p := &player{awaits: awaiting(await(l), coro.NextTurn())}
				task := coro.Spawn(l, of(p))
				l.CallSoon(func() { task.CancelCause(errOops) })
				run(t, l)
				wantErrors(t, p.got, coro.ErrCanceled, nil)
				if !errors.Is(p.got[0], errOops) || p.got[0].Error() != "canceled: oops" {
					t.Errorf("the body got %v, want it to wrap the cause", p.got[0])
				}
			})
		})
	}
}

// With a cause or without, what the awaited task swallows is not thrown into
// the one that awaits it.
func TestCancelItselfThenAwaitOneThatSwallows(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		for _, cause := range []error{nil, errOops} {
			l, _ := newTestLoop(t)
			swallows := &player{awaits: awaiting(coro.Sleep(time.Hour))}
			inner := coro.Spawn(l, of(swallows))
			p := &player{awaits: []func() coro.Await{
				func() coro.Await { return coro.NextTurn() },
				func() coro.Await {
					l.Current().CancelCause(cause)
					return coro.On(inner)
				},
			}}
			coro.Spawn(l, of(p))
			run(t, l)
			wantErrors(t, p.got, nil, nil)
			wantErrors(t, swallows.got, coro.ErrCanceled)
			if cause != nil {
				wantErrors(t, swallows.got, cause)
			}
		}
	})
}

// A cancellation and an error of the task's own in the same turn: the
// cancellation wins, as in Task.__step.
func TestCancelAndAwaitItself(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		other, _ := newTestLoop(t)
		p := &player{awaits: []func() coro.Await{
			func() coro.Await {
				l.Current().Cancel()
				return coro.On(l.Current())
			},
			func() coro.Await {
				l.CallSoon(func() { l.Tasks()[0].Cancel() })
				return coro.On(coro.NewFuture[any](other, "elsewhere"))
			},
			func() coro.Await { return coro.NextTurn() },
		}}
		coro.Spawn(l, of(p))
		run(t, l)
		wantErrors(t, p.got, coro.ErrCanceled, coro.ErrCanceled, nil)
	})
}

// Tasks that await each other in a circle: canceling one ends them all.
func TestCancelACircle(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		for size := 2; size <= 4; size++ {
			l, _ := newTestLoop(t)
			tasks := make([]*coro.Task[any], size)
			players := make([]*player, size)
			for i := range size {
				players[i] = &player{awaits: []func() coro.Await{
					func() coro.Await { return coro.On(tasks[(i+1)%size]) },
				}}
				tasks[i] = coro.Spawn(l, of(players[i]))
			}
			l.CallLater(time.Second, func() { tasks[0].CancelCause(errOops) })
			within(t, func() { run(t, l) })
			wantErrors(t, players[0].got, errOops)
			for i, task := range tasks {
				if !task.Done() {
					t.Errorf("circle of %d: task %d did not end", size, i)
				}
			}
		}
	})
}

// A circle that a run ends with is reported and torn down, not hung on.
func TestRunOfACircle(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		var deadlock *coro.DeadlockError
		within(t, func() {
			_, err := coro.Run(shape(func(y *coro.Async) (any, error) {
				l := coro.LoopOf(y)
				var a, b *coro.Task[any]
				a = coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return b.Await(y) }))
				b = coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return a.Await(y) }))
				return a.Await(y)
			}), coro.WithClock(&coro.VirtualClock{}))
			if !errors.As(err, &deadlock) || len(deadlock.Tasks) != 3 {
				t.Errorf("got %v, want a deadlock of three tasks", err)
			}
		})
	})
}

// A task's body may delegate to a coroutine of its own; what is thrown into
// the task arrives at the bottom.
func TestCancelArrivesInADelegate(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		l, _ := newTestLoop(t)
		var inside error
		task := cancelAfter(t, l, shape(func(y *coro.Async) (any, error) {
			return coro.Delegate(y, coro.New(shape(func(y *coro.Async) (any, error) {
				inside = coro.Wait(y, coro.Sleep(time.Hour))
				return nil, inside
			})))
		}), func(task *coro.Task[any]) { task.Cancel() })
		wantErrors(t, []error{inside}, coro.ErrCanceled)
		wantCanceled(t, task)
	})
}

func TestCancelAFuture(t *testing.T) {
	l, _ := newTestLoop(t)
	f := coro.NewFuture[any](l, "f")
	if !f.CancelCause(errOops) || f.Cancel() || !f.Done() || !f.Canceled() {
		t.Error("a future is canceled once")
	}
	if _, err := f.Result(); !errors.Is(err, coro.ErrCanceled) || !errors.Is(err, errOops) {
		t.Errorf("result of a canceled future: %v", err)
	}
}
