package coro

// This file defines waiting for some of several.

import (
	"errors"
	"time"
)

// Until says how long to wait for several.
type Until uint8

const (
	AllDone        Until = iota // until all are done
	FirstCompleted              // until one is done
	FirstError                  // until one has failed, or all are done; a cancellation is no failure
)

var untilNames = [...]string{"all done", "first completed", "first error"}

func (u Until) String() string { return enumName(untilNames[:], "until", int(u)) }

// A WaitSet is several futures and tasks of which one or all are waited for.
// Nothing is canceled, whatever ends the wait, and no error is thrown in of
// those that failed.
//
//	set := coro.NewWaitSet(l, "dishes", coro.FirstCompleted, soup, roast)
//	if err := set.Wait(y); err != nil { ... }
//	set.Done() // []coro.Awaitable{soup}
//
// It is asyncio's wait.
type WaitSet struct {
	line    line
	of      []Awaitable
	until   Until
	timeout time.Duration
	timed   bool
}

// NewWaitSet returns the set of those in of, whose wait is called label
// wherever it is shown. One that stands in of twice counts once.
func NewWaitSet(l *Loop, label string, until Until, of ...Awaitable) *WaitSet {
	s := &WaitSet{until: until}
	s.line.init(l, s, OnGroup, label)
	known := make(map[Awaitable]bool, len(of))
	for _, a := range of {
		if !known[a] {
			known[a] = true
			s.of = append(s.of, a)
		}
	}
	return s
}

// Timeout has each wait last for d at most, and returns the set.
func (s *WaitSet) Timeout(d time.Duration) *WaitSet {
	s.timeout, s.timed = d, true
	return s
}

// Wait suspends the task of y until those are done that are waited for, or
// until the timeout, which is no error. The error is what is thrown in
// meanwhile. For an empty set it returns at once.
func (s *WaitSet) Wait(y *Async) error {
	if s.Empty() {
		return nil
	}
	return Wait(y, s.Waiting())
}

// Empty reports whether there is nothing in the set, so that nothing is to be
// waited for.
func (s *WaitSet) Empty() bool { return len(s.of) == 0 }

// Waiting is what a machine yields to wait, if the set is not Empty.
func (s *WaitSet) Waiting() Await { return s.line.waiting() }

// Done returns those that are done, in the order in which they were given.
func (s *WaitSet) Done() []Awaitable { return s.those(true) }

// Pending returns those that are not done, in the order in which they were
// given.
func (s *WaitSet) Pending() []Awaitable { return s.those(false) }

func (s *WaitSet) those(done bool) (as []Awaitable) {
	for _, a := range s.of {
		if a.Done() == done {
			as = append(as, a)
		}
	}
	return as
}

// A wait is one task's waiting for a set.
type wait struct {
	left    int // how many have not been counted as done
	handles []*Handle
}

func (s *WaitSet) arrive(ln *line, tk *ticket) error {
	ln.join(tk)
	w := &wait{left: len(s.of)}
	tk.own = w
	if w.left == 0 {
		tk.call()
	}
	if s.timed {
		w.handles = append(w.handles, ln.loop.CallLater(s.timeout, tk.call))
	}
	for _, a := range s.of {
		f := a.base()
		w.handles = append(w.handles, f.AddDoneCallback(func() {
			w.left--
			if w.left == 0 || s.until == FirstCompleted ||
				s.until == FirstError && f.err != nil && !errors.Is(f.err, ErrCanceled) {
				tk.call()
			}
		}))
	}
	return nil
}

func (s *WaitSet) resume(tk *ticket, thrown error) (error, bool) {
	tk.leave()
	for _, h := range tk.own.(*wait).handles {
		h.Cancel()
	}
	return thrown, true
}

// blockers returns the tasks of the set that are not done; all of them are
// needed if all are waited for, and if nothing else ends the wait.
func (s *WaitSet) blockers(*ticket) (by []dependency) {
	for _, a := range s.of {
		by = a.base().blockers(by, s.until == AllDone && !s.timed)
	}
	return by
}

func (s *WaitSet) detail(*line, int) string { return doneOf(s.of) }
