package coro

// This file defines the side of a driver that observers see.

import (
	"errors"
	"path"
	"runtime"
	"strings"
	"sync"
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
	told  bool     // last is the suspension that it stands at
	last  Suspension
}

// maybe reports whether there may be somebody to tell. It works on nil, and is
// what an observer that is not interested costs.
func (h *host) maybe() bool { return h != nil && h.obs != nil && !h.gate.quiet() }

// on reports whether there is somebody to tell.
func (h *host) on() bool { return h.maybe() && h.gate.epoch() != 0 }

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
	h.obs.Resume(h.info, h.last, false, thrown)
	h.last, h.told = Suspension{}, false
}

// unwound tells that a body which ignored its close is back, to be unwound.
// It works on nil.
func (h *host) unwound() {
	if h != nil && h.on() && h.told {
		h.resumed(ErrIgnoredClose)
	}
}

func (h *host) ended(err error) {
	if !h.on() {
		return
	}
	o := outcomeOf(err)
	switch {
	case o.Kind != Returned:
	case h.close:
		o.Kind = Closed
	case h.task != nil && h.task.has(toCancel):
		o = Outcome{Kind: Canceled, Err: canceledBy(h.task.cause())}
	}
	h.obs.End(h.info, o)
}

// outcomeOf returns the outcome of a body that ended with err.
func outcomeOf(err error) Outcome {
	switch {
	case err == nil:
		return Outcome{Kind: Returned}
	case err == ErrGoexit:
		return Outcome{Kind: Goexited}
	case errors.Is(err, ErrClosed), errors.Is(err, ErrIgnoredClose):
		return Outcome{Kind: Closed}
	case errors.Is(err, ErrCanceled):
		return Outcome{Kind: Canceled, Err: err}
	}
	if _, ok := err.(*PanicError); ok {
		return Outcome{Kind: Panicked, Err: err}
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

// thisDir is where the compiler found this package's source.
var thisDir = func() string {
	_, file, _, _ := runtime.Caller(0)
	return path.Dir(file)
}()

// inPackage reports whether a frame belongs to this package, whose functions
// stand between a body and its suspension. Its tests count as bodies. The
// file tells, and not the function's name: a closure that is inlined is named
// after its caller.
func inPackage(f runtime.Frame) bool {
	return path.Dir(f.File) == thisDir && !strings.HasSuffix(f.File, "_test.go")
}

// places caches what a program counter resolves to: a *Place, nil for one
// inside this package.
var places sync.Map

// callerOutside returns the innermost place on the stack that is not in this
// package, past the first skip callers. Nearly always that is one of the next
// two, and each frame more costs as much as a switch.
func callerOutside(skip int) Place {
	var few [2]uintptr
	n := runtime.Callers(skip+2, few[:])
	for _, pc := range few[:n] {
		if p := placeOf(pc); p != nil {
			return *p
		}
	}
	var pcs [16]uintptr
	for skip += 2 + n; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		for _, pc := range pcs[:n] {
			if p := placeOf(pc); p != nil {
				return *p
			}
		}
		if n < len(pcs) {
			return Place{}
		}
	}
}

func placeOf(pc uintptr) *Place {
	if v, ok := places.Load(pc); ok {
		return v.(*Place)
	}
	var p *Place
	frames := runtime.CallersFrames([]uintptr{pc})
	for {
		f, more := frames.Next()
		if f.File != "" && !inPackage(f) {
			p = &Place{File: f.File, Line: f.Line}
			break
		}
		if !more {
			break
		}
	}
	places.Store(pc, p)
	return p
}
