package library

// This file has functions of package coro.

import (
	"errors"
	"iter"
	"time"

	"coroscope/coro"
)

func Delegate[In, Out, Ret any](y *coro.Yielder[In, Out], to *coro.Coroutine[In, Out, Ret]) (ret Ret, err error) {
	if to.Status() == coro.Done {
		return ret, nil
	}
	outer := inner(y)
	setInner(y, to)
	coro.Lend(loopOf(y), to)
	settled := false
	defer func() {
		setInner(y, outer)
		if !settled {
			to.Close() // the body is being unwound, or panics
		}
	}()
	out, ok, err := to.Next()
	for ok {
		in, thrown := y.Yield(out)
		switch {
		case errors.Is(thrown, coro.ErrClosed):
			_, err = to.Close()
			if err == nil {
				err = thrown
			}
			ok = false
		case thrown != nil:
			out, ok, err = to.Throw(thrown)
		default:
			out, ok, err = to.Resume(in)
		}
	}
	settled = true
	if err != nil {
		return ret, err
	}
	return to.Result()
}

func DelegateSeq[In, Out any](y *coro.Yielder[In, Out], seq iter.Seq[Out]) error {
	for out := range seq {
		if _, err := y.Yield(out); err != nil {
			return err
		}
	}
	return nil
}

func WithTimeout(y *coro.Async, d time.Duration, body func(t *coro.Timeout) error) error {
	t := coro.EnterTimeout(loopOf(y), d)
	defer t.Exit(nil) // if body panics
	err := body(t)
	return t.Exit(err)
}

func WithTimeoutAt(y *coro.Async, when time.Duration, body func(t *coro.Timeout) error) error {
	t := coro.EnterTimeoutAt(loopOf(y), when)
	defer t.Exit(nil) // if body panics
	err := body(t)
	return t.Exit(err)
}

func WithCancel(y *coro.Async, body func(s *coro.CancelScope) error) error {
	s := coro.EnterCancel(loopOf(y))
	defer s.Exit(nil) // if body panics
	err := body(s)
	return s.Exit(err)
}

func WithGroup(y *coro.Async, label string, body func(g *coro.Group) error) error {
	g := coro.EnterGroup(loopOf(y), label)
	returned := false
	defer func() {
		if !returned {
			g.Abandon() // body panics
		}
	}()
	err := body(g)
	returned = true
	if ended, err := g.TryEnd(err); ended {
		return err
	}
	return coro.Wait(y, g.Ending())
}

func WaitFor[T any](y *coro.Async, d time.Duration, r coro.Result[T]) (v T, err error) {
	if d > 0 {
		t := coro.EnterTimeout(loopOf(y), d)
		defer t.Exit(nil) // if the body is unwound
		if !r.Done() {
			err = coro.Wait(y, coro.On(r))
		}
		if err == nil {
			v, err = r.Result()
		}
		return v, t.Exit(err)
	}
	if r.Done() {
		return r.Result()
	}
	r.Cancel()
	if err := coro.NewWaitSet(loopOf(y), "canceled", coro.AllDone, r).Wait(y); err != nil {
		return v, err
	}
	if v, err = r.Result(); errors.Is(err, coro.ErrCanceled) {
		err = &coro.TimeoutError{Cause: err}
	}
	return v, err
}

func ConditionWaitUntil(c *coro.Condition, y *coro.Async, holds func() bool) error {
	for !holds() {
		if err := c.Wait(y); err != nil {
			return err
		}
	}
	return nil
}
