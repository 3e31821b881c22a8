package coro_test

// This file tests what bounds a part of a task's work: timeouts, scopes and
// groups.

import (
	"context"
	"errors"
	"testing"
	"time"

	"coroscope/coro"
)

// inTask runs body as a task of a loop on a virtual clock, in each stackful
// shape, and returns what the exception handler was told.
func inTask(t *testing.T, body func(t *testing.T, y *coro.Async, l *coro.Loop) error) {
	t.Helper()
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		l, told := newTestLoop(t)
		main := coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return nil, body(t, y, l) }))
		if _, err := coro.RunUntil(l, main); err != nil {
			t.Errorf("the task failed: %v", err)
		}
		if len(*told) > 0 {
			t.Errorf("the handler was told %q", *told)
		}
		run(t, l)
	})
}

func sleepFor(y *coro.Async, d time.Duration) error { return coro.Wait(y, coro.Sleep(d)) }

func TestTimeoutError(t *testing.T) {
	inTask(t, func(t *testing.T, y *coro.Async, l *coro.Loop) error {
		err := coro.WithTimeout(y, time.Second, func(*coro.Timeout) error { return sleepFor(y, time.Hour) })
		if !errors.Is(err, coro.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, coro.ErrCanceled) {
			t.Errorf("got %v, want a timeout that is no cancellation", err)
		}
		var timeout interface{ Timeout() bool }
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("%v does not say that it is a timeout", err)
		}
		if n := l.Current().(interface{ Canceling() int }).Canceling(); n != 0 {
			t.Errorf("%d requests to cancel are left", n)
		}
		return nil
	})
}

func TestTimeoutReschedule(t *testing.T) {
	inTask(t, func(t *testing.T, y *coro.Async, l *coro.Loop) error {
		var kept *coro.Timeout
		err := coro.WithTimeoutAt(y, 5*time.Second, func(timeout *coro.Timeout) error {
			kept = timeout
			if when, ok := timeout.When(); when != 5*time.Second || !ok {
				t.Errorf("When: %v, %v", when, ok)
			}
			timeout.Disable()
			if _, ok := timeout.When(); ok {
				t.Error("there is a deadline after Disable")
			}
			if err := sleepFor(y, time.Hour); err != nil {
				return err
			}
			timeout.Reschedule(0) // past
			return sleepFor(y, time.Hour)
		})
		if !errors.Is(err, coro.ErrTimeout) || l.Time() != time.Hour || !kept.Expired() {
			t.Errorf("got %v at %v, expired %v", err, l.Time(), kept.Expired())
		}
		if kept.Reschedule(l.Time()+time.Hour) || kept.Disable() {
			t.Error("a timeout that has ended was rescheduled")
		}
		return nil
	})
}

// A body that does not notice its timeout keeps its result.
func TestTimeoutOfWhatEndsAllTheSame(t *testing.T) {
	inTask(t, func(t *testing.T, y *coro.Async, _ *coro.Loop) error {
		err := coro.WithTimeout(y, time.Second, func(*coro.Timeout) error {
			sleepFor(y, time.Hour) // swallows it
			return errOops
		})
		if err != errOops {
			t.Errorf("got %v, want the body's own error", err)
		}
		return sleepFor(y, time.Second)
	})
}

func TestCancelScopesNested(t *testing.T) {
	inTask(t, func(t *testing.T, y *coro.Async, l *coro.Loop) error {
		var outer, inner *coro.CancelScope
		passed := false
		err := coro.WithCancel(y, func(s *coro.CancelScope) error {
			outer = s
			err := coro.WithCancel(y, func(s *coro.CancelScope) error {
				inner = s
				l.CallLater(time.Second, func() { outer.Cancel(); outer.Cancel() })
				return sleepFor(y, time.Hour)
			})
			passed = errors.Is(err, coro.ErrCanceled)
			return err
		})
		if err != nil || !passed || !outer.Canceled() || inner.Canceled() {
			t.Errorf("err %v, passed the inner scope %v, outer canceled %v, inner %v", err, passed, outer.Canceled(), inner.Canceled())
		}
		if outer.Cancel() {
			t.Error("a scope that has ended was canceled")
		}
		return sleepFor(y, time.Second) // and the task goes on
	})
}

// A cancellation of the task passes a scope that was canceled as well.
func TestCancelScopeAndTheTask(t *testing.T) {
	inTask(t, func(t *testing.T, y *coro.Async, l *coro.Loop) error {
		var scope *coro.CancelScope
		task := coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) {
			return nil, coro.WithCancel(y, func(s *coro.CancelScope) error {
				scope = s
				return sleepFor(y, time.Hour)
			})
		}))
		sleepFor(y, time.Second)
		scope.CancelCause(errOops)
		task.Cancel()
		if _, err := task.Await(y); !errors.Is(err, coro.ErrCanceled) {
			t.Errorf("the task ended with %v", err)
		}
		return nil
	})
}

var errBurnt = errors.New("burnt")

func TestGroupErrors(t *testing.T) {
	inTask(t, func(t *testing.T, y *coro.Async, l *coro.Loop) error {
		fails := func(err error) coro.Resumable[struct{}, coro.Await, any] {
			return coro.Pull(func(*coro.Async) (any, error) { return nil, err })
		}
		err := coro.WithGroup(y, "kitchen", func(g *coro.Group) error {
			coro.SpawnIn(g, fails(errBurnt))
			coro.SpawnIn(g, fails(&coro.TimeoutError{}))
			sleepFor(y, time.Hour)
			if g.Len() != 0 {
				t.Errorf("%d tasks are left", g.Len())
			}
			if _, err := coro.SpawnIn(g, fails(nil)); !errors.Is(err, coro.ErrGroupAborting) {
				t.Errorf("spawn in a group that aborts: %v", err)
			}
			return errOops
		})
		var group *coro.GroupError
		if !errors.As(err, &group) || len(group.Errs) != 3 || !errors.Is(err, errBurnt) || !errors.Is(err, errOops) || !errors.Is(err, coro.ErrTimeout) {
			t.Errorf("got %v", err)
		}
		if got, want := err.Error(), "group kitchen: burnt; timed out; oops"; got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
		if l.Time() != 0 {
			t.Errorf("the body was not canceled before %v", l.Time())
		}
		return nil
	})
}

// An error in an inner group cancels the outer one, and both are found in its
// error.
func TestGroupsNested(t *testing.T) {
	inTask(t, func(t *testing.T, y *coro.Async, _ *coro.Loop) error {
		var sibling *coro.Task[string]
		err := coro.WithGroup(y, "outer", func(g *coro.Group) error {
			sibling, _ = coro.SpawnIn(g, cook("roast", time.Hour))
			return coro.WithGroup(y, "inner", func(g *coro.Group) error {
				coro.SpawnIn(g, coro.Pull(func(y *coro.Async) (any, error) {
					sleepFor(y, time.Second)
					return nil, errBurnt
				}))
				return nil
			})
		})
		if got, want := err.Error(), "group outer: group inner: burnt"; got != want || !errors.Is(err, errBurnt) {
			t.Errorf("got %q, want %q", got, want)
		}
		if !sibling.Canceled() {
			t.Error("the sibling was not canceled")
		}
		return nil
	})
}

// A body that panics cancels its group's tasks.
func TestGroupOfABodyThatPanics(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		var roast *coro.Task[string]
		main := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			return nil, coro.WithGroup(y, "kitchen", func(g *coro.Group) error {
				roast, _ = coro.SpawnIn(g, cook("roast", time.Hour))
				sleepFor(y, time.Second)
				panic("fire")
			})
		}))
		_, err := coro.RunUntil(l, main)
		var p *coro.PanicError
		if !errors.As(err, &p) || p.Value != "fire" {
			t.Errorf("the task ended with %v", err)
		}
		run(t, l)
		if !roast.Canceled() || l.Time() != time.Second {
			t.Errorf("the roast was canceled: %v, at %v", roast.Canceled(), l.Time())
		}
	})
}

func TestCompletionsTimeout(t *testing.T) {
	inTask(t, func(t *testing.T, y *coro.Async, l *coro.Loop) error {
		roast, soup := coro.Spawn(l, cook("roast", time.Hour)), coro.Spawn(l, cook("soup", time.Minute))
		var errs []error
		for _, err := range coro.AsCompleted[string](l, "dishes", roast, soup, soup).Timeout(2 * time.Minute).All(y) {
			errs = append(errs, err)
		}
		wantErrors(t, errs, nil, coro.ErrTimeout)
		if l.Time() != 2*time.Minute || roast.Done() {
			t.Errorf("at %v, roast done: %v", l.Time(), roast.Done())
		}
		return nil
	})
}

func TestWaitSets(t *testing.T) {
	inTask(t, func(t *testing.T, y *coro.Async, l *coro.Loop) error {
		if err := coro.NewWaitSet(l, "none", coro.AllDone).Wait(y); err != nil {
			t.Errorf("an empty set: %v", err)
		}
		roast, soup := coro.Spawn(l, cook("roast", time.Hour)), coro.Spawn(l, cook("soup", time.Minute))
		soup.Cancel()
		set := coro.NewWaitSet(l, "dishes", coro.FirstError, roast, soup, roast).Timeout(time.Minute)
		if err := set.Wait(y); err != nil || l.Time() != time.Minute {
			t.Errorf("%v at %v: a cancellation is no error, nor is the timeout", err, l.Time())
		}
		if len(set.Done()) != 1 || set.Done()[0] != coro.Awaitable(soup) || len(set.Pending()) != 1 {
			t.Errorf("done %v, pending %v", set.Done(), set.Pending())
		}
		return nil
	})
}

// An error of what was shielded from its awaiter's cancellation is told.
func TestShieldTellsOfLateErrors(t *testing.T) {
	l, told := newTestLoop(t)
	inner := coro.NewFuture[int](l, "inner")
	outer := coro.Shield(inner)
	outer.Cancel()
	l.CallLater(time.Second, func() { inner.SetError(errOops) })
	run(t, l)
	if len(*told) != 1 || (*told)[0] != "error of what was shielded: oops" {
		t.Errorf("the handler was told %q", *told)
	}
}
