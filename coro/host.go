package coro

// This file defines the side of a driver that observers see.

import (
	"errors"
)

// A host ties one coroutine to whoever observes it. A coroutine that was never
// observed has none.
type host struct {
	info  *Info
	obs   Observer // nil while nobody observes
	gate  gateway  // obs's, if it is to be asked each time
	label bool     // give the body's goroutine a pprof label
	task  *task    // on a loop
	close bool     // the body is being closed
	begun bool     // the body was resumed at least once
	over  bool     // the body has ended
	told  bool     // last is the suspension that it stands at
	last  Suspension
	sites [2]site // the last two
	// A loop that reports slow steps wants to know where a body was resumed:
	// from, which is noted if note is set.
	note bool
	from Place
}

// maybe reports whether there may be somebody to tell. It works on nil, and is
// what an observer that is not interested costs.
func (h *host) maybe() bool {
	return h != nil && (h.note || h.obs != nil && !h.gate.quiet())
}

// on reports whether there is somebody to tell.
func (h *host) on() bool { return h.obs != nil && h.gate.epoch() != 0 }

// untold notes that the body went on without anybody being told.
func (h *host) untold() {
	if h != nil {
		h.begun, h.told = true, false
	}
}

// started tells that the body begins.
func (h *host) started() {
	h.begun = true
	if h.on() {
		h.obs.Resume(h.info, Suspension{State: NoState}, true, nil)
	}
}

// back tells that the machine r is resumed.
func (h *host) back(r any, thrown error) {
	switch {
	case !h.begun:
		h.started()
	case !h.on():
		h.untold()
	default:
		if !h.told {
			h.last = pointOf(r, nil)
		}
		h.resumed(thrown)
	}
}

func (h *host) suspending(s Suspension) {
	h.last, h.told = s, true
	h.obs.Suspend(h.info, s)
}

func (h *host) resumed(thrown error) {
	h.told = false
	h.obs.Resume(h.info, h.last, false, thrown)
}

// unwound tells that a body which ignored its close is back, to be unwound.
// It works on nil.
func (h *host) unwound() {
	if h != nil && h.on() && h.told {
		h.resumed(ErrIgnoredClose)
	}
}

// ended tells that the body has ended with err; how is Returned if it did so
// by returning, and the error tells the rest.
//
// It tells it once, also if the observer panics at that.
func (h *host) ended(how OutcomeKind, err error) {
	if h.over || !h.on() {
		return
	}
	h.over = true
	o := Outcome{Kind: how}
	switch how {
	case Panicked, Failed:
		o.Err = err
	case Returned:
		o = returned(err, h.close)
		if h.task != nil && err == nil && h.task.has(toCancel) {
			o = Outcome{Kind: Canceled, Err: canceledBy(h.task.cause())}
		}
	}
	h.obs.End(h.info, o)
}

// returned returns the outcome of a body that returned err; closed says that
// it was asked to.
func returned(err error, closed bool) Outcome {
	switch {
	case closed && (err == nil || errors.Is(err, ErrClosed)):
		return Outcome{Kind: Closed}
	case err == nil:
		return Outcome{Kind: Returned}
	case errors.Is(err, ErrCanceled):
		return Outcome{Kind: Canceled, Err: err}
	}
	return Outcome{Kind: Failed, Err: err}
}

// pointOf returns where the machine r stands, with what its Await says when
// it has one.
func pointOf(r any, a *Await) Suspension {
	s := Suspension{Kind: OnResumer, State: NoState}
	if p, ok := r.(Pointer); ok {
		pt := p.Point()
		s = Suspension{Kind: pt.Kind, Label: pt.Label, State: pt.State, Place: pt.Place}
	}
	s.Frame, _ = r.(Framer)
	if a != nil {
		a.describe(&s)
	}
	return s
}

// shapeOf returns the shape of a Resumable.
func shapeOf(r any) Shape {
	if s, ok := r.(Shaper); ok {
		return s.Shape()
	}
	return ShapeStateMachine
}

// A bodied is a stackful Resumable, whatever its type parameters.
type bodied interface {
	setHost(*host)
	onBody(f func(Suspension))
}
