package tasks

// This file has parts of tasks: timeouts, scopes, groups, and what else of the
// library is given the body's yielder.

import (
	"context"
	"errors"
	"fmt"
	"time"

	. "corpus/drive"

	"coroscope/coro"
)

//lower:run Timeouts(y)
//coro:lower
func Timeouts(y *coro.Async) (total int, err error) {
	for i := range 4 {
		n := 0
		err := coro.WithTimeout(y, 3*time.Second, func(t *coro.Timeout) error {
			when, ok := t.When()
			Log("until", when, ok)
			for range i {
				if err := coro.Wait(y, coro.Sleep(2*time.Second).As("inside")); err != nil {
					return fmt.Errorf("in turn %d: %w", i, err)
				}
				n++
			}
			if i == 3 {
				t.Disable()
			}
			return coro.Wait(y, coro.NextTurn())
		})
		total += n
		Log("came to", n, err, errors.Is(err, context.DeadlineExceeded))
		if err != nil && !errors.Is(err, coro.ErrTimeout) {
			return total, err
		}
	}
	return total, nil
}

//lower:run Nested(y)
//coro:lower
func Nested(y *coro.Async) (string, error) {
	l := coro.LoopOf(y)
	err := coro.WithTimeoutAt(y, l.Time()+5*time.Second, func(outer *coro.Timeout) error {
		inner := coro.WithTimeout(y, time.Second, func(*coro.Timeout) error {
			return coro.Wait(y, coro.Sleep(time.Minute))
		})
		Log("inner", inner, outer.Expired())
		scoped := coro.WithCancel(y, func(s *coro.CancelScope) error {
			l.CallLater(time.Second, func() { s.CancelCause(ErrB) })
			err := coro.Wait(y, coro.Sleep(time.Minute))
			Log("scope", err, s.Canceled())
			return err
		})
		Log("scoped", scoped)
		return coro.Wait(y, coro.Sleep(time.Hour))
	})
	return fmt.Sprint(err), err
}

//lower:run Groups(y, 0)
//lower:run Groups(y, 1)
//lower:run Groups(y, 2)
//lower:run Groups(y, 3)
//coro:lower
func Groups(y *coro.Async, how int) (sum int, err error) {
	var naps []*coro.Task[int]
	err = coro.WithGroup(y, "naps", func(g *coro.Group) error {
		for i := range 3 {
			n := i
			if i == 1 && how == 1 {
				n = -1
			}
			t, err := coro.SpawnIn(g, coro.Pull(Nap(time.Duration(i+1)*time.Second, n)), coro.Named(fmt.Sprint("nap", i)))
			if err != nil {
				return err
			}
			naps = append(naps, t)
			if err := coro.Wait(y, coro.Sleep(500*time.Millisecond)); err != nil {
				return err
			}
		}
		switch how {
		case 2:
			return ErrA
		case 3:
			panic("in the group")
		}
		return nil
	})
	for _, t := range naps {
		n, err := t.Result()
		Log(n, text(err))
		sum += n
	}
	var failed *coro.GroupError
	Log(errors.As(err, &failed), errors.Is(err, ErrB))
	return sum, err
}

func text(err error) string {
	if errors.Is(err, coro.ErrCanceled) {
		return "canceled"
	}
	return fmt.Sprint(err)
}

// A body that does not suspend is a function value like others.
//
//lower:run Plain(y, Two)
//coro:lower
func Plain(y *coro.Async, spawn func(g *coro.Group) error) (int, error) {
	if err := coro.WithGroup(y, "plain", spawn); err != nil {
		return 1, err
	}
	err := coro.WithGroup(y, "literal", func(g *coro.Group) error {
		_, err := coro.SpawnIn(g, coro.Pull(Nap(time.Second, 7)), coro.Named("seven"))
		return err
	})
	return 2, err
}

// Two spawns two naps.
func Two(g *coro.Group) error {
	for i := range 2 {
		if _, err := coro.SpawnIn(g, coro.Pull(Nap(time.Second, i)), coro.Named(fmt.Sprint("two", i))); err != nil {
			return err
		}
	}
	return nil
}

//lower:run Within(l)
//coro:lower
func Within(l *coro.Loop) coro.Body[struct{}, coro.Await, string] {
	return func(y *coro.Async) (all string, err error) {
		nap := coro.Spawn(l, coro.Pull(Nap(2*time.Second, 1)), coro.Named("short"))
		n, err := coro.WaitFor(y, 3*time.Second, coro.Result[int](nap))
		all += fmt.Sprint(n, err)
		n, err = coro.WaitFor[int](y, time.Second, coro.Spawn(l, coro.Pull(Nap(2*time.Second, 2)), coro.Named("long")))
		all += fmt.Sprint(" ", n, err)
		n, err = coro.WaitFor[int](y, 0, coro.Spawn(l, coro.Pull(Nap(2*time.Second, 2)), coro.Named("at once")))
		all += fmt.Sprint(" ", n, text(err))
		n, err = coro.WaitFor[int](y, 0, nap)
		all += fmt.Sprint(" ", n, err)
		n, err = coro.WaitFor[int](y, time.Minute, coro.Spawn(l, coro.Pull(Nap(time.Second, -2)), coro.Named("fails")))
		all += fmt.Sprint(" ", n, err)
		return all, coro.Wait(y, coro.NextTurn())
	}
}

//lower:run Conditions(l)
//coro:lower
func Conditions(l *coro.Loop) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		lock := coro.NewLock(l, "lock")
		changed := coro.NewCondition(lock, "changed")
		n := 0
		var step func()
		step = func() {
			if lock.TryAcquire() {
				n++
				changed.Notify(1)
				lock.Release()
			}
			if n < 3 {
				l.CallLater(time.Second, step)
			}
		}
		l.CallLater(time.Second, step)
		Log("not held", changed.WaitUntil(y, func() bool { return n > 1 }))
		if err := lock.Acquire(y); err != nil {
			return n, err
		}
		defer lock.Release()
		if err := changed.WaitUntil(y, func() bool { return n > 1 }); err != nil {
			return n, err
		}
		if err := (&board{changed}).wait(y, &n); err != nil {
			return n, err
		}
		return n, changed.WaitUntil(y, func() bool { return n > 2 })
	}
}

type board struct{ *coro.Condition }

func (b *board) wait(y *coro.Async, n *int) error {
	Log("on board", *n)
	return b.WaitUntil(y, func() bool { return *n >= 2 })
}

//lower:run Completed(l, 0)
//lower:run Completed(l, 1)
//coro:lower
func Completed(l *coro.Loop, stop int) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (sum int, err error) {
		var naps []coro.Result[int]
		for i := range 4 {
			naps = append(naps, coro.Spawn(l, coro.Pull(Nap(time.Duration(4-i)*time.Second, i)), coro.Named(fmt.Sprint("nap", i))))
		}
		done := coro.AsCompleted(l, "each", naps...)
		for r, err := range done.All(y) {
			if err != nil {
				return sum, err
			}
			n, _ := r.Result()
			sum = sum*10 + n
			if n == 2 {
				if err := coro.Wait(y, coro.Sleep(100*time.Millisecond)); err != nil {
					return sum, err
				}
				continue
			}
			if stop > 0 && n == stop {
				break
			}
		}
		Log("left", done.Left())
		var r coro.Result[int]
		for r, err = range late(done).All(y) {
			Log("late", err)
		}
		for range done.All(y) {
			Log("none")
		}
		if r != nil {
			n, _ := r.Result()
			Log(n)
		}
		return sum, err
	}
}

func late(c *coro.Completions[int]) *coro.Completions[int] { Log("late"); return c }

//lower:run Asks(y)
//coro:lower
func Asks(y *coro.Async) (string, error) {
	l := coro.LoopOf(y)
	ctx := coro.ContextOf(y)
	stop := context.AfterFunc(ctx, func() {})
	defer stop()
	l.CallLater(time.Second, func() { Log("later", coro.LoopOf(y) == l, coro.ContextOf(y) != nil) })
	err := coro.WithTimeout(y, time.Minute, func(t *coro.Timeout) error {
		inner := coro.ContextOf(y)
		_, timed := inner.Deadline()
		Log("timed", timed, inner.Err(), coro.LoopOf(y) == l)
		return asked(y, l, 2)
	})
	return fmt.Sprint(ctx.Err()), err
}

func asked(y *coro.Async, l *coro.Loop, n int) error {
	if n == 0 {
		Log("asked", coro.LoopOf(y) == l)
		return coro.Wait(y, coro.Sleep(2*time.Second))
	}
	return coro.WithCancel(y, func(*coro.CancelScope) error { return asked(y, l, n-1) })
}

// What is in a scope may defer, panic and recover.
//
//lower:run Untidy(y)
//coro:lower
func Untidy(y *coro.Async) (n int, err error) {
	defer func() { Log("recovered", recover()) }()
	err = coro.WithTimeout(y, 10*time.Second, func(*coro.Timeout) (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = fmt.Errorf("was %v", v)
				n++
			}
			if failed := coro.Wait(y, coro.Sleep(time.Second).As("tidy up")); failed != nil {
				err = errors.Join(err, failed)
			}
		}()
		if err := coro.Wait(y, coro.Sleep(time.Second)); err != nil {
			return err
		}
		panic("untidy")
	})
	Log("after", n, err)
	err = coro.WithCancel(y, func(s *coro.CancelScope) error {
		defer s.Cancel()
		coro.Wait(y, coro.NextTurn().As("in scope"))
		var none *board
		return none.wait(y, &n)
	})
	return n, err
}

// A coroutine in a coroutine.
//
//lower:run Echoes(y)
//coro:lower
func Echoes(y *coro.Async) (string, error) {
	all := ""
	for i := range 3 {
		inner := coro.New(coro.Pull(Nap(time.Second, i-1)), coro.Named("nap"), coro.InFunc("nap"))
		n, err := coro.Delegate(y, inner)
		all += fmt.Sprint(n, err, " ")
		if err != nil && !errors.Is(err, ErrB) {
			return all, err
		}
		n, err = coro.Delegate(y, inner)
		Log("once more", n, err)
	}
	inner := coro.New(coro.Pull(func(y *coro.Async) (bool, error) {
		return coro.LoopOf(y) != nil, coro.WithTimeout(y, time.Second, func(*coro.Timeout) error { return coro.Wait(y, coro.Sleep(time.Minute)) })
	}), coro.Named("looks"))
	on, err := coro.Delegate(y, inner)
	all += fmt.Sprint(on, err)
	// In one line, since a machine shows the sequence's place where it is delegated to.
	return all, coro.DelegateSeq(y, func(yield func(coro.Await) bool) { _ = yield(coro.NextTurn()) && yield(coro.Sleep(time.Second)) })
}
