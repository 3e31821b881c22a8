package coro

// This file defines looking into a loop's ready queue and at its timers.

import (
	"slices"
	"time"
)

// A Pending is something that a loop will run: a task that it will resume, the
// end of a task's sleep, or a callback.
type Pending struct {
	Task     *Info  // nil for a callback
	SleepEnd bool   // it is the end of Task's sleep, which makes Task ready for the turn after
	Callback string // the callback's function, if Task is nil
	Canceled bool   // it was canceled since, so nothing will run
}

// A PendingTimer is a timer that is set.
type PendingTimer struct {
	When time.Duration // on the loop's clock
	Pending
}

// Ready returns what the loop will run in its next turn, first what is first in
// the queue; asked by an observer in Turn, what it will run in the turn that
// begins. Timers that are due, and what was called from outside, join the queue
// when the turn begins. It must be called on the loop's goroutine, by an
// observer too, or while the loop does not run.
func (l *Loop) Ready() []Pending {
	var all []Pending
	for i := range l.ready.len() {
		all = append(all, readyOf(l.ready.at(i)))
	}
	return all
}

// Timers returns the timers that are set, in the order in which they will go
// off. It is called where Ready may be.
func (l *Loop) Timers() []PendingTimer {
	var all []PendingTimer
	for _, k := range slices.SortedFunc(l.timers.all(), inOrder) {
		if what := l.timers.what(k); what != nil {
			all = append(all, PendingTimer{k.when, pendingOf(what)})
		}
	}
	return all
}

// readyOf returns what r, which is in the ready queue, is.
func readyOf(r runnable) Pending {
	p := pendingOf(r)
	if s, ok := r.(*sleeper); ok {
		p.Canceled = s.flags&firing == 0
	}
	return p
}

func pendingOf(r runnable) Pending {
	switch r := r.(type) {
	case *task:
		return Pending{Task: r.Info()}
	case *sleeper:
		return Pending{Task: (*task)(r).Info(), SleepEnd: true}
	case *Handle:
		return Pending{Callback: r.name(), Canceled: r.canceled}
	}
	return Pending{}
}
