package coro

// This file defines events.

// An Event is something that happens, for any number of tasks that wait for
// it.
//
// It is asyncio's Event.
type Event struct {
	line line
	set  bool
}

// NewEvent returns an event of l that has not happened, and is called label
// wherever it is shown.
func NewEvent(l *Loop, label string) *Event {
	e := &Event{}
	e.line.init(l, e, OnEvent, label)
	return e
}

// Wait suspends the task of y until the event is set; if it is set already,
// there is no suspension. All who wait when it is set go on, even if it is
// cleared before their turn. The error is what is thrown in meanwhile.
func (e *Event) Wait(y *Async) error {
	if e.set {
		return nil
	}
	return Wait(y, e.Waiting())
}

// Waiting is what a machine yields when IsSet has answered false.
func (e *Event) Waiting() Await { return e.line.waiting() }

// Set has all who wait go on, in the order in which they came.
func (e *Event) Set() {
	if e.set {
		return
	}
	e.set = true
	for e.line.callFresh() {
	}
}

// Clear has those wait who come from now on.
func (e *Event) Clear() { e.set = false }

// IsSet reports whether the event is set.
func (e *Event) IsSet() bool { return e.set }

func (e *Event) String() string { return named("event", e.line.label) }

func (e *Event) arrive(ln *line, tk *ticket) error {
	ln.join(tk)
	if e.set {
		tk.call()
	}
	return nil
}

func (e *Event) resume(tk *ticket, thrown error) (error, bool) {
	tk.leave()
	return thrown, true
}

func (e *Event) detail(*line, int) string { return "not set" }
