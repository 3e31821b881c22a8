package coro

// This file defines shields against cancellation.

import "errors"

// Shield returns a future that ends as r does. Canceling it, or a task that
// awaits it, leaves r alone; if r fails after that, the exception handler is
// told.
//
// It is asyncio's shield.
func Shield[T any](r Result[T]) *Future[T] {
	l := r.base().loop
	outer := NewFuture[T](l, "shield")
	pass := func() {
		if outer.done {
			return
		}
		switch v, err := r.Result(); {
		case err == nil:
			outer.SetResult(v)
		case errors.Is(err, ErrCanceled):
			outer.complete(err, "cancel")
		default:
			outer.SetError(err)
		}
	}
	if r.Done() {
		pass()
		return outer
	}
	outer.waiter = &waiters{source: &shielded{&outer.future, r}}
	inner := r.AddDoneCallback(pass)
	outer.AddDoneCallback(func() {
		if r.Done() {
			return
		}
		inner.Cancel()
		r.AddDoneCallback(func() {
			if _, err := r.Result(); err != nil && !errors.Is(err, ErrCanceled) {
				l.handler(l, Exception{Message: "error of what was shielded", Err: err, Of: r})
			}
		})
	})
	return outer
}

// shielded is the source of a future that is a shield.
type shielded struct {
	outer *future
	inner Awaitable
}

func (s *shielded) cancel(cause error) cancelAnswer {
	s.outer.complete(canceledBy(cause), "cancel")
	return passedOn
}

func (s *shielded) detail() string       { return s.inner.String() }
func (s *shielded) awaited() []Awaitable { return []Awaitable{s.inner} }
