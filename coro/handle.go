package coro

// This file defines callbacks: functions that the loop calls.

import "time"

// A Handle is a callback that the loop will call, and can be told not to.
type Handle struct {
	loop     *Loop
	fn       func()
	more     *moreHandle // nil for most
	timer    uint32      // the slot of its timer, 0 if none is set
	canceled bool
	outside  bool // called by another goroutine
}

// A moreHandle is what a Handle has that is a done callback, or that was called
// by somebody with a Context. Those are in memory with the Handle, and all others
// are a third smaller.
type moreHandle struct {
	of   *future // whose done callback it is, until that is done
	base *basis  // the Context of who had it called
}

// newHandle returns a Handle to be called by l, a done callback of the future if
// that is not nil.
func (l *Loop) newHandle(fn func(), of *future) *Handle {
	base := l.basis()
	if of == nil && base == nil {
		return &Handle{loop: l, fn: fn}
	}
	h := &struct {
		Handle
		moreHandle
	}{Handle{loop: l, fn: fn}, moreHandle{of, base}}
	h.more = &h.moreHandle
	return &h.Handle
}

// CallSoon has fn called in the next turn. Callbacks of one turn are called in
// the order that they became ready. A panic in fn goes to the exception
// handler. It must be called on the loop's goroutine, or before the loop runs;
// from elsewhere, use [Loop.CallSoonThreadsafe].
func (l *Loop) CallSoon(fn func()) *Handle {
	l.mustBeOpen()
	mustNotBeNil(fn, "CallSoon")
	h := l.newHandle(fn, nil)
	l.ready.push(h)
	return h
}

// mustNotBeNil panics here and not when the function would be called.
func mustNotBeNil(fn func(), call string) {
	if fn == nil {
		panic("coro: " + call + "(nil)")
	}
}

// CallLater has fn called after d on the loop's clock.
func (l *Loop) CallLater(d time.Duration, fn func()) *Handle {
	mustNotBeNil(fn, "CallLater")
	return l.CallAt(l.after(d), fn)
}

// CallAt has fn called when the loop's clock shows at. Of several with equal
// deadlines the one that was set first is called first.
func (l *Loop) CallAt(at time.Duration, fn func()) *Handle {
	l.mustBeOpen()
	mustNotBeNil(fn, "CallAt")
	h := l.newHandle(fn, nil)
	l.timers.add(at, h)
	if l.obs != nil {
		l.obs.Timer(nil, h.name(), TimerSet, max(0, at-l.clock.Now()))
	}
	return h
}

// Cancel has the callback not called, if it was not called yet.
func (h *Handle) Cancel() {
	if h.canceled {
		return
	}
	h.canceled = true
	if m := h.more; m != nil && m.of != nil {
		m.of.forgo()
		m.of = nil
	}
	if h.timer != 0 {
		h.loop.timers.cancel(h.timer)
		h.timer = 0
		if h.loop.obs != nil {
			h.loop.obs.Timer(nil, h.name(), TimerCanceled, 0)
		}
	}
	if h.loop.callback != h { // it may cancel itself, and is still to be named
		h.fn = nil
	}
}

// Canceled reports whether it was canceled.
func (h *Handle) Canceled() bool { return h.canceled }

func (h *Handle) arm(slot uint32) { h.timer = slot }

func (h *Handle) due() {
	h.timer = 0
	if h.loop.obs != nil {
		h.loop.obs.Timer(nil, h.name(), TimerFired, 0)
	}
}

func (h *Handle) run(l *Loop) {
	if h.canceled {
		return
	}
	l.callback, l.maker = h, nil
	h.fn()
	l.callback = nil
}

func (h *Handle) release(l *Loop, _ string) {
	if h.more != nil {
		h.more.of = nil
	}
	if !h.canceled && !l.closed {
		l.ready.push(h)
	}
}

// gone reports whether a waiter is a callback that was canceled.
func gone(w waiter) bool {
	h, ok := w.(*Handle)
	return ok && h.canceled
}

func (h *Handle) name() string { return funcName(h.fn) }
