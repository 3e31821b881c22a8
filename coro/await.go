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
	// Small enough to stay in registers all the way from a machine to the
	// loop, which is worth a third of the time of a switch.
	on    *future
	sleep time.Duration
	label string
}

// NextTurn waits until the loop's next turn, so that others can run.
func NextTurn() Await { return Await{} }

// Sleep waits for d on the loop's clock. If d is not positive it is NextTurn.
func Sleep(d time.Duration) Await { return Await{sleep: max(0, d)} }

// On waits until a is done. The label is a's own.
func On(a Awaitable) Await { return a.awaiting() }

// As returns the same wait with a label, by which it is shown.
func (a Await) As(label string) Await {
	a.label = label
	return a
}

// describe fills in what a says of a suspension.
func (a Await) describe(s *Suspension) {
	if a.label != "" {
		s.Label = a.label
	}
	switch {
	case a.on == nil && a.sleep == 0:
		s.Kind = OnTurn
	case a.on == nil:
		s.Kind, s.Detail = OnSleep, a.sleep.String()
	default:
		s.Kind = a.on.kind
		switch w := a.on.waiter.(type) {
		case *line:
			w.describe(s)
		case *ticket:
			w.describe(s)
		case *waiters:
			if w.source != nil {
				s.Detail = w.source.detail()
			}
		}
		if t := a.on.task(); t != nil {
			s.Detail = t.String()
			if a.label == "" {
				s.Label = t.Name()
			}
		}
	}
}

// awaitOf returns out as an *Await, nil if it is none.
func awaitOf(out any) *Await {
	a, _ := out.(*Await)
	return a
}

// Async is the body's side of a task.
type Async = Yielder[struct{}, Await]

// LoopOf returns the loop that the task of y is on, so that its body can spawn
// others; nil if the coroutine stands alone.
func LoopOf(y *Async) *Loop { return y.loop }

// Wait suspends the task of y until a is there. The error is what is thrown
// in: the awaited future's own, [ErrCanceled] if the task was canceled.
func Wait(y *Async, a Await) error {
again: // as Yield, which would be too much to be inlined in two steps
	y.out = a
	y.leave(struct{}{})
	if y.repeat {
		goto again
	}
	return y.thrown
}
