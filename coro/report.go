package coro

// This file defines what a loop reports: exceptions, deadlocks, slow steps.

import (
	"cmp"
	"fmt"
	"log"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// An Exception is something wrong that nobody else is told of: a callback
// panicked; an error of a task or a future was never retrieved, or a task was
// pending, when the loop closed.
type Exception struct {
	Message string
	Err     error     // what went wrong; nil for a pending task
	Of      Awaitable // the task or future; nil for a callback
}

func (e Exception) String() string {
	s := e.Message
	if e.Of != nil {
		s += ": " + e.Of.String()
		if info := e.Of.Info(); info != nil && info.Created != (Place{}) {
			s += ", made at " + info.Created.String()
		}
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func logException(l *Loop, e Exception) { log.Printf("coro: loop %s: %s", l.name, e) }

// unsettled deals with a step that panicked with v, or called runtime.Goexit
// if v is nil, which goes on when this returns.
func (l *Loop) unsettled(v any) {
	how, err := Goexited, ErrGoexit
	if v != nil {
		how, err = Panicked, newPanicError(v, debug.Stack())
	}
	t, h := l.current, l.callback
	l.current, l.callback = nil, nil
	switch {
	case t != nil:
		if l.slow > 0 {
			defer l.stepEnded(t)
		}
		t.tellEnd(how, err)
		t.finish(err)
	case h != nil && v != nil:
		if l.slow > 0 {
			defer l.stepEnded(h)
		}
		l.handler(l, Exception{Message: "panic in callback " + h.name(), Err: err})
	case v != nil:
		panic(v) // an observer's
	}
}

// A failure is a task or future that failed.
type failure interface {
	Awaitable
	outcome() error
}

// unobservedLimit bounds how many failures are kept until the loop closes.
const unobservedLimit = 1024

// failed notes that f failed, so that it can be reported if nobody retrieves
// its error. A loop that runs for long and has many of those reports the older
// ones early.
func (l *Loop) failed(f failure) {
	l.unobserved = append(l.unobserved, f)
	if len(l.unobserved) < unobservedLimit {
		return
	}
	l.unobserved = slices.DeleteFunc(l.unobserved, func(f failure) bool { return f.base().has(retrieved) })
	if len(l.unobserved) > unobservedLimit/2 {
		l.reportFailures(l.unobserved[:unobservedLimit/2])
		l.unobserved = slices.Delete(l.unobserved, 0, unobservedLimit/2)
	}
}

func (l *Loop) reportFailures(fs []failure) {
	for _, f := range fs {
		if b := f.base(); b.err != nil && !b.has(retrieved) {
			b.flags |= retrieved
			l.handler(l, Exception{Message: b.kind.String() + " error was never retrieved", Err: b.err, Of: f})
		}
	}
}

// A DeadlockError says that a loop had nothing to do, and nothing to wait for,
// while tasks were suspended.
type DeadlockError struct {
	Loop  string
	Tasks []string // each pending task and what it awaits

	// Cycles are those that wait for each other; see [Loop.AwaitCycles].
	Cycles []AwaitCycle
}

func (e *DeadlockError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "deadlock on loop %s: nothing is ready, no timer is set and no outside work is under way", e.Loop)
	for _, t := range e.Tasks {
		b.WriteString("\n\t" + t)
	}
	for _, c := range e.Cycles {
		b.WriteString("\n\tin a circle: " + c.String())
	}
	return b.String()
}

func (l *Loop) deadlock() error {
	e := &DeadlockError{Loop: l.name, Cycles: l.AwaitCycles()}
	for t := range l.tasks.all() {
		e.Tasks = append(e.Tasks, t.line())
	}
	return e
}

// line says what a pending task waits for.
func (t *task) line() string {
	if s, ok := t.Suspension(); ok {
		return suspensionLine(t.Info(), s)
	}
	return t.String() + " " + t.Status().String()
}

// suspensionLine says where c is suspended, as traces do.
func suspensionLine(c *Info, s Suspension) string {
	line := c.String() + " -> " + s.On()
	switch {
	case s.State != NoState && s.Place.File != "":
		line += fmt.Sprintf(" (state %d, %s)", s.State, s.Place)
	case s.State != NoState:
		line += fmt.Sprintf(" (state %d)", s.State)
	case s.Place.File != "":
		line += fmt.Sprintf(" (%s)", s.Place)
	}
	if s.Detail != "" {
		line += " " + s.Detail
	}
	return line
}

func logSlowStep(s SlowStep) { log.Print("coro: ", s) }

// String says who held the loop, for how long.
func (s SlowStep) String() string {
	who := "callback " + cmp.Or(s.Callback, "of unknown name")
	if s.Task != nil {
		who = s.Task.String()
	}
	return fmt.Sprintf("%s held the loop for %v%s%s", who, s.Took, after(", from ", s.From), after(", to ", s.At))
}

// after returns the place after some words, or nothing if it is not known.
func after(words string, p Place) string {
	if p.File == "" {
		return ""
	}
	return words + p.String()
}

// stepEnded takes the time of a step.
func (l *Loop) stepEnded(r runnable) {
	now := time.Now()
	took := now.Sub(l.stepBegan)
	l.stepBegan = now
	if took <= l.slow {
		return
	}
	s := SlowStep{Took: took}
	switch r := r.(type) {
	case *task:
		s.Task, s.From, s.At = r.Info(), l.from, r.place()
	case *Handle:
		s.Callback = r.name()
	}
	if l.obs != nil {
		l.obs.Slow(l, s)
	}
	l.onSlow(s)
	l.stepBegan = time.Now() // what the report took is not the next step's
}

// tellEnd tells the observer that a machine has ended in another way than by
// returning from Resume. A stackful body tells it itself.
func (t *task) tellEnd(how OutcomeKind, err error) {
	if x := t.extra; x != nil && x.host != nil && !x.host.info.Shape.Stackful() {
		x.host.ended(how, err)
	}
}
