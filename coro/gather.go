package coro

// This file defines waiting for all of several, with their results.

import (
	"errors"
	"fmt"
)

// Settled is how one of several ended.
type Settled[T any] struct {
	Value T
	Err   error
}

// Gather returns the future of the results of all in of, in their order. It
// fails with the first error, or cancellation, that one of them ends with; the
// others go on. Canceling it, or a task that awaits it, cancels all of them.
// One that stands in of twice has its result there twice.
//
// It is asyncio's gather.
func Gather[T any](l *Loop, of ...Result[T]) *Future[[]T] {
	return gather(l, of, true, func(r Result[T]) T {
		v, _ := r.Result()
		return v
	})
}

// GatherSettled is Gather that does not fail when one of them does: its results
// tell. It is asyncio's gather with return_exceptions.
func GatherSettled[T any](l *Loop, of ...Result[T]) *Future[[]Settled[T]] {
	return gather(l, of, false, func(r Result[T]) Settled[T] {
		v, err := r.Result()
		return Settled[T]{v, err}
	})
}

// gather collects result of each when all are done; if it is strict, it fails
// with the first error.
func gather[T, V any](l *Loop, of []Result[T], strict bool, result func(Result[T]) V) *Future[[]V] {
	all := NewFuture[[]V](l, "gather").OfKind(OnGroup)
	parts := &parts{}
	all.waiter = &waiters{source: parts}
	known := make(map[Result[T]]bool, len(of))
	ended := 0
	end := func(r Result[T]) {
		ended++
		_, err := r.Result() // whose error has been seen thereby
		switch {
		case all.done:
		case strict && err != nil:
			all.complete(err, "future")
			if !errors.Is(err, ErrCanceled) {
				l.failed(all)
			}
		case ended < len(known):
		case parts.canceled:
			// It is canceled even if the parts' ends do not say so.
			all.complete(ErrCanceled, "cancel")
		default:
			vs := make([]V, len(of))
			for i, r := range of {
				vs[i] = result(r)
			}
			all.SetResult(vs)
		}
	}
	var done []Result[T]
	for _, r := range of {
		parts.of = append(parts.of, r)
		if known[r] {
			continue
		}
		known[r] = true
		if r.Done() {
			done = append(done, r)
		} else {
			r.AddDoneCallback(func() { end(r) })
		}
	}
	if len(of) == 0 {
		all.SetResult([]V{})
	}
	for _, r := range done {
		end(r)
	}
	return all
}

// parts is the source of a future whose cancellation is that of others.
type parts struct {
	of       []Awaitable
	canceled bool // they were asked
}

// cancel passes a cancellation on; it is refused if all that it went to are
// done.
func (p *parts) cancel(cause error) cancelAnswer {
	asked := false
	for _, a := range p.of {
		if a.CancelCause(cause) {
			asked = true
		}
	}
	if !asked {
		return refused
	}
	p.canceled = true
	return passedOn
}

func (p *parts) detail() string { return doneOf(p.of) }

func (p *parts) awaited() []Awaitable { return p.of }

// doneOf says how many of several are done.
func doneOf(all []Awaitable) string {
	done := 0
	for _, a := range all {
		if a.Done() {
			done++
		}
	}
	return fmt.Sprintf("%d of %d done", done, len(all))
}
