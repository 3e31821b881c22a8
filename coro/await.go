package coro

// This file defines what a task yields to its loop.

import "time"

// An Await is what a task yields: what it waits for. A machine returns one
// from Resume, a stackful body hands it to [Wait]:
//
//	return coro.Sleep(d).As("shake"), true          // machine
//	err := coro.Wait(y, coro.Sleep(d).As("shake"))  // body
//
// The task is resumed when that is there. If it failed, or the task was
// canceled, the error is thrown in.
type Await struct {
	on    Awaitable
	sleep time.Duration
	label string
	kind  Kind
}

// NextTurn waits until the loop's next turn, so that others can run.
func NextTurn() Await { return Await{kind: OnTurn} }

// Sleep waits for d on the loop's clock. If d is not positive it is NextTurn.
func Sleep(d time.Duration) Await {
	if d <= 0 {
		return NextTurn()
	}
	return Await{kind: OnSleep, sleep: d}
}

// On waits until a is done. The label is a's own.
func On(a Awaitable) Await { return Await{on: a, kind: a.base().kind} }

// As returns the same wait with a label, by which it is shown.
func (a Await) As(label string) Await {
	a.label = label
	return a
}

// describe fills in what a says of a suspension.
func (a *Await) describe(s *Suspension) {
	s.Kind = a.kind
	switch {
	case a.label != "":
		s.Label = a.label
	case a.on == nil:
	case a.on.Info() != nil:
		s.Label = a.on.Info().Name
	default:
		if l, ok := a.on.(interface{ Label() string }); ok {
			s.Label = l.Label()
		}
	}
	switch {
	case a.kind == OnSleep:
		s.Detail = a.sleep.String()
	case a.on != nil && a.on.Info() != nil:
		s.Detail = a.on.Info().String()
	}
}

// awaitOf returns out as an *Await, nil if it is none.
func awaitOf(out any) *Await {
	a, _ := out.(*Await)
	return a
}

// Async is the body's side of a task.
type Async = Yielder[struct{}, Await]

// Wait suspends the task of y until a is there. The error is what is thrown
// in: the awaited future's own, [ErrCanceled] if the task was canceled.
func Wait(y *Async, a Await) error {
	_, err := y.Yield(a)
	return err
}
